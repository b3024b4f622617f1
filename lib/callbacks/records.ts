import { voucherState } from '../attribution/voucher-state.ts';
import type { Event, Platform } from '../events/event.ts';
import type { CallbackRecords } from '../integrations/kit/records.ts';
import { readEvents } from '../store/ledger/events.ts';
import type { Table } from '../store/table.ts';
import { toInstant } from '../time/shanghai.ts';
import { codesOf, issueCodes } from './codes.ts';
import { closeRefund, fileRefund, isToBeNotified, readRefund } from './refund-requests.ts';

/** A platform's callback records for one callback, and what is to be done after it. */
export interface OpenCallbackRecords extends CallbackRecords {
  /** Refund requests of this callback whose decision the audit call must report. */
  readonly toNotify: ReadonlySet<string>;
}

/** Our own records as one platform's callbacks see them. */
export function openCallbackRecords(
  table: Table,
  platform: Platform,
  now: () => number,
): OpenCallbackRecords {
  const toNotify = new Set<string>();
  const eventsOf = async (of: 'voucher' | 'order', id: string): Promise<Event[]> => {
    const events = await readEvents(table, { of, platform, id });
    return events.sort((a, b) => Date.parse(a.occurredAt) - Date.parse(b.occurredAt));
  };
  return {
    toNotify,
    now,
    eventsOf,
    issueCodes: (order) => issueCodes(table, platform, order, toInstant(now())),
    codesOf: (orderId) => codesOf(table, platform, orderId),
    voucherState: async (voucherId) => voucherState(await eventsOf('voucher', voucherId)),
    refundRequest: (refundId) => readRefund(table, platform, refundId),
    closeRefund: (request, status, reason) =>
      closeRefund(table, platform, request, { status, reason }, now()),
    async fileRefund(claim) {
      const request = await fileRefund(table, platform, claim, now());
      // Also of a repeated callback: whoever filed it may have died before the audit was sent.
      if (isToBeNotified(request) && request.notifications === 0) toNotify.add(request.refundId);
      return request;
    },
  };
}
