import { UNATTRIBUTED } from '../../../lib/attribution/contract.ts';
import type { Terms } from '../../../lib/attribution/generations.ts';
import { type Entry, UNKNOWN_STORE } from '../../../lib/ledger/entry.ts';
import { tierStoreOf } from '../../../lib/ledger/tiers.ts';
import { entriesForward } from '../../../lib/store/ledger/entries.ts';
import { type Job, storesEverOf } from '../../../lib/store/ledger/restatements.ts';
import type { Table } from '../../../lib/store/table.ts';

/** Where entries of a merchant may be: one provider's ledger at one store. */
export interface LedgerPlace {
  readonly providerId: string;
  readonly storeId: string;
}

/** One entry of the merchant in the run's window. */
export interface LedgerPage {
  readonly entry: Entry;
  /** No entry of the merchant in its place and day was visited before it. */
  readonly isFirstOfDay: boolean;
}

export interface Stretch {
  readonly pages: readonly LedgerPage[];
  readonly placesDone: number;
  /** Where to go on; null when every place is done. */
  readonly cursor: Job['cursor'];
}

/**
 * Every provider that ever had a contract with the merchant, and nobody; at every store that ever
 * was the merchant's, at none, and where its tiers are. In an order that stays when places are added.
 */
export async function placesOf(
  { platform, merchantId }: Job,
  { contracts }: Terms,
  table: Table,
): Promise<LedgerPlace[]> {
  const stores = new Set([
    ...[UNKNOWN_STORE, tierStoreOf(merchantId)],
    ...(await storesEverOf(table, platform, merchantId)),
  ]);
  const providers = new Set([UNATTRIBUTED, ...contracts.map((contract) => contract.providerId)]);
  return [...providers]
    .sort()
    .flatMap((providerId) => [...stores].sort().map((storeId) => ({ providerId, storeId })));
}

/** Empty places cost a query each, so a piece of work looks into so many at most. */
const PLACES_A_STRETCH = 400;

/** The next entries after the run's cursor, at most `limit`. */
export async function nextEntries(
  job: Job,
  places: readonly LedgerPlace[],
  limit: number,
  table: Table,
): Promise<Stretch> {
  const pages: LedgerPage[] = [];
  const from = places.findIndex((place) => compare(place, job.cursor) >= 0);
  const start = from === -1 ? places.length : from;
  const end = Math.min(places.length, start + PLACES_A_STRETCH);
  for (let index = start; index < end; index += 1) {
    const place = places[index] as LedgerPlace;
    const isResumed = compare(place, job.cursor) === 0;
    let after = isResumed ? (job.cursor?.sk ?? '') : '';
    const span = { ...place, platform: job.platform };
    for await (const { entry, sk } of entriesForward(table, span, job, after)) {
      if (pages.length === limit)
        return { pages, placesDone: index, cursor: { ...place, sk: after } };
      // A store may be of several merchants, and `unknown` is of all: the others' entries are passed over, and
      // are not what a day begins with.
      if (entry.merchantId !== job.merchantId) continue;
      pages.push({ entry, isFirstOfDay: after.slice(0, 10) !== entry.businessDay });
      after = sk;
    }
  }
  const next = places[end];
  return { pages, placesDone: end, cursor: next === undefined ? null : { ...next, sk: '' } };
}

function compare(a: LedgerPlace, b: LedgerPlace | null): number {
  if (b === null) return 1;
  if (a.providerId !== b.providerId) return a.providerId < b.providerId ? -1 : 1;
  return a.storeId === b.storeId ? 0 : a.storeId < b.storeId ? -1 : 1;
}
