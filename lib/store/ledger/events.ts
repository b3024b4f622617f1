import { type Event, eventSchema, type Platform } from '../../events/event.ts';
import type { Entry } from '../../ledger/entry.ts';
import { type Key, keys, PREFIX, streamPartition } from '../keys.ts';
import { type Stream, streamOf, streamsOf } from '../streams.ts';
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
  return (await recordFact(table, event)).outcome;
}

export interface RecordedFact {
  readonly outcome: 'recorded' | 'conflict';
  /** What stood in each of its histories already, and was not changed; null where anything was written. */
  readonly stood: Event | null;
}

/** As `recordEvent`, and says whether there was anything to write. */
export async function recordFact(table: Table, event: Event): Promise<RecordedFact> {
  let outcome: RecordedFact['outcome'] = 'recorded';
  let stood: Event | null = null;
  let isWritten = false;
  for (const stream of streamsOf(event)) {
    const standing = await recordIn(table, stream, event);
    if (standing === 'written') isWritten = true;
    else if (standing === 'conflict') outcome = 'conflict';
    else stood = standing;
  }
  return { outcome, stood: isWritten ? null : stood };
}

/** Others may write the same event meanwhile, each change of it once: incomplete, its time, its store. */
const MAX_TRIES = 5;

/** @returns what stood there and stays; `conflict` when that is a different fact */
async function recordIn(
  table: Table,
  stream: Stream,
  event: Event,
): Promise<Event | 'written' | 'conflict'> {
  const key = keys.event(stream, event.eventId);
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    // Looking first costs a fraction of a refused write, and most repetitions stop here.
    const standing = await lookForEvent(table, key, event, tries === 0);
    if (standing === undefined) {
      await listRedeemed(table, event);
      if (await table.put(key, event)) return 'written';
      continue;
    }
    const change = changeOf(standing, event);
    if (change === 'none') return standing;
    if (change === 'conflict') return change;
    if (await table.put(key, change.event, change.ifStill)) return 'written';
  }
  throw new Error('an event kept changing while it was recorded');
}

/**
 * A first look may be a moment behind: where it shows nothing, the write's own condition decides, and where it
 * shows what no later report changes any more, that is final. All else is read again as it is.
 */
async function lookForEvent(
  table: Table,
  key: Key,
  event: Event,
  isFirst: boolean,
): Promise<Event | undefined> {
  if (!isFirst) return readEvent(table, key);
  const seen = await readEvent(table, key, false);
  return seen === undefined || isFinal(seen, event) ? seen : readEvent(table, key);
}

/** Two whole reports of one payment that names no store: nothing is left to say. */
function isFinal(seen: Event, event: Event): boolean {
  if (seen.kind !== 'order.paid' || event.kind !== 'order.paid') return false;
  const isWhole = seen.complete && event.complete;
  return isWhole && event.storeId === null && changeOf(seen, event) === 'none';
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

async function readEvent(table: Table, key: Key, consistent = true): Promise<Event | undefined> {
  const item = await table.get(key, consistent);
  return item === undefined ? undefined : eventSchema.parse(item);
}

/** The event that an entry was booked for; undefined where it stands in none of the entry's own histories. */
export async function readEventOf(table: Table, entry: Entry): Promise<Event | undefined> {
  const { platform, orderId, voucherId, eventId } = entry;
  const [first, ...others] = [streamOf(entry), { of: 'order', platform, id: orderId } as const];
  const voucher = voucherId === null ? [] : [{ of: 'voucher', platform, id: voucherId } as const];
  for (const stream of [first, ...others, ...voucher]) {
    const found = await readEvent(table, keys.event(stream, eventId), false);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether anything was ever reported of it: one small read. */
export async function hasEvents(table: Table, stream: Stream): Promise<boolean> {
  const options = { startsWith: PREFIX.event, limit: 1, consistent: false };
  for await (const _one of table.query(streamPartition(stream), options)) return true;
  return false;
}

/** Every event of one voucher or order. */
export async function readEvents(table: Table, stream: Stream): Promise<Event[]> {
  const events: Event[] = [];
  for await (const item of table.query(streamPartition(stream), { startsWith: PREFIX.event })) {
    events.push(eventSchema.parse(item));
  }
  return events;
}
