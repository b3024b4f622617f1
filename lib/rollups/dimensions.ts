import type { Platform } from '../events/event.ts';
import { addBuyers, type Buyers, packBuyers, unpackBuyers } from '../ledger/buyers.ts';
import { addDetails, type Detail, unpackDetail } from '../ledger/detail.ts';
import {
  addRows,
  CELL_DIMENSIONS,
  packRows,
  type Row,
  rowsBy,
  unpackRows,
} from '../ledger/dimensions.ts';
import type { Store } from '../store/accounts/parties.ts';
import { bucketPartition, keys, PREFIX } from '../store/keys.ts';
import type { Item, Table } from '../store/table.ts';
import { largestOf, SUMMARY, summarize } from './day-summary.ts';
import { pagesOf, putPages, readPages } from './dimension-pages.ts';
import { noteRolledUp, noteStores, storesUpTo } from './dimensions-due.ts';
import { keepLargestNames, type LargestName } from './largest-names.ts';
import { type Overall, overallOf, rollUpOverall } from './overall.ts';
import { providerDayOf, versionOfDay } from './provider-day.ts';
import { registeredStores } from './registered-stores.ts';
import { isSlots, refreshSlotDetails } from './slots.ts';
import { detailsOf, type StoreDay, storeDayOf } from './store-day.ts';
import { needsShards, putShards, shardsOfDay } from './store-shards.ts';

