import { mapLimit } from '../async/map-limit.ts';
import { isOrderRefund, type Spread, spreadRefunds } from '../attribution/spread.ts';
import type { Event } from '../events/event.ts';
import { readEvents, redeemedVouchers } from '../store/ledger/events.ts';
import { readState, type StreamState } from '../store/ledger/restatements.ts';
import type { BookedStream } from '../store/streams.ts';
import type { Table } from '../store/table.ts';

/** A stream as it is booked: with what its order's refunds take back of it. */
export interface BookableState extends StreamState {
  /** Streams of the same order that are booked anew with this one: what each loses depends on all. */
  readonly related: readonly BookedStream[];
}

const READS_AT_ONCE = 16;

/**
 * Everything booking needs of one voucher or order. A refund that names only its order stands in the order's
 * stream; what it takes back of this voucher is worked out from all of the order's streams at each reading, and
 * written nowhere but in the ledger. Where no such refund is, nothing more is read than one query of the order,
 * and that only for integrations that have such refunds.
 */
export async function readBookable(table: Table, stream: BookedStream): Promise<BookableState> {
  const { events, markers } = await readState(table, stream);
  const orderId = stream.of === 'order' ? stream.id : orderToRead(events);
  const alone = { events, markers, related: [] };
  if (orderId === undefined) return alone;
  const { platform } = stream;
  const isOrder = stream.of === 'order';
  const order = isOrder ? events : await readEvents(table, { of: 'order', platform, id: orderId });
  if (!order.some(isOrderRefund)) return alone;
  // The list is read after the refund: who is not in it yet books after its own event, and sees the refund.
  const ids = await redeemedVouchers(table, platform, orderId);
  const related = ids
    .filter((id) => isOrder || id !== stream.id)
    .map((id) => ({ of: 'voucher' as const, platform, id }));
  if (isOrder) return { events, markers, related };
  const read = await mapLimit(ids, READS_AT_ONCE, async (id): Promise<[string, Event[]]> => {
    const all =
      id === stream.id ? events : await readEvents(table, { of: 'voucher', platform, id });
    return [id, all.filter((event) => event.orderId === orderId && !isOrderRefund(event))];
  });
  const spread = spreadRefunds({ order, vouchers: new Map(read) });
  return { events: withParts(stream.id, events, spread), markers, related };
}

/** The order whose refunds may be of this voucher. */
function orderToRead(events: readonly Event[]): string | undefined {
  const one = events.find(
    (event) =>
      isOrderRefund(event) || (event.kind === 'voucher.redeemed' && event.refundsByOrder === true),
  );
  return one?.orderId ?? undefined;
}

/** Under the order's own name its refunds show whether they wait. */
function withParts(voucherId: string, events: readonly Event[], spread: Spread): Event[] {
  const parts = spread.parts.get(voucherId);
  if (parts !== undefined) return [...events.filter((one) => !isOrderRefund(one)), ...parts];
  return events.map((event) => {
    if (!isOrderRefund(event)) return event;
    const unusedFen = spread.undecided.has(event.eventId) ? null : event.unusedFen;
    return { ...event, takesBack: [], unusedFen };
  });
}
