import type { Platform } from '../events/id.ts';
import { ByteReader, versionBytes } from '../ledger/bytes.ts';
import { bucketPartition, keys, PREFIX, providerPartition } from '../store/keys.ts';
import type { Condition, Item, QueryOptions, Table } from '../store/table.ts';
import {
  ALL_BUCKETS,
  bucketAttribute,
  byPlatform,
  overPlatforms,
  type PlatformRollups,
  type ProviderDay,
  packPlatforms,
  providerDayOf,
} from './provider-day.ts';
import {
  hasRoom,
  hourAttribute,
  packHour,
  packOwnDetail,
  type StoreDay,
  storeDayOf,
} from './store-day.ts';
import { isV1Day, readV1StoreDay, takeOverStoreDays, v1StoreDays } from './v1-rollups.ts';

/**
 * Writes one hour of a store-day where it is newer than what stands. A store's day is kept by hours,
 * each with its own guard, so that a busy store rereads the hour that changed and not its day.
 * @param detail the hour's cells and buyers: see `packDetail`
 */
export async function rollUpStoreHour(
  table: Table,
  providerId: string,
  day: string,
  hour: string,
  total: StoreDay,
  detail: Uint8Array,
): Promise<void> {
  const key = keys.storeDay(providerId, day, total.platform, total.storeId);
  const attribute = hourAttribute(hour);
  const { entryCount } = total.rollup;
  const item = await table.get(key);
  const standing = item?.[attribute];
  // Reading is a fraction of a refused write's price, and a repeated message changes nothing.
  if (standing instanceof Uint8Array && versionOf(standing) >= entryCount) return;
  const isInline = hasRoom(item, attribute, detail);
  if (!isInline) {
    const own = keys.storeHourDetail(providerId, day, total.platform, total.storeId, hour);
    // First, so that an hour that stands has its detail, whatever died in between.
    await table.set(own, { d: packOwnDetail(entryCount, detail) }, newerThan('d', entryCount));
  }
  const packed = packHour(total.rollup, isInline ? detail : null);
  const { platform, storeId, merchantId } = total;
  await table.set(
    key,
    { platform, storeId, merchantId, [attribute]: packed },
    newerThan(attribute, entryCount),
  );
}

/**
 * Rolls up buckets of a provider's day from their store-days, each with its own guard, in one write.
 * A day of the first version is taken over as a whole.
 */
export async function rollUpBuckets(
  table: Table,
  providerId: string,
  day: string,
  buckets: readonly number[],
): Promise<void> {
  const key = keys.providerDay(providerId, day);
  const standing = await table.get(key);
  const isV1 = isV1Day(standing);
  if (isV1) await takeOverStoreDays(table, providerId, day);
  const rolledUp = await Promise.all(
    (isV1 ? ALL_BUCKETS : buckets).map(async (bucket) => {
      const stores: StoreDay[] = [];
      const pk = bucketPartition(providerId, day, bucket);
      for await (const item of table.query(pk, { startsWith: PREFIX.store })) {
        stores.push(storeDayOf(item));
      }
      return { bucket, rollups: byPlatform(stores) };
    }),
  );
  const newer = rolledUp.filter(({ bucket, rollups }) => {
    const before = standing?.[bucketAttribute(bucket)];
    const { entryCount } = overPlatforms(rollups);
    return entryCount > (before instanceof Uint8Array ? versionOf(before) : 0);
  });
  if (newer.length === 0) return;
  const fields = isV1 ? { platforms: null } : {};
  if (await setBuckets(table, key, newer, fields)) return;
  // Another worker was ahead in one of them: each stands for itself then.
  for (const one of newer) await setBuckets(table, key, [one], fields);
}

