import { voucherState } from '../attribution/voucher-state.ts';
import type { Event, Platform } from '../events/event.ts';
import type { Desk } from '../integrations/desk.ts';
import { toInstant } from '../time/shanghai.ts';
import { codesOf, issueCodes } from './codes.ts';
import { readEvents } from './events.ts';
import { closeRefund, fileRefund, isToBeTold, readRefund } from './refund-requests.ts';
import type { Table } from './table.ts';

/** A platform's desk for one callback, and what is to be done after it. */
export interface OpenDesk extends Desk {
  /** Refund requests of this callback whose decision the audit call must tell. */
  readonly toTell: ReadonlySet<string>;
}

/** Our own records as one platform's callbacks see them. */
export function openDesk(table: Table, platform: Platform, now: () => number): OpenDesk {
  const toTell = new Set<string>();
  const eventsOf = async (of: 'voucher' | 'order', id: string): Promise<Event[]> => {
    const events = await readEvents(table, { of, platform, id });
    return events.sort((a, b) => Date.parse(a.occurredAt) - Date.parse(b.occurredAt));
  };
  return {
    toTell,
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
      if (isToBeTold(request) && request.tellings === 0) toTell.add(request.refundId);
      return request;
    },
  };
}
