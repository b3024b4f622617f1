import { unpackBuyers } from '../ledger/buyers.ts';
import { addRows, unpackRows } from '../ledger/dimensions.ts';
import { bucketPartition, keys, PREFIX } from '../store/keys.ts';
import type { Item, Table } from '../store/table.ts';
import { isOverallWrong, mendOverall, standingOverall } from './check-overall.ts';
import { unchanged } from './check-store-day.ts';
import { SUMMARY } from './day-summary.ts';
import { putPages, readPages, standingPages } from './dimension-pages.ts';
import { addUpDay, BUYERS, DIMENSIONS } from './dimensions.ts';
import { noteMended, storesUpTo } from './dimensions-due.ts';
import { OVERALL } from './overall.ts';
import { ALL_BUCKETS, bucketAttribute, byPlatform, packPlatforms } from './provider-day.ts';
import { type StoreDay, storeDayOf } from './store-day.ts';
import { needsShards, putShards, STORES, shardsOfDay, wrongShards } from './store-shards.ts';

/** A provider's day, and what it is by every dimension, against its store-days. */

export interface ProviderDayPlace {
  readonly providerId: string;
  readonly day: string;
}

/** The buckets that are not the sum of their store-days, by number. */
export async function wrongBuckets(
  table: Table,
  { providerId, day }: ProviderDayPlace,
  isMending: boolean,
): Promise<number[]> {
  const key = keys.providerDay(providerId, day);
  const item = await table.get(key);
  const wrong: number[] = [];
  for (const bucket of ALL_BUCKETS) {
    const attribute = bucketAttribute(bucket);
    const expected = await addUpBucket(table, providerId, day, bucket);
    const standing = item?.[attribute];
    if (isSameBytes(standing, expected)) continue;
    wrong.push(bucket);
    if (!isMending || expected === undefined) continue;
    await table.set(key, { [attribute]: expected }, unchanged(attribute, standing));
  }
  return wrong;
}

/** @returns undefined where there is no store-day */
async function addUpBucket(
  table: Table,
  providerId: string,
  day: string,
  bucket: number,
): Promise<Uint8Array | undefined> {
  const stores: StoreDay[] = [];
  const pk = bucketPartition(providerId, day, bucket);
  for await (const item of table.query(pk, { startsWith: PREFIX.store })) {
    stores.push(storeDayOf(item));
  }
  return stores.length === 0 ? undefined : packPlatforms(byPlatform(stores));
}

/**
 * The dimensions that are not what the store-days come to; `buyers` for repeat purchases, `overall` for the day's part
 * of the totals over all providers, `stores` for what is kept of each store. All of a day are put right together.
 */
export async function wrongDimensions(
  table: Table,
  place: ProviderDayPlace,
  isMending: boolean,
): Promise<string[]> {
  const { providerId, day } = place;
  const item = await table.get(keys.providerDay(providerId, day));
  if (item === undefined) return [];
  const all = [...DIMENSIONS, BUYERS, SUMMARY];
  // Before the day is read: pages that are written in between are newer, and stay.
  const pages = await standingPages(table, providerId, day, all);
  const overall = await standingOverall(table, place);
  const added = await addUpDay(table, providerId, day, item);
  const { entryCount, rolledUp, overall: part, stores } = added;
  const wrong: string[] = [];
  for (const dimension of all) {
    const own = await readPages(table, providerId, dimension, { from: day, to: day }, true);
    const standing = own.map(({ bytes }) => bytes);
    const isSame = textOf(dimension, standing) === textOf(dimension, rolledUp.get(dimension) ?? []);
    if (!isSame) wrong.push(dimension);
  }
  if (await isOverallWrong(table, place, overall, part)) wrong.push(OVERALL);
  const shards = await standingShards(table, place, stores, item);
  if ((await wrongShards(table, place, shards)).length > 0) wrong.push(STORES);
  if (wrong.length === 0 || !isMending) return wrong;
  if (wrong.includes(STORES)) await putShards(table, { ...place, entryCount }, shards, 'mend');
  await mendOverall(table, place, overall, part);
  await putPages(table, { providerId, day, entryCount }, rolledUp, pages);
  await noteMended(table, place, entryCount);
  return wrong;
}

/** The shards of a day as they should stand; none while none were written. */
async function standingShards(
  table: Table,
  place: ProviderDayPlace,
  stores: readonly StoreDay[],
  item: Item,
): Promise<Map<string, Uint8Array>> {
  const isWritten = needsShards(stores) && storesUpTo(item) > 0;
  return isWritten ? shardsOfDay(table, place, stores, place.day) : new Map();
}

/** What pages say, in whatever order and however many they are. */
function textOf(dimension: string, pages: readonly Uint8Array[]): string {
  if (dimension === SUMMARY) return Buffer.concat(pages).toString('hex');
  if (dimension === BUYERS) {
    const all = pages.map(unpackBuyers);
    const pairs = all.flatMap(({ standing }) => [...standing].map((pair) => JSON.stringify(pair)));
    return JSON.stringify([all.map(({ level }) => level), pairs.toSorted()]);
  }
  const rows = addRows(pages.flatMap(unpackRows)).map((row) => JSON.stringify(row));
  return JSON.stringify(rows.toSorted());
}

function isSameBytes(standing: Item[string], expected: Uint8Array | undefined): boolean {
  if (!(standing instanceof Uint8Array) || expected === undefined) return standing === expected;
  return Buffer.compare(standing, expected) === 0;
}
