import type { OpenCallbackRecords } from '../../lib/callbacks/records.ts';
import type { Platform } from '../../lib/events/event.ts';
import type { Table } from '../../lib/store/table.ts';

/**
 * The callback records of a platform, whose records' schemas are loaded when a callback first asks for something:
 * webhooks, which are most of what comes, start without them.
 */
export function lazyCallbackRecords(
  table: Table,
  platform: Platform,
  now: () => number,
): OpenCallbackRecords {
  let opened: Promise<OpenCallbackRecords> | undefined;
  const toNotify = new Set<string>();
  const records = () => {
    opened ??= open(table, platform, now);
    return opened;
  };
  return {
    now,
    toNotify,
    issueCodes: async (order) => (await records()).issueCodes(order),
    codesOf: async (orderId) => (await records()).codesOf(orderId),
    refundRequest: async (refundId) => (await records()).refundRequest(refundId),
    eventsOf: async (of, id) => (await records()).eventsOf(of, id),
    voucherState: async (voucherId) => (await records()).voucherState(voucherId),
    closeRefund: async (request, decision, reason) =>
      (await records()).closeRefund(request, decision, reason),
    async fileRefund(claim) {
      const real = await records();
      const request = await real.fileRefund(claim);
      for (const refundId of real.toNotify) toNotify.add(refundId);
      return request;
    },
  };
}

async function open(
  table: Table,
  platform: Platform,
  now: () => number,
): Promise<OpenCallbackRecords> {
  const { openCallbackRecords } = await import('../../lib/callbacks/records.ts');
  return openCallbackRecords(table, platform, now);
}
