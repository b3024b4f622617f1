import { PLATFORMS, type Platform, platformSchema } from '../events/id.ts';
import { ByteReader, ByteWriter } from '../ledger/bytes.ts';
import { addRollups, type Rollup, readRollup, writeRollup } from '../ledger/rollup.ts';
import { BUCKETS, PREFIX } from '../store/keys.ts';
import type { Item } from '../store/table.ts';
import type { StoreDay } from './store-day.ts';

/** Totals by platform: what the upper levels keep, so that a platform's share needs no rereading. */
export type PlatformRollups = Partial<Record<Platform, Rollup>>;

export interface ProviderDay {
  readonly day: string;
  readonly rollups: PlatformRollups;
  /** Those that hold anything, by number. */
  readonly buckets: ReadonlyMap<number, PlatformRollups>;
}

export const ALL_BUCKETS = Array.from({ length: BUCKETS }, (_, bucket) => bucket);

export const bucketAttribute = (bucket: number) => `b${String(bucket).padStart(2, '0')}`;

/** A provider's day as its item keeps it: by buckets, each an attribute of its own. */
export function providerDayOf(item: Item): ProviderDay {
  const day = item.sk.slice(PREFIX.day.length);
  const buckets = new Map<number, PlatformRollups>();
  for (const bucket of ALL_BUCKETS) {
    const bytes = item[bucketAttribute(bucket)];
    if (bytes instanceof Uint8Array) buckets.set(bucket, unpackPlatforms(bytes));
  }
  const rollups = addPlatforms([...buckets.values()]);
  return { day, rollups, buckets };
}

/** Whether anything of a bucket was rolled up. */
export function hasBucket(item: Item, bucket: number): boolean {
  return item[bucketAttribute(bucket)] !== undefined;
}

/** How many entries a day's buckets have seen: its version, which only grows. */
export function versionOfDay(item: Item): number {
  return overPlatforms(providerDayOf(item).rollups).entryCount;
}

/** One total over all platforms. */
export function overPlatforms(rollups: PlatformRollups): Rollup {
  return addRollups(Object.values(rollups));
}

export function addPlatforms(all: readonly PlatformRollups[]): PlatformRollups {
  const sum: PlatformRollups = {};
  for (const platform of PLATFORMS) {
    const own = all.flatMap((rollups) => rollups[platform] ?? []);
    if (own.length > 0) sum[platform] = addRollups(own);
  }
  return sum;
}

/** Store-days → their totals by platform. */
export function byPlatform(stores: readonly StoreDay[]): PlatformRollups {
  return addPlatforms(stores.map(({ platform, rollup }) => ({ [platform]: rollup })));
}

export function packPlatforms(rollups: PlatformRollups): Uint8Array {
  const writer = new ByteWriter().version(overPlatforms(rollups).entryCount);
  for (const platform of PLATFORMS) {
    const rollup = rollups[platform];
    if (rollup !== undefined) writeRollup(writer.text(platform), rollup);
  }
  return writer.finish();
}

/** @throws RangeError when these are not bytes that `packPlatforms` made */
export function unpackPlatforms(bytes: Uint8Array): PlatformRollups {
  const reader = new ByteReader(bytes);
  reader.version();
  const rollups: PlatformRollups = {};
  while (!reader.isAtEnd) rollups[platformSchema.parse(reader.text())] = readRollup(reader);
  return rollups;
}