/** What a provider's day is rolled up by, beside its days, stores and platforms. */
export const DIMENSIONS = [...CELL_DIMENSIONS, 'city'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** Kept beside the dimensions, as if they were one. */
export const BUYERS = 'buyers';

/**
 * Rolls up a provider's day by every dimension, from all its store-days. That reads the whole day, so it is
 * requested minutes after a change and not at each. What it writes knows the day at least as it was when
 * it began: store-days are written before the day they belong to.
 * @param today the business day that is not over; of days before it each store is kept, too (`store-shards.ts`)
 * @returns the day as it was left, where this noted anything
 * @throws Error where somebody else wrote the stores of the day meanwhile: it is to be done again
 */
export async function rollUpDimensions(
  table: Table,
  providerId: string,
  day: string,
  today = day,
): Promise<Item | undefined> {
  const key = keys.providerDay(providerId, day);
  const item = await table.get(key);
  if (item === undefined) return undefined;
  const added = await addUpDay(table, providerId, day, item, true);
  const { entryCount, rolledUp, overall, names, stores } = added;
  // Before what is noted as known: who dies in between begins anew.
  await rollUpOverall(table, { providerId, day }, overall);
  await putPages(table, { providerId, day, entryCount }, rolledUp);
  await keepLargestNames(table, providerId, names);
  // Never less than what the day was at when it was read: a day that does not add up is not rolled up for ever.
  const upTo = Math.max(versionOfDay(item), entryCount);
  const isLarge = needsShards(stores);
  if (isLarge && day < today)
    await keepShards(table, { providerId, day }, { ...added, item, upTo, today });
  return noteRolledUp(table, { providerId, day }, upTo, isLarge);
}

async function keepShards(
  table: Table,
  { providerId, day }: { providerId: string; day: string },
  {
    stores,
    entryCount,
    item,
    upTo,
    today,
  }: DayAddedUp & { item: Item; upTo: number; today: string },
): Promise<void> {
  const before = storesUpTo(item);
  const shards = await shardsOfDay(table, { providerId, day }, stores, today);
  await putShards(table, { providerId, day, entryCount }, shards, before === 0 ? 'first' : 'again');
  if (before >= upTo || (await noteStores(table, { providerId, day }, upTo, before))) return;
  throw new Error('another worker wrote the stores of this day meanwhile');
}

interface DayAddedUp {
  readonly entryCount: number;
  /** By dimension, in pages. */
  readonly rolledUp: ReadonlyMap<string, Uint8Array[]>;
  /** The provider's part of the totals over all. */
  readonly overall: Overall;
  readonly stores: readonly StoreDay[];
  /** What the largest stores of the day are called. */
  readonly names: ReadonlyMap<string, LargestName>;
}

/**
 * What a provider's day comes to by every dimension, and its buyers, from its store-days as they stand.
 * @param item the provider-day, read before
 * @param isKept whether what it reads anew of busy hours is kept for the next time
 */
export async function addUpDay(
  table: Table,
  providerId: string,
  day: string,
  item: Item,
  isKept = false,
): Promise<DayAddedUp> {
  const buckets = [...providerDayOf(item).buckets.keys()];
  const read = await readDay(table, providerId, day, buckets);
  const { storeDays: items } = read;
  const stores = items.map(storeDayOf);
  const anew = await refreshSlotDetails(table, { providerId, day }, read, isKept);
  const { details, entryCount } = detailsOf(items, [...read.apart, ...anew]);
  const detail = addDetails(details.map(unpackDetail));
  const registered = await registeredStores(stores, detail.cells, table);
  const rolledUp = new Map<string, Uint8Array[]>();
  for (const dimension of DIMENSIONS) {
    const rows = rowsOf(dimension, stores, detail, registered);
    rolledUp.set(dimension, pagesOf(rows).map(packRows));
  }
  rolledUp.set(BUYERS, [packBuyers(detail.buyers)]);
  rolledUp.set(SUMMARY, [summarize(items, stores, detail.cells)]);
  const names = namesOf(largestOf(stores), registered);
  return { entryCount, rolledUp, overall: overallOf(stores, detail.cells), names, stores };
}

async function readDay(table: Table, providerId: string, day: string, buckets: readonly number[]) {
  const storeDays: Item[] = [];
  const slots: Item[] = [];
  const apart: Item[] = [];
  for (const bucket of buckets) {
    for await (const own of table.query(bucketPartition(providerId, day, bucket))) {
      if (own.sk.startsWith(PREFIX.store)) storeDays.push(own);
      else (isSlots(own) ? slots : apart).push(own);
    }
  }
  return { storeDays, slots, apart };
}

function namesOf(
  largest: readonly StoreDay[],
  registered: ReadonlyMap<string, Store | null>,
): Map<string, LargestName> {
  return new Map(
    largest.map(({ platform, storeId }) => {
      const {
        name = null,
        city = null,
        merchantId = null,
      } = registered.get(`${platform}/${storeId}`) ?? {};
      return [`${platform}/${storeId}`, { name, city, merchantId }];
    }),
  );
}

function rowsOf(
  dimension: Dimension,
  stores: readonly StoreDay[],
  { cells }: Detail,
  registered: ReadonlyMap<string, Store | null>,
): Row[] {
  switch (dimension) {
    case 'city':
      return addRows(
        stores.map(({ platform, storeId, rollup }) => ({
          value: registered.get(`${platform}/${storeId}`)?.city ?? null,
          rollup,
        })),
      );
    case 'loop':
    case 'channel':
    case 'product':
    case 'creator':
    case 'merchant':
      return rowsBy(dimension, cells);
    default:
      return dimension satisfies never;
  }
}

/**
 * The rows of a provider's days by a dimension, summed over the window. Each day is at most a few
 * items, however many stores it has.
 */
export async function readDimension(
  table: Table,
  providerId: string,
  dimension: Dimension,
  window: { from: string; to: string },
): Promise<Row[]> {
  const days = await readDimensionDays(table, providerId, dimension, window);
  return addRows(days.flatMap(({ rows }) => rows));
}

/** The same, not summed: a day may come in several parts. */
export async function readDimensionDays(
  table: Table,
  providerId: string,
  dimension: Dimension,
  window: { from: string; to: string },
): Promise<{ day: string; rows: Row[] }[]> {
  const pages = await readPages(table, providerId, dimension, window);
  return pages.map(({ day, bytes }) => ({ day, rows: unpackRows(bytes) }));
}

/** The buyers of a window, exact or sampled alike on every day. */
export async function readBuyers(
  table: Table,
  providerId: string,
  window: { from: string; to: string },
): Promise<Buyers> {
  const days = await readPages(table, providerId, BUYERS, window);
  return addBuyers(
    days.map(({ bytes }) => unpackBuyers(bytes)),
    Number.POSITIVE_INFINITY,
  );
}

/** One store's buyers, from its own days. */
export async function readStoreBuyers(
  table: Table,
  place: { providerId: string; platform: Platform; storeId: string },
  days: readonly string[],
): Promise<Buyers> {
  const { providerId, platform, storeId } = place;
  const found: Buyers[] = [];
  for (const day of days) {
    const key = keys.storeDay(providerId, day, platform, storeId);
    const item = await table.get(key, false);
    if (item === undefined) continue;
    const own = keys.storeHourDetail(providerId, day, platform, storeId, '');
    const apart: Item[] = [];
    for await (const one of table.query(own.pk, { startsWith: own.sk, consistent: false })) {
      apart.push(one);
    }
    const { details } = detailsOf([item], apart);
    found.push(...details.map((bytes) => unpackDetail(bytes).buyers));
  }
  return addBuyers(found, Number.POSITIVE_INFINITY);
}
