import * as z from 'zod';
import { mapLimit } from '../../lib/async/map-limit.ts';
import { PLATFORMS, type Platform } from '../../lib/events/event.ts';
import { addRollups, type Rollup } from '../../lib/ledger/rollup.ts';
import { addPlatforms, overPlatforms, type ProviderDay } from '../../lib/rollups/provider-day.ts';
import { readProviderDays, storeDaysAfter } from '../../lib/rollups/rollups.ts';
import type { StoreDay } from '../../lib/rollups/store-day.ts';
import { BUCKETS, PREFIX } from '../../lib/store/keys.ts';
import type { Table } from '../../lib/store/table.ts';
import type { Window } from './input.ts';

/** A provider's totals, read from rollups alone: a month of totals is at most 31 small items. */

export interface Row {
  readonly key: string;
  readonly rollup: Rollup;
}

type DayTotals = Pick<ProviderDay, 'day' | 'rollups'>;

export function dayRows(days: readonly DayTotals[]): Row[] {
  return days.map(({ day, rollups }) => ({ key: day, rollup: overPlatforms(rollups) }));
}

export function platformRows(days: readonly DayTotals[]): Row[] {
  const sum = addPlatforms(days.map(({ rollups }) => rollups));
  return PLATFORMS.flatMap((platform) => {
    const rollup = sum[platform];
    return rollup === undefined ? [] : [{ key: platform, rollup }];
  });
}

/** Where a listing of stores goes on: stores come bucket by bucket, in key order within one. */
export const storePositionSchema = z.object({
  bucket: z
    .int()
    .min(0)
    .max(BUCKETS - 1),
  /** The sort key of the last one given. */
  after: z.string().startsWith(PREFIX.store).max(1_024).nullable(),
});
export type StorePosition = z.infer<typeof storePositionSchema>;

const READS_AT_ONCE = 16;

/** Store-days that a page may read: twice as many as a month of 500 stores, some seconds of work. */
const MAX_STORE_DAYS = 31_000;

/**
 * One page of a provider's stores with their totals over a window. What it costs depends on the page and
 * the days, not on how many stores there are; over many days a page has fewer stores than were requested.
 * @param wanted which stores count; others are passed over
 */
export async function totalsByStore(
  table: Table,
  providerId: string,
  window: Window,
  page: { position?: StorePosition | undefined; limit: number },
  wanted: (store: StoreDay) => boolean = () => true,
): Promise<{ stores: StoreDay[]; next: StorePosition | null }> {
  const days = await readProviderDays(table, providerId, window);
  const limit = Math.max(1, Math.min(page.limit, Math.floor(MAX_STORE_DAYS / days.length)));
  const stores: StoreDay[] = [];
  let { bucket, after } = page.position ?? { bucket: 0, after: null };
  while (bucket < BUCKETS) {
    const used = days.filter((day) => day.buckets.has(bucket));
    const place = { providerId, days: used, bucket, after };
    // One more than wanted shows whether there is another page.
    const chunk = await nextStores(table, place, limit - stores.length + 1);
    for (const { sk, store } of chunk.stores) {
      if (wanted(store)) {
        if (stores.length === limit) return { stores, next: { bucket, after } };
        stores.push(store);
      }
      after = sk;
    }
    if (chunk.isLast) [bucket, after] = [bucket + 1, null];
  }
  return { stores, next: null };
}

export function storeKey({ platform, storeId }: { platform: Platform; storeId: string }): string {
  return `${platform}/${storeId}`;
}

interface BucketPlace {
  readonly providerId: string;
  readonly days: readonly ProviderDay[];
  readonly bucket: number;
  readonly after: string | null;
}

/** The next stores of a bucket over several days, each once, in key order: a merge of the days. */
async function nextStores(
  table: Table,
  { providerId, days, bucket, after }: BucketPlace,
  limit: number,
): Promise<{ stores: { sk: string; store: StoreDay }[]; isLast: boolean }> {
  const perDay = await mapLimit(days, READS_AT_ONCE, ({ day }) =>
    storeDaysAfter(table, { providerId, day, bucket }, after, limit),
  );
  const all = [...Map.groupBy(perDay.flat(), ({ sk }) => sk)].sort(([a], [b]) => byBytes(a, b));
  const stores = all.slice(0, limit).flatMap(([sk, own]) => {
    const last = own.at(-1);
    if (last === undefined) return [];
    return [
      { sk, store: { ...last.store, rollup: addRollups(own.map(({ store }) => store.rollup)) } },
    ];
  });
  // A day that gave fewer than requested has no more; past the limit none of them was looked at.
  const isLast = all.length <= limit && perDay.every((own) => own.length < limit);
  return { stores, isLast };
}

/** As the table sorts, which is not always as JavaScript does. */
function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
