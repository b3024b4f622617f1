import { mapLimit } from '../../lib/async/map-limit.ts';
import type { EventSource } from '../../lib/events/event.ts';
import { type Entry, UNKNOWN_STORE } from '../../lib/ledger/entry.ts';
import { type Rollup, rollUpEntries } from '../../lib/ledger/rollup.ts';
import { isTierStore, tierStoreOf } from '../../lib/ledger/tiers.ts';
import type { MerchantRef } from '../../lib/store/keys.ts';
import { entriesForward } from '../../lib/store/ledger/entries.ts';
import { readEventOf } from '../../lib/store/ledger/events.ts';
import { storesEverOf } from '../../lib/store/ledger/restatements.ts';
import type { Table } from '../../lib/store/table.ts';

/** What brought the facts that entries are of. `tier`: a contract's tiers, which no fact brings. */
export type EntrySource = EventSource | 'tier' | 'unknown';

/** A merchant's books in a window by what brought them. */
export type SourceBooks = ReadonlyMap<EntrySource, Rollup>;

const READS_AT_ONCE = 16;

/**
 * What our books of merchants are made of, from their entries and the event of each: a read an entry, so only so many.
 * @param merchants in the order in which they matter
 * @param most entries of all of them together
 * @returns without those of which there are more entries than are left to be read
 */
export async function booksBySource(
  table: Table,
  merchants: readonly MerchantRef[],
  { providerId, most, ...days }: { providerId: string; most: number; from: string; to: string },
): Promise<ReadonlyMap<string, SourceBooks>> {
  const books = new Map<string, SourceBooks>();
  let left = most;
  for (const merchant of merchants) {
    const entries = await entriesOf(table, merchant, { providerId, ...days }, left);
    if (entries === undefined) continue;
    left -= entries.length;
    const sources = await mapLimit(entries, READS_AT_ONCE, (entry) => sourceOf(table, entry));
    const bySource = Map.groupBy(entries.keys(), (index) => sources[index] ?? 'unknown');
    books.set(
      merchant.merchantId,
      new Map(
        [...bySource].map(([source, indices]) => [
          source,
          rollUpEntries(indices.flatMap((index) => entries[index] ?? [])),
        ]),
      ),
    );
  }
  return books;
}

/** @returns undefined where there are more than may be read */
async function entriesOf(
  table: Table,
  { platform, merchantId }: MerchantRef,
  { providerId, ...days }: { providerId: string; from: string; to: string },
  most: number,
): Promise<Entry[] | undefined> {
  const stores = [
    ...(await storesEverOf(table, platform, merchantId)),
    ...[UNKNOWN_STORE, tierStoreOf(merchantId)],
  ];
  const entries: Entry[] = [];
  let read = 0;
  for (const storeId of stores) {
    const span = { providerId, platform, storeId };
    for await (const { entry } of entriesForward(table, span, days, '')) {
      read += 1;
      if (read > most) return undefined;
      // A store may have been another's, and many merchants have some at no store.
      if (entry.merchantId === merchantId) entries.push(entry);
    }
  }
  return entries;
}

async function sourceOf(table: Table, entry: Entry): Promise<EntrySource> {
  if (isTierStore(entry.storeId)) return 'tier';
  return (await readEventOf(table, entry))?.source ?? 'unknown';
}
