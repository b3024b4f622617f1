import { type Event, eventSchema, type Platform } from '../../events/event.ts';
import { type Key, keys, PREFIX, streamPartition } from '../keys.ts';
import { type Stream, streamsOf } from '../streams.ts';
import type { Table } from '../table.ts';
import { changeOf } from './event-changes.ts';

/**
 * Writes an event into every history it belongs to. Writing the same fact again changes nothing. A
 * complete event replaces an incomplete one of the same id, but keeps its time: entries may have been
 * booked at that time already, and their keys are made of it. Only a time that was estimated gives way: see
 * `estimatedAt`. A store that a later report names is written down with the time it was reported: see
 * `storeReportedAt`.
 * @returns `conflict` when a different fact stands under the same id: it stays, and is worth an alarm
 */
export async function recordEvent(table: Table, event: Event): Promise<'recorded' | 'conflict'> {
  let outcome: 'recorded' | 'conflict' = 'recorded';
  for (const stream of streamsOf(event)) {
    if (!(await recordIn(table, stream, event))) outcome = 'conflict';
  }
  return outcome;
}

/** Others may write the same event meanwhile, each change of it once: incomplete, its time, its store. */
const MAX_TRIES = 5;

/** @returns false when a different fact stands there */
async function recordIn(table: Table, stream: Stream, event: Event): Promise<boolean> {
  const key = keys.event(stream, event.eventId);
  for (let left = MAX_TRIES; left > 0; left -= 1) {
    // Looking first costs a fifth of a refused write, and most repetitions stop here.
    const standing = await readEvent(table, key);
    if (standing === undefined) {
      await listRedeemed(table, event);
      if (await table.put(key, event)) return true;
      continue;
    }
    const change = changeOf(standing, event);
    if (change === 'none' || change === 'conflict') return change === 'none';
    if (await table.put(key, change.event, change.ifStill)) return true;
  }
  throw new Error('an event kept changing while it was recorded');
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
