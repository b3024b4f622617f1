import { mapLimit } from '../async/map-limit.ts';
import { isOrderRefund } from '../attribution/order-money.ts';
import { type Spread, spreadRefunds } from '../attribution/spread.ts';
import type { Event } from '../events/event.ts';
import { readEvents, redeemedVouchers } from '../store/ledger/events.ts';
import { readState, type StreamState } from '../store/ledger/restatements.ts';
import type { BookedStream } from '../store/streams.ts';
import type { Table } from '../store/table.ts';

const READS_AT_ONCE = 16;

/**
 * Everything booking needs of one voucher or order. A refund that names only its order stands in the order's
 * stream; what it takes back of this voucher is worked out from all of the order's streams at each reading, and
 * written nowhere but in the ledger. Where no such refund is, nothing more is read than one query of the order,
 * and that only for integrations that have such refunds.
 */
export async function readBookable(table: Table, stream: BookedStream): Promise<StreamState> {
  if (stream.of === 'order') return readState(table, stream);
  const [own] = await readChanged(table, stream);
  return own ?? NOTHING_KNOWN;
}

const NOTHING_KNOWN: StreamState = { events: [], markers: [] };

/**
 * The same of a stream that changed, which comes first, and of all the streams that are booked anew with it: what
 * an order's refund takes back of each voucher depends on all of them.
 */
export async function readChanged(table: Table, stream: BookedStream): Promise<StreamState[]> {
  const own = await readState(table, stream);
  const orderId = stream.of === 'order' ? stream.id : orderToRead(own.events);
  if (orderId === undefined) return [own];
  const { platform } = stream;
  const isOrder = stream.of === 'order';
  const order = isOrder
    ? own.events
    : await readEvents(table, { of: 'order', platform, id: orderId });
  if (!order.some(isOrderRefund)) return [own];
  // The list is read after the refund: who is not in it yet books after its own event, and sees the refund.
  const ids = await redeemedVouchers(table, platform, orderId);
  const read = await mapLimit(ids, READS_AT_ONCE, async (id): Promise<[string, StreamState]> => {
    const isOwn = !isOrder && id === stream.id;
    return [id, isOwn ? own : await readState(table, { of: 'voucher', platform, id })];
  });
  const spread = spreadRefunds({ order, vouchers: new Map(read.map(ownOf(orderId))) });
  const states = new Map(read.map(([id, state]) => [id, withParts(id, state, spread)]));
  if (isOrder) return [own, ...states.values()];
  const first = states.get(stream.id);
  // The order's name for a voucher: its refund changed the order's stream too, with which all are booked.
  if (first === undefined) return [withParts(stream.id, own, spread)];
  states.delete(stream.id);
  return [first, ...states.values()];
}

/** The order whose refunds may be of this voucher, or that it stands for. */
function orderToRead(events: readonly Event[]): string | undefined {
  const use = events.find((event) => event.kind === 'voucher.redeemed' && event.refundsByOrder);
  return (use ?? events.find(isOrderRefund))?.orderId ?? undefined;
}

/** Without what another order, which by chance has the voucher's id, reports there. */
function ownOf(orderId: string) {
  return ([id, { events }]: readonly [string, StreamState]): [string, Event[]] => [
    id,
    events.filter((event) => event.orderId === orderId && !isOrderRefund(event)),
  ];
}

/** Under the order's own name its refunds show whether they wait. */
function withParts(
  voucherId: string,
  { events, markers }: StreamState,
  { parts, undecided }: Spread,
): StreamState {
  const own = parts.get(voucherId);
  if (own !== undefined) {
    return { events: [...events.filter((one) => !isOrderRefund(one)), ...own], markers };
  }
  const shown = events.map((event) => {
    if (!isOrderRefund(event)) return event;
    const unusedFen = undecided.has(event.eventId) ? null : event.unusedFen;
    return { ...event, takesBack: [], unusedFen };
  });
  return { events: shown, markers };
}
