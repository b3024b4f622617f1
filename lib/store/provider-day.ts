import { PLATFORMS, type Platform, platformSchema } from '../events/id.ts';
import { ByteReader, ByteWriter } from '../ledger/bytes.ts';
import { addFolds, type Fold, readFold, writeFold } from '../ledger/fold.ts';
import { BUCKETS, PREFIX } from './keys.ts';
import type { StoreDay } from './store-day.ts';
import type { Item } from './table.ts';
import { isV1Day, v1Folds } from './v1-folds.ts';

/** Totals by platform: what the upper levels keep, so that a platform's share needs no rereading. */
export type PlatformFolds = Partial<Record<Platform, Fold>>;

export interface ProviderDay {
  readonly day: string;
  readonly folds: PlatformFolds;
  /** Still as the first version kept it. */
  readonly isV1: boolean;
  /** Those that hold anything, by number; of a first version's day all, and nobody knows how much. */
  readonly buckets: ReadonlyMap<number, PlatformFolds>;
}

export const ALL_BUCKETS = Array.from({ length: BUCKETS }, (_, bucket) => bucket);

export const bucketAttribute = (bucket: number) => `b${String(bucket).padStart(2, '0')}`;

/** A provider's day as its item keeps it: by buckets, each an attribute of its own. */
export function providerDayOf(item: Item): ProviderDay {
  const day = item.sk.slice(PREFIX.day.length);
  if (isV1Day(item)) {
    const all = new Map(ALL_BUCKETS.map((bucket) => [bucket, {}]));
    return { day, isV1: true, folds: v1Folds(item), buckets: all };
  }
  const buckets = new Map<number, PlatformFolds>();
  for (const bucket of ALL_BUCKETS) {
    const bytes = item[bucketAttribute(bucket)];
    if (bytes instanceof Uint8Array) buckets.set(bucket, unpackPlatforms(bytes));
  }
  const folds = addPlatforms([...buckets.values()]);
  return { day, isV1: false, folds, buckets };
}

/** Whether anything of a bucket was folded; of a first version's day nobody knows. */
export function hasBucket(item: Item, bucket: number): boolean {
  return isV1Day(item) || item[bucketAttribute(bucket)] !== undefined;
}

/** How many entries a day's buckets have seen: its version, which only grows. */
export function versionOfDay(item: Item): number {
  return overPlatforms(providerDayOf(item).folds).entryCount;
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

/** Store-days → their totals by platform. */
export function byPlatform(stores: readonly StoreDay[]): PlatformFolds {
  return addPlatforms(stores.map(({ platform, fold }) => ({ [platform]: fold })));
}

export function packPlatforms(folds: PlatformFolds): Uint8Array {
  const writer = new ByteWriter().version(overPlatforms(folds).entryCount);
  for (const platform of PLATFORMS) {
    const fold = folds[platform];
    if (fold !== undefined) writeFold(writer.text(platform), fold);
  }
  return writer.finish();
}

function unpackPlatforms(bytes: Uint8Array): PlatformFolds {
  const reader = new ByteReader(bytes);
  reader.version();
  const folds: PlatformFolds = {};
  while (!reader.isAtEnd) folds[platformSchema.parse(reader.text())] = readFold(reader);
  return folds;
}
