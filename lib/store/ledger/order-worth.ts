import { pricedByOrder } from '../../attribution/order-worth.ts';
import type { Event, EventOf } from '../../events/event.ts';
import type { Table } from '../table.ts';
import { readEvents, recordEvent, redeemedVouchers } from './events.ts';

/**
 * Completes the uses that are worth what their order says, once an event was recorded that may be the last of
 * what that takes: a use, its order's payment, or the order's making. Each of them is written before the
 * others are read, so of two workers at once the later one to write finds what the other wrote.
 * @param recordedAt now, ISO 8601
 * @returns the uses to be booked, also one that was completed before: whoever did it may have died after that
 */
export async function priceByOrder(
  table: Table,
  event: Event,
  recordedAt: string,
): Promise<EventOf<'voucher.redeemed'>[]> {
  const uses = await usesOf(table, event);
  const [first] = uses;
  if (first === undefined) return [];
  const { platform, orderId: id } = first;
  const ofOrder = await readEvents(table, { of: 'order', platform, id });
  for (const use of uses) {
    const priced = pricedByOrder(use, ofOrder);
    if (priced !== undefined) await recordEvent(table, { ...priced, recordedAt });
  }
  return uses;
}

/** The uses that may be priced by it: itself, or those of its order. */
async function usesOf(table: Table, event: Event): Promise<EventOf<'voucher.redeemed'>[]> {
  if (event.kind === 'voucher.redeemed') return event.worthBy === undefined ? [] : [event];
  if (event.kind !== 'order.paid' && event.kind !== 'order.created') return [];
  // Of the closed loop the platform's own records price a use.
  if (event.loop !== 'open') return [];
  const { platform, orderId } = event;
  const uses: EventOf<'voucher.redeemed'>[] = [];
  for (const id of await redeemedVouchers(table, platform, orderId)) {
    const events = await readEvents(table, { of: 'voucher', platform, id });
    uses.push(...events.filter((one) => one.kind === 'voucher.redeemed'));
  }
  return uses.filter((use) => use.orderId === orderId && use.worthBy !== undefined);
}
