import type { Platform } from '../../lib/events/event.ts';
import type { OpenDesk } from '../../lib/store/desk.ts';
import type { Table } from '../../lib/store/table.ts';

/**
 * The desk of a platform, whose records' schemas are loaded when a callback first asks for something:
 * webhooks, which are most of what comes, start without them.
 */
export function lazyDesk(table: Table, platform: Platform, now: () => number): OpenDesk {
  let opened: Promise<OpenDesk> | undefined;
  const toTell = new Set<string>();
  const desk = () => {
    opened ??= open(table, platform, now);
    return opened;
  };
  return {
    now,
    toTell,
    issueCodes: async (order) => (await desk()).issueCodes(order),
    codesOf: async (orderId) => (await desk()).codesOf(orderId),
    refundRequest: async (refundId) => (await desk()).refundRequest(refundId),
    eventsOf: async (of, id) => (await desk()).eventsOf(of, id),
    voucherState: async (voucherId) => (await desk()).voucherState(voucherId),
    closeRefund: async (request, decision, reason) =>
      (await desk()).closeRefund(request, decision, reason),
    async fileRefund(claim) {
      const real = await desk();
      const request = await real.fileRefund(claim);
      for (const refundId of real.toTell) toTell.add(refundId);
      return request;
    },
  };
}

async function open(table: Table, platform: Platform, now: () => number): Promise<OpenDesk> {
  const { openDesk } = await import('../../lib/store/desk.ts');
  return openDesk(table, platform, now);
}
