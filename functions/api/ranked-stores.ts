import * as z from 'zod';
import { mapLimit } from '../../lib/async/map-limit.ts';
import { Problem } from '../../lib/errors/problem.ts';
import { addRollups, type Rollup } from '../../lib/ledger/rollup.ts';
import { readProviderDays, storeDaysAfter } from '../../lib/rollups/rollups.ts';
import type { StoreDay } from '../../lib/rollups/store-day.ts';
import type { Table } from '../../lib/store/table.ts';
import type { Window } from './input.ts';
import { type StorePosition, storePositionSchema, totalsByStore } from './reports.ts';

/** Where a listing goes on that has the largest redeemed GMV first: after so many fen, and this key. */
const rankSchema = z.strictObject({ redeemedFen: z.int(), key: z.string().max(1_024) });
type Rank = z.infer<typeof rankSchema>;

export const storePlaceSchema = z.union([rankSchema, storePositionSchema]);
export type StorePlace = Rank | StorePosition;

/** By amount, the largest first; or in the order of their keys, where there are too many to compare. */
export type StoreOrder = 'redeemedFen' | 'store';

/** To sort stores, all of a window are read: 390 stores of a month, a second's work. */
const MAX_RANKED_STORE_DAYS = 12_000;
const READS_AT_ONCE = 16;

export interface StoresPage {
  readonly stores: StoreDay[];
  readonly order: StoreOrder;
  readonly next: StorePlace | null;
}

/**
 * One page of a provider's stores with their totals over a window. Its order is that of all pages together.
 * @param wanted which stores count; others are passed over
 * @param most store-days that are read to sort them
 * @param measure the largest comes first; a cursor keeps its number under `redeemedFen`
 * @throws Problem `request-invalid` when meanwhile there are far too many to go on sorting
 */
export async function pageOfStores(
  table: Table,
  providerId: string,
  window: Window,
  page: { position?: StorePlace | undefined; limit: number },
  wanted: (store: StoreDay) => boolean = () => true,
  most = MAX_RANKED_STORE_DAYS,
  measure: keyof Rollup = 'redeemedFen',
): Promise<StoresPage> {
  const { position, limit } = page;
  const isByKey = position !== undefined && 'bucket' in position;
  // What began in an order goes on in it, though the window has grown.
  const bound = position === undefined ? most : 2 * most;
  const all = isByKey ? undefined : await allStores(table, providerId, window, bound);
  if (all !== undefined)
    return rankedPage(all.filter(wanted), isByKey ? undefined : position, limit, measure);
  if (position !== undefined && !isByKey) {
    throw new Problem('request-invalid', 'cursor: the window has grown too much. Begin again.');
  }
  const byKey = await totalsByStore(table, providerId, window, { position, limit }, wanted);
  return { ...byKey, order: 'store' };
}

function rankedPage(
  stores: readonly StoreDay[],
  after: Rank | undefined,
  limit: number,
  measure: keyof Rollup,
): StoresPage {
  const ranked = stores
    .map((store) => ({ store, ...rankOf(store, measure) }))
    .toSorted(largestFirst);
  const left = after === undefined ? ranked : ranked.filter((one) => largestFirst(after, one) < 0);
  const shown = left.slice(0, limit);
  const last = shown.at(-1);
  const isLast = last === undefined || shown.length === left.length;
  const next = isLast ? null : { redeemedFen: last.redeemedFen, key: last.key };
  return { stores: shown.map(({ store }) => store), order: 'redeemedFen', next };
}

function rankOf({ platform, storeId, rollup }: StoreDay, measure: keyof Rollup): Rank {
  return { redeemedFen: rollup[measure], key: JSON.stringify([platform, storeId]) };
}

/** Equal ones by name, so that pages agree. */
function largestFirst(a: Rank, b: Rank): number {
  if (a.redeemedFen !== b.redeemedFen) return b.redeemedFen - a.redeemedFen;
  return a.key === b.key ? 0 : a.key < b.key ? -1 : 1;
}

/** @returns undefined when a window has more store-days than that */
async function allStores(
  table: Table,
  providerId: string,
  window: Window,
  most: number,
): Promise<StoreDay[] | undefined> {
  const days = await readProviderDays(table, providerId, window);
  const places = days.flatMap(({ day, buckets }) =>
    [...buckets.keys()].map((bucket) => ({ providerId, day, bucket })),
  );
  let left = most;
  const read = await mapLimit(places, READS_AT_ONCE, async (place) => {
    if (left < 0) return [];
    const found = await storeDaysAfter(table, place, null, left + 1);
    left -= found.length;
    return found;
  });
  if (left < 0) return undefined;
  return [...Map.groupBy(read.flat(), ({ sk }) => sk).values()].flatMap((own) => {
    const last = own.at(-1);
    const rollup = addRollups(own.map(({ store }) => store.rollup));
    return last === undefined ? [] : [{ ...last.store, rollup }];
  });
}