async function setBuckets(
  table: Table,
  key: { pk: string; sk: string },
  rolledUp: readonly { bucket: number; rollups: PlatformRollups }[],
  others: Record<string, unknown>,
): Promise<boolean> {
  const fields = rolledUp.map(({ bucket, rollups }) => [
    bucketAttribute(bucket),
    packPlatforms(rollups),
  ]);
  const guards = rolledUp.map(({ bucket, rollups }, index) => ({
    expression: `(attribute_not_exists(#f${index}) OR #f${index} < :count${index})`,
    name: [`#f${index}`, bucketAttribute(bucket)] as const,
    value: [`:count${index}`, versionBytes(overPlatforms(rollups).entryCount)] as const,
  }));
  return table.set(
    key,
    { ...Object.fromEntries(fields), ...others },
    {
      expression: guards.map(({ expression }) => expression).join(' AND '),
      names: Object.fromEntries(guards.map(({ name }) => name)),
      values: Object.fromEntries(guards.map(({ value }) => value)),
    },
  );
}

/** How many entries a packed rollup has seen, which is what its guard compares. */
function versionOf(bytes: Uint8Array): number {
  return new ByteReader(bytes).version();
}

/**
 * Holds where nothing stands or what stands has seen fewer entries: it begins with their number. A first
 * version's list gives way to one of as many, which tells more.
 */
function newerThan(attribute: string, entryCount: number): Condition {
  return {
    expression:
      'attribute_not_exists(#f) OR #f < :count OR (attribute_type(#f, :list) AND #f[0] <= :seen)',
    names: { '#f': attribute },
    values: { ':count': versionBytes(entryCount), ':list': 'L', ':seen': entryCount },
  };
}

/** The store-days of one bucket, in key order. */
export async function* storeDays(
  table: Table,
  providerId: string,
  day: Pick<ProviderDay, 'day' | 'isV1'>,
  bucket: number,
): AsyncGenerator<StoreDay> {
  const place = { providerId, ...day, bucket };
  const options = { startsWith: PREFIX.store, consistent: false };
  for await (const item of storeDayItems(table, place, options)) yield storeDayOf(item);
}

interface BucketDay extends Pick<ProviderDay, 'day' | 'isV1'> {
  readonly providerId: string;
  readonly bucket: number;
}

async function* storeDayItems(
  table: Table,
  place: BucketDay,
  options: QueryOptions,
): AsyncGenerator<Item> {
  if (place.isV1) yield* await v1StoreDays(table, place, options);
  else yield* table.query(bucketPartition(place.providerId, place.day, place.bucket), options);
}

/** So many store-days of one bucket after a sort key, with theirs. */
export async function storeDaysAfter(
  table: Table,
  bucketDay: BucketDay,
  after: string | null,
  limit: number,
): Promise<{ sk: string; store: StoreDay }[]> {
  const found: { sk: string; store: StoreDay }[] = [];
  // '$' sorts right after '#', and a space before everything that an escaped id begins with.
  const between = [after === null ? PREFIX.store : `${after} `, 'STORE$'] as const;
  for await (const item of storeDayItems(table, bucketDay, { between, limit, consistent: false })) {
    found.push({ sk: item.sk, store: storeDayOf(item) });
  }
  return found;
}

/** One store's day; undefined when nothing was booked there. */
export async function readStoreDay(
  table: Table,
  providerId: string,
  day: string,
  platform: Platform,
  storeId: string,
): Promise<StoreDay | undefined> {
  const item =
    (await table.get(keys.storeDay(providerId, day, platform, storeId), false)) ??
    (await readV1StoreDay(table, { providerId, day, platform, storeId }));
  return item === undefined ? undefined : storeDayOf(item);
}

/** A provider's days within a window: at most one small item a day. */
export async function readProviderDays(
  table: Table,
  providerId: string,
  window: { from: string; to: string },
  consistent = false,
): Promise<ProviderDay[]> {
  const days: ProviderDay[] = [];
  const between = [`${PREFIX.day}${window.from}`, `${PREFIX.day}${window.to}`] as const;
  for await (const item of table.query(providerPartition(providerId), { between, consistent })) {
    days.push(providerDayOf(item));
  }
  return days;
}
