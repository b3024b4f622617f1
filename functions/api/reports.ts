import * as z from 'zod';
import { mapLimit } from '../../lib/async/map-limit.ts';
import { PLATFORMS, type Platform } from '../../lib/events/event.ts';
import { addFolds, type Fold } from '../../lib/ledger/fold.ts';
import {
  addPlatforms,
  overPlatforms,
  readBuckets,
  readProviderDays,
  type StoreDay,
  storeDays,
} from '../../lib/store/folds.ts';
import { BUCKETS } from '../../lib/store/keys.ts';
import type { Table } from '../../lib/store/table.ts';
import type { Window } from './input.ts';

/** A provider's totals, read from folds alone: a month is at most 31 small items. */

export interface Row {
  readonly key: string;
  readonly fold: Fold;
}

export async function totalsByDay(
  table: Table,
  providerId: string,
  window: Window,
): Promise<Row[]> {
  const days = await readProviderDays(table, providerId, window);
  return days.map(({ day, folds }) => ({ key: day, fold: overPlatforms(folds) }));
}

export async function totalsByPlatform(
  table: Table,
  providerId: string,
  window: Window,
): Promise<Row[]> {
  const days = await readProviderDays(table, providerId, window);
  const sum = addPlatforms(days.map(({ folds }) => folds));
  return PLATFORMS.flatMap((platform) => {
    const fold = sum[platform];
    return fold === undefined ? [] : [{ key: platform, fold }];
  });
}

/** Where a listing of stores goes on: stores come bucket by bucket, in key order within one. */
export const storePositionSchema = z.object({
  bucket: z
    .int()
    .min(0)
    .max(BUCKETS - 1),
  after: z.string().nullable(),
});
export type StorePosition = z.infer<typeof storePositionSchema>;

const READS_AT_ONCE = 16;

/**
 * One page of a provider's stores with their totals over a window.
 * @param wanted which stores count; others are passed over
 */
export async function totalsByStore(
  table: Table,
  providerId: string,
  window: Window,
  page: { position?: StorePosition | undefined; limit: number },
  wanted: (store: StoreDay) => boolean = () => true,
): Promise<{ stores: StoreDay[]; next: StorePosition | null }> {
  const daysByBucket = await bucketsInUse(table, providerId, window);
  const stores: StoreDay[] = [];
  for (let bucket = page.position?.bucket ?? 0; bucket < BUCKETS; bucket += 1) {
    const after = bucket === page.position?.bucket ? page.position.after : null;
    const all = await storesOfBucket(table, providerId, bucket, daysByBucket.get(bucket) ?? []);
    for (const store of all.filter(wanted)) {
      if (after !== null && storeKey(store) <= after) continue;
      const last = stores.at(-1);
      if (stores.length === page.limit && last !== undefined) {
        return { stores, next: positionAfter(last, bucket, all) };
      }
      stores.push(store);
    }
  }
  return { stores, next: null };
}

export function storeKey({ platform, storeId }: { platform: Platform; storeId: string }): string {
  return `${platform}/${storeId}`;
}

/** The page's last store may be of the bucket before the one we looked into. */
function positionAfter(
  last: StoreDay,
  bucket: number,
  inBucket: readonly StoreDay[],
): StorePosition {
  const here = inBucket.some((store) => storeKey(store) === storeKey(last));
  return { bucket, after: here ? storeKey(last) : null };
}

async function bucketsInUse(
  table: Table,
  providerId: string,
  window: Window,
): Promise<Map<number, string[]>> {
  const days = await readProviderDays(table, providerId, window);
  const used = await mapLimit(days, READS_AT_ONCE, async ({ day }) => ({
    day,
    buckets: await readBuckets(table, providerId, day),
  }));
  const daysByBucket = new Map<number, string[]>();
  for (const { day, buckets } of used) {
    for (const { bucket } of buckets) {
      daysByBucket.set(bucket, [...(daysByBucket.get(bucket) ?? []), day]);
    }
  }
  return daysByBucket;
}

/** A bucket's stores over several days, each once, in key order. */
async function storesOfBucket(
  table: Table,
  providerId: string,
  bucket: number,
  days: readonly string[],
): Promise<StoreDay[]> {
  const perDay = await mapLimit(days, READS_AT_ONCE, (day) =>
    Array.fromAsync(storeDays(table, providerId, day, bucket, false)),
  );
  const byStore = Map.groupBy(perDay.flat(), storeKey);
  return [...byStore]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, own]) => {
      const last = own.at(-1);
      return last === undefined ? [] : [{ ...last, fold: addFolds(own.map((one) => one.fold)) }];
    });
}
