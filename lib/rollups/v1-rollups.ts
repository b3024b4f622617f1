import { PLATFORMS, type Platform, platformSchema } from '../events/id.ts';
import type { Rollup } from '../ledger/rollup.ts';
import { listedRollup } from '../ledger/rollup.ts';
import { BUCKETS, bucketPartition, keys, PREFIX } from '../store/keys.ts';
import type { Item, QueryOptions, Table } from '../store/table.ts';
import type { StoreHour } from './store-day.ts';

/**
 * What the first rollups were kept as: an hour as the list of its measures, store-days spread over 16
 * partitions, and a provider's day as one item of `platforms`. They are read as they stand. The first
 * rollup or closing that touches such a day takes its store-days over to where they are kept now.
 */
const V1_BUCKETS = 16;

/** Whether a provider's day is still the first version's. */
export function isV1Day(item: Item | undefined): boolean {
  return typeof item?.platforms === 'object' && item.platforms !== null;
}

/** What such a day came to. */
export function v1Rollups(item: Item): Partial<Record<Platform, Rollup>> {
  const listed = Object.entries(item.platforms ?? {});
  const known = listed.filter(([platform]) => PLATFORMS.some((one) => one === platform));
  return Object.fromEntries(known.map(([platform, list]) => [platform, listedRollup(list)]));
}

/** The hours of a store-day that are lists, by attribute. */
function listedHours(item: Item): Record<string, readonly unknown[]> {
  return Object.fromEntries(
    Object.entries(item).flatMap(([name, value]) =>
      HOUR.test(name) && Array.isArray(value) ? [[name, value as readonly unknown[]]] : [],
    ),
  );
}

/** The store-hours that stand as lists in some of the 16 partitions. */
export async function v1Hours(
  table: Table,
  providerId: string,
  day: string,
  buckets: readonly number[],
): Promise<StoreHour[]> {
  const hours: StoreHour[] = [];
  for (const bucket of buckets) {
    const pk = bucketPartition(providerId, day, bucket);
    for await (const item of table.query(pk, { startsWith: PREFIX.store })) {
      hours.push(...listedPlaces(providerId, day, item));
    }
  }
  return hours;
}

/** The hours of a store-day that are lists, as places to roll up again. */
export function listedPlaces(providerId: string, day: string, item: Item): StoreHour[] {
  const platform = platformSchema.parse(item.platform);
  const [storeId, merchantId] = [String(item.storeId), String(item.merchantId)];
  const place = { providerId, platform, storeId, merchantId, day };
  return Object.keys(listedHours(item)).map((name) => ({ ...place, hour: name.slice(1) }));
}

/** Sets the store-days of such a day where they are kept now, beside what was rolled up there already. */
export async function takeOverStoreDays(
  table: Table,
  providerId: string,
  day: string,
): Promise<void> {
  for (let bucket = BUCKETS; bucket < V1_BUCKETS; bucket += 1) {
    const pk = bucketPartition(providerId, day, bucket);
    for await (const item of table.query(pk, { startsWith: PREFIX.store })) {
      await takeOver(table, providerId, day, item);
    }
  }
}

/** The store-days of one bucket as it is cut now, wherever they stand, in key order. */
export async function v1StoreDays(
  table: Table,
  place: { providerId: string; day: string; bucket: number },
  options: QueryOptions,
): Promise<Item[]> {
  const found = new Map<string, Item>();
  // The hash is cut by 4 now and was by 16: what is in one bucket now was in these. Today's comes last.
  for (let bucket = place.bucket + V1_BUCKETS - BUCKETS; bucket >= 0; bucket -= BUCKETS) {
    const pk = bucketPartition(place.providerId, place.day, bucket);
    for await (const item of table.query(pk, options)) {
      found.set(item.sk, { ...found.get(item.sk), ...item });
    }
  }
  return [...found.values()]
    .sort((a, b) => Buffer.compare(Buffer.from(a.sk), Buffer.from(b.sk)))
    .slice(0, options.limit);
}

/** A store's day in the partition it had at first. */
export async function readV1StoreDay(
  table: Table,
  place: { providerId: string; day: string; platform: Platform; storeId: string },
): Promise<Item | undefined> {
  const { providerId, day, platform, storeId } = place;
  const { pk, sk } = keys.v1StoreDay(providerId, day, platform, storeId);
  return table.get({ pk, sk }, false);
}

async function takeOver(table: Table, providerId: string, day: string, item: Item) {
  const platform = platformSchema.parse(item.platform);
  const [storeId, merchantId] = [String(item.storeId), String(item.merchantId)];
  const key = keys.storeDay(providerId, day, platform, storeId);
  const names = { platform, storeId, merchantId };
  const hours = listedHours(item);
  if (await table.set(key, { ...names, ...hours }, ABSENT)) return;
  // What stands is rolled up from the same ledger, and later.
  for (const [hour, list] of Object.entries(hours)) {
    const guard = { expression: 'attribute_not_exists(#f)', names: { '#f': hour } };
    await table.set(key, { ...names, [hour]: list }, guard);
  }
}

const ABSENT = { expression: 'attribute_not_exists(pk)' };
const HOUR = /^h\d\d$/;
