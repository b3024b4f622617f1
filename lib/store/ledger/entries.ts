import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { type Entry, entrySchema } from '../../ledger/entry.ts';
import { toInstant } from '../../time/shanghai.ts';
import { type Key, keys, ledgerPartition } from '../keys.ts';
import type { Item, Table } from '../table.ts';

/** An entry as it stands after an attempt to book it; `conflict` when another stood there. */
export interface Booked {
  readonly entry: Entry;
  readonly conflict: boolean;
}

/**
 * Books an entry once, and notes when: by that, every figure can be had as it was known at an instant. What already
 * stands under its id stays and is given back.
 */
export async function bookEntry(
  table: Table,
  entry: Entry,
  now: () => number = Date.now,
): Promise<Booked> {
  const fields = { ...entry, bookedAt: toInstant(now()) };
  if (await table.put(keys.entry(entry), fields)) return { entry, conflict: false };
  const standing = await readEntry(table, entry);
  if (standing === undefined) throw new Error('an entry was refused and is not there');
  return { entry: standing, conflict: !sameEntry(standing, entry) };
}

/** The entries at one instant of a store whose ids begin with this one's, itself among them. */
export async function* entriesFrom(table: Table, place: Entry): AsyncGenerator<Entry> {
  const { pk, sk } = keys.entry(place);
  for await (const item of table.query(pk, { startsWith: sk })) yield entrySchema.parse(item);
}

/** The entry that stands where this one would, if any. */
export async function readEntry(table: Table, entry: Entry): Promise<Entry | undefined> {
  return entryAt(table, keys.entry(entry));
}

/** The entry at a key, if any. */
export async function entryAt(table: Table, key: Key): Promise<Entry | undefined> {
  const item = await table.get(key);
  return item === undefined ? undefined : entrySchema.parse(item);
}

/** The same, with when it was written. */
export async function listedAt(table: Table, key: Key): Promise<ListedEntry | undefined> {
  const item = await table.get(key);
  return item === undefined ? undefined : listedEntry(item);
}

/** An entry of a list. */
export interface ListedEntry {
  readonly entry: Entry;
  readonly sk: string;
  /** When it was written; null for one of which nobody noted it. */
  readonly bookedAt: string | null;
}

function listedEntry(item: Item): ListedEntry {
  const { sk, bookedAt } = item;
  return { entry: entrySchema.parse(item), sk, bookedAt: bookedAtSchema.parse(bookedAt) };
}

const bookedAtSchema = z.iso.datetime({ offset: true }).nullable().default(null);

export interface LedgerSpan {
  readonly providerId: string;
  readonly platform: string;
  readonly storeId: string;
}

/** Whether a store has any entry for a provider: one small read. */
export async function hasEntries(table: Table, span: LedgerSpan): Promise<boolean> {
  const pk = ledgerPartition(span.providerId, span.platform, span.storeId);
  for await (const _one of table.query(pk, { limit: 1, consistent: false })) return true;
  return false;
}

/** A store's entries for one provider within one hour of a business day. */
export async function entriesOfHour(
  table: Table,
  span: LedgerSpan,
  day: string,
  hour: string,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  const pk = ledgerPartition(span.providerId, span.platform, span.storeId);
  for await (const item of table.query(pk, { startsWith: `${day}#${hour}:` })) {
    entries.push(entrySchema.parse(item));
  }
  return entries;
}

/** The same within one minute of the hour. */
export async function entriesOfMinute(
  table: Table,
  span: LedgerSpan,
  day: string,
  hour: string,
  minute: string,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  const pk = ledgerPartition(span.providerId, span.platform, span.storeId);
  for await (const item of table.query(pk, { startsWith: `${day}#${hour}:${minute}:` })) {
    entries.push(entrySchema.parse(item));
  }
  return entries;
}

/**
 * A store's entries for one provider over business days, newest first, with the sort key to go on from.
 * @param before only entries before this sort key
 * @param limit reads at most one entry more: without it the first page that the table reads is a megabyte
 */
export async function* entriesBackwards(
  table: Table,
  span: LedgerSpan,
  days: { from: string; to: string },
  before?: string,
  limit?: number,
): AsyncGenerator<ListedEntry> {
  const pk = ledgerPartition(span.providerId, span.platform, span.storeId);
  // '$' sorts right after '#', so the last day is included whole.
  const end = `${days.to}$`;
  // A cursor may be of another window: it goes on in this one, and never leads out of it.
  const until = before !== undefined && before < end ? before : end;
  const between: readonly [string, string] = [`${days.from}#`, until];
  if (between[1] < between[0]) return;
  // The one at `before` is read too.
  const most = limit === undefined ? {} : { limit: limit + 1 };
  const options = { between, backwards: true, consistent: false, ...most };
  for await (const item of table.query(pk, options)) {
    if (item.sk === before) continue;
    yield listedEntry(item);
  }
}

/**
 * A store's entries for one provider over business days, oldest first.
 * @param after only entries after this sort key; empty for all
 */
export async function* entriesForward(
  table: Table,
  span: LedgerSpan,
  days: { from: string; to: string },
  after: string,
): AsyncGenerator<ListedEntry> {
  const pk = ledgerPartition(span.providerId, span.platform, span.storeId);
  const start = `${days.from}#`;
  const between = [after > start ? after : start, `${days.to}$`] as const;
  for await (const item of table.query(pk, { between })) {
    if (item.sk === after) continue;
    yield listedEntry(item);
  }
}

/**
 * Whether the fact was complete when it was booked is no difference in what was booked, nor is a buyer
 * that only one of them reports: the other's was not known yet, or was erased. `reversesAt` only repeats
 * what is known of the entry that `reverses` names.
 */
export function sameEntry(a: Entry, b: Entry): boolean {
  if (isDeepStrictEqual(a, b)) return true;
  const buyers = a.buyer !== null && b.buyer !== null;
  const text = (entry: Entry) => {
    const parsed = entrySchema.parse(entry);
    const buyer = buyers ? parsed.buyer : null;
    return JSON.stringify({ ...parsed, complete: true, reversesAt: null, buyer });
  };
  return text(a) === text(b);
}
