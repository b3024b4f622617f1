import * as z from 'zod';
import type { Platform } from '../events/event.ts';
import { PLATFORMS, platformSchema } from '../events/event.ts';
import { addFolds, type Fold, packFold, unpackFold } from '../ledger/fold.ts';
import { bucketPartition, dayPartition, keys, PREFIX, providerPartition } from './keys.ts';
import type { Item, Table } from './table.ts';

/** One store's total for one provider and business day. */
export interface StoreDay {
  readonly platform: Platform;
  readonly storeId: string;
  readonly merchantId: string;
  readonly fold: Fold;
}

/** Totals by platform: what the upper levels keep, so that a platform's share needs no rereading. */
export type PlatformFolds = Partial<Record<Platform, Fold>>;

const storeDaySchema = z.object({
  platform: platformSchema,
  storeId: z.string(),
  merchantId: z.string(),
});

const HOURS = Array.from({ length: 24 }, (_, hour) => `h${String(hour).padStart(2, '0')}`);

/**
 * Writes one hour of a store-day where it is newer than what stands. A store's day is kept by hours,
 * each with its own guard, so that a busy store rereads the hour that changed and not its day.
 */
export async function foldStoreHour(
  table: Table,
  providerId: string,
  day: string,
  hour: string,
  total: StoreDay,
): Promise<void> {
  const key = keys.storeDay(providerId, day, total.platform, total.storeId);
  const attribute = `h${hour}`;
  const standing = (await table.get(key))?.[attribute];
  // Reading is a fraction of a refused write's price, and a repeated message changes nothing.
  if (Array.isArray(standing) && unpackFold(standing).entryCount >= total.fold.entryCount) return;
  const { platform, storeId, merchantId } = total;
  await table.set(
    key,
    { platform, storeId, merchantId, [attribute]: packFold(total.fold) },
    {
      expression: 'attribute_not_exists(#h) OR #h[0] < :count',
      names: { '#h': attribute },
      values: { ':count': total.fold.entryCount },
    },
  );
}

/** Refolds one bucket of a provider's day from its store-days. */
export async function foldBucketDay(
  table: Table,
  providerId: string,
  day: string,
  bucket: number,
): Promise<void> {
  const stores: StoreDay[] = [];
  for await (const store of storeDays(table, providerId, day, bucket)) stores.push(store);
  const folds: PlatformFolds = {};
  for (const platform of PLATFORMS) {
    const own = stores.filter((store) => store.platform === platform);
    if (own.length > 0) folds[platform] = addFolds(own.map((store) => store.fold));
  }
  await putUpper(table, keys.bucketDay(providerId, day, bucket), folds);
}

/** Refolds a provider's day from its buckets. */
export async function foldProviderDay(
  table: Table,
  providerId: string,
  day: string,
): Promise<void> {
  const buckets: PlatformFolds[] = [];
  for await (const item of table.query(dayPartition(providerId, day), {
    startsWith: PREFIX.bucket,
  })) {
    buckets.push(unpackPlatforms(item));
  }
  await putUpper(table, keys.providerDay(providerId, day), addPlatforms(buckets));
}

/** The store-days of one bucket, in key order, after `afterKey` when given. */
export async function* storeDays(
  table: Table,
  providerId: string,
  day: string,
  bucket: number,
  consistent = true,
): AsyncGenerator<StoreDay> {
  const pk = bucketPartition(providerId, day, bucket);
  for await (const item of table.query(pk, { startsWith: PREFIX.store, consistent })) {
    yield { ...storeDaySchema.parse(item), fold: addFolds(hoursOf(item)) };
  }
}

/** One store's day; undefined when nothing was booked there. */
export async function readStoreDay(
  table: Table,
  providerId: string,
  day: string,
  platform: Platform,
  storeId: string,
): Promise<StoreDay | undefined> {
  const item = await table.get(keys.storeDay(providerId, day, platform, storeId), false);
  if (item === undefined) return undefined;
  return { ...storeDaySchema.parse(item), fold: addFolds(hoursOf(item)) };
}

/** A provider's days within a window: at most one small item a day. */
export async function readProviderDays(
  table: Table,
  providerId: string,
  window: { from: string; to: string },
): Promise<{ day: string; folds: PlatformFolds }[]> {
  const days: { day: string; folds: PlatformFolds }[] = [];
  const between = [`${PREFIX.day}${window.from}`, `${PREFIX.day}${window.to}`] as const;
  for await (const item of table.query(providerPartition(providerId), {
    between,
    consistent: false,
  })) {
    days.push({ day: item.sk.slice(PREFIX.day.length), folds: unpackPlatforms(item) });
  }
  return days;
}

/** Which buckets of a provider's day hold anything. */
export async function readBuckets(
  table: Table,
  providerId: string,
  day: string,
): Promise<{ bucket: number; folds: PlatformFolds }[]> {
  const buckets: { bucket: number; folds: PlatformFolds }[] = [];
  for await (const item of table.query(dayPartition(providerId, day), {
    startsWith: PREFIX.bucket,
    consistent: false,
  })) {
    const bucket = Number(item.sk.slice(PREFIX.bucket.length));
    buckets.push({ bucket, folds: unpackPlatforms(item) });
  }
  return buckets;
}

/** One total over all platforms. */
export function overPlatforms(folds: PlatformFolds): Fold {
  return addFolds(Object.values(folds));
}

export function addPlatforms(all: readonly PlatformFolds[]): PlatformFolds {
  const sum: PlatformFolds = {};
  for (const platform of PLATFORMS) {
    const own = all.flatMap((folds) => folds[platform] ?? []);
    if (own.length > 0) sum[platform] = addFolds(own);
  }
  return sum;
}

async function putUpper(
  table: Table,
  key: { pk: string; sk: string },
  folds: PlatformFolds,
): Promise<void> {
  const { entryCount } = overPlatforms(folds);
  const standing = (await table.get(key))?.entryCount;
  if (typeof standing === 'number' && standing >= entryCount) return;
  const packed = Object.entries(folds).map(([platform, fold]) => [platform, packFold(fold)]);
  await table.put(
    key,
    { entryCount, platforms: Object.fromEntries(packed) },
    {
      expression: 'attribute_not_exists(pk) OR entryCount < :count',
      values: { ':count': entryCount },
    },
  );
}

function hoursOf(item: Item): Fold[] {
  return HOURS.flatMap((hour) => {
    const packed = item[hour];
    return Array.isArray(packed) ? [unpackFold(packed)] : [];
  });
}

function unpackPlatforms(item: Item): PlatformFolds {
  const packed = z.record(z.string(), z.array(z.number())).parse(item.platforms);
  const folds: PlatformFolds = {};
  for (const platform of PLATFORMS) {
    const own = packed[platform];
    if (own !== undefined) folds[platform] = unpackFold(own);
  }
  return folds;
}
