import { contradicts } from '../../events/contradicts.ts';
import { type Event, type EventOf, eventSchema, type Platform } from '../../events/event.ts';
import { type Key, keys, PREFIX, streamPartition } from '../keys.ts';
import { type Stream, streamsOf } from '../streams.ts';
import type { Condition, Table } from '../table.ts';

const STILL_INCOMPLETE: Condition = {
  expression: '#complete = :no',
  names: { '#complete': 'complete' },
  values: { ':no': false },
};

const STILL_WITHOUT_STORE: Condition = {
  expression: '#storeId = :none',
  names: { '#storeId': 'storeId' },
  values: { ':none': null },
};

/**
 * Writes an event into every history it belongs to. Writing the same fact again changes nothing. A
 * complete event replaces an incomplete one of the same id, but keeps its time: entries may have been
 * booked at that time already, and their keys are made of it. A store that a later report names is
 * written down with the time it was reported: see `storeReportedAt`.
 * @returns `conflict` when a different fact stands under the same id: it stays, and is worth an alarm
 */
export async function recordEvent(table: Table, event: Event): Promise<'recorded' | 'conflict'> {
  let outcome: 'recorded' | 'conflict' = 'recorded';
  for (const stream of streamsOf(event)) {
    const key = keys.event(stream, event.eventId);
    // Looking first costs a fifth of a refused write, and most repetitions stop here.
    const standing = await readEvent(table, key);
    if (standing === undefined) await listRedeemed(table, event);
    if (standing === undefined && (await table.put(key, event))) continue;
    const other = standing ?? (await readEvent(table, key));
    if (other === undefined) throw new Error('an event was refused and is not there');
    if (!other.complete && event.complete) {
      await table.put(key, completed(other, event), STILL_INCOMPLETE);
    } else if (other.complete === event.complete && contradicts(other, event)) {
      outcome = 'conflict';
    } else if (namesStore(other, event)) {
      await table.put(key, withStore(other, event), STILL_WITHOUT_STORE);
    }
  }
  return outcome;
}

/**
 * A complete event in an incomplete one's place. A payment was booked already, so it also keeps the
 * time it was recorded at, which decides what was known, and no store until now.
 */
function completed(other: Event, event: Event): Event {
  const { occurredAt, recordedAt } = other;
  if (other.kind !== 'order.paid' || event.kind !== 'order.paid') return { ...event, occurredAt };
  const kept = { ...event, occurredAt, recordedAt };
  return namesStore(other, event) ? { ...kept, storeReportedAt: event.recordedAt } : kept;
}

type WithStore = EventOf<'order.paid'> | EventOf<'voucher.redeemed'>;

/** Whether a later report names the store that the first one did not. */
function namesStore(other: Event, event: Event): boolean {
  const before = mayHaveStore(other) && other.storeId === null;
  return before && mayHaveStore(event) && event.storeId !== null;
}

function withStore(other: Event, event: Event): Event {
  if (!mayHaveStore(other) || !mayHaveStore(event)) return other;
  return { ...other, storeId: event.storeId, storeReportedAt: event.recordedAt };
}

function mayHaveStore(event: Event): event is WithStore {
  return event.kind === 'order.paid' || event.kind === 'voucher.redeemed';
}

/**
 * Before the event itself, so that a redemption that is known is found by its order, where somebody may
 * ask: of an order that we gave its codes, in the open loop, and where a refund may name the order alone. It is a
 * write for every redemption, so the others do without.
 */
async function listRedeemed(table: Table, event: Event): Promise<void> {
  if (event.kind !== 'voucher.redeemed') return;
  const { platform, orderId, voucherId, loop, refundsByOrder } = event;
  const isListed = loop === 'open' || refundsByOrder === true;
  if (!isListed && (await table.get(keys.codeClaim(platform, orderId))) === undefined) return;
  await table.put(keys.redeemedVoucher(platform, orderId, voucherId), { voucherId });
}

/** The vouchers of an order of which a redemption was ever reported, where they are listed: see `listRedeemed`. */
export async function redeemedVouchers(
  table: Table,
  platform: Platform,
  orderId: string,
): Promise<string[]> {
  const vouchers: string[] = [];
  const pk = streamPartition({ of: 'order', platform, id: orderId });
  for await (const item of table.query(pk, { startsWith: PREFIX.redeemedVoucher })) {
    vouchers.push(String(item.voucherId));
  }
  return vouchers;
}

/** The vouchers of an order that are listed as redeemed, or that its refunds name; each once. */
export async function vouchersOfOrder(
  table: Table,
  platform: Platform,
  orderId: string,
): Promise<string[]> {
  const events = await readEvents(table, { of: 'order', platform, id: orderId });
  const refunded = events.flatMap((event) => event.voucherId ?? []);
  return [...new Set([...(await redeemedVouchers(table, platform, orderId)), ...refunded])];
}

async function readEvent(table: Table, key: Key): Promise<Event | undefined> {
  const item = await table.get(key);
  return item === undefined ? undefined : eventSchema.parse(item);
}

/** Every event of one voucher or order. */
export async function readEvents(table: Table, stream: Stream): Promise<Event[]> {
  const events: Event[] = [];
  for await (const item of table.query(streamPartition(stream), { startsWith: PREFIX.event })) {
    events.push(eventSchema.parse(item));
  }
  return events;
}
