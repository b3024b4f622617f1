import type { Platform } from '../../../../lib/events/id.ts';
import { UNKNOWN_STORE } from '../../../../lib/ledger/entry.ts';
import { addRollups, emptyRollup, type Rollup } from '../../../../lib/ledger/rollup.ts';
import { isTierStore } from '../../../../lib/ledger/tiers.ts';
import {
  type DaySummary,
  MOST_STORES,
  readSummaries,
  type SummaryStore,
} from '../../../../lib/rollups/day-summary.ts';
import { addPlatforms, overPlatforms } from '../../../../lib/rollups/provider-day.ts';
import { readProviderDays, storeDaysAfter } from '../../../../lib/rollups/rollups.ts';
import type { Table } from '../../../../lib/store/table.ts';
import { hasRedemptions } from '../../stores.ts';
import { storeCourses } from '../overview/stores.ts';
import type { Compared, Period } from '../period.ts';

/** What a row of the list shows; more of it where it was read from the days' summaries. */
export interface StoreRow {
  readonly platform: Platform;
  readonly storeId: string;
  readonly redeemedFen: number;
  readonly redeemedCount: number;
  readonly refundedFen: number;
  readonly commissionFen: number;
  /** Days on which it was not among the largest are left out of its sums. */
  readonly isLeast: boolean;
  /** By day; null where only its sum was read. */
  readonly course: readonly number[] | null;
  /** Null too where no day of the period is over. */
  readonly compared: Compared | null;
}

export type StoreSums = Pick<
  Rollup,
  'redeemedFen' | 'redeemedCount' | 'refundedFen' | 'commissionFen' | 'paidFen' | 'entryCount'
>;

/** The stores of a period, from one small item a day. */
export interface AllStores {
  readonly rows: readonly StoreRow[];
  readonly total: StoreSums;
  /** False where a day had more stores than its summary lists: these are the largest of each day. */
  readonly isWhole: boolean;
  /** How many days of the period have entries; null where the largest of some are a moment old. */
  readonly dayCount: number | null;
}

/** So many days are read from the stores themselves, where summaries do not know all of them yet. */
const MOST_LATE_DAYS = 2;

/** @returns undefined where summaries do not know the days yet */
export async function readAllStores(
  table: Table,
  providerId: string,
  period: Period,
  platform: Platform | null,
): Promise<AllStores | undefined> {
  const { window, before } = period;
  const [now, earlier, days] = await Promise.all([
    readSummaries(table, providerId, window),
    readSummaries(table, providerId, before),
    readProviderDays(table, providerId, window),
  ]);
  const late = days.filter(({ day, rollups }) => isBehind(now.get(day), overPlatforms(rollups)));
  if (late.length > MOST_LATE_DAYS) return undefined;
  const summaries = [...now.values(), ...earlier.values()];
  const full = [...now.values()].filter(isFull);
  const isWhole = !summaries.some(isFull);
  for (const { day, buckets } of isWhole ? late : []) {
    const stores = await storesOfDay(table, providerId, day, [...buckets.keys()]);
    if (stores === undefined) return undefined;
    now.set(day, { ...NOTHING, ...now.get(day), day, stores });
  }
  const { stores } = storeCourses([...now.values()], [...earlier.values()], period);
  const rows = stores
    .filter((store) => platform === null || store.platform === platform)
    .map((store): StoreRow => {
      const isLeast = full.some(({ stores: listed }) => !listed.some((one) => isSame(one, store)));
      return { ...store, isLeast, ...(isWhole ? {} : { course: null, compared: null }) };
    });
  const rollups = addPlatforms(days.map((day) => day.rollups));
  const total = platform === null ? overPlatforms(rollups) : (rollups[platform] ?? emptyRollup());
  // What is behind is not exact, of one day either.
  const dayCount = !isWhole && late.length > 0 ? null : days.length;
  return { rows, total, isWhole, dayCount };
}

function isFull({ storeCount }: DaySummary): boolean {
  return storeCount > MOST_STORES;
}

function isSame(a: SummaryStore, b: { platform: string; storeId: string }): boolean {
  return a.platform === b.platform && a.storeId === b.storeId;
}

const NOTHING = { hours: new Map<string, Rollup>(), channels: [], loops: [], storeCount: 0 };

/** A summary is rolled up after its day: how many entries each knows is its version. */
function isBehind(summary: DaySummary | undefined, day: Rollup): boolean {
  const known = addRollups(summary?.hours.values() ?? []);
  return known.entryCount < day.entryCount;
}

async function storesOfDay(
  table: Table,
  providerId: string,
  day: string,
  buckets: readonly number[],
): Promise<SummaryStore[] | undefined> {
  const found = await Promise.all(
    buckets.map((bucket) =>
      storeDaysAfter(table, { providerId, day, bucket }, null, MOST_STORES + 1),
    ),
  );
  const all = found.flat().map(({ store }) => store);
  if (all.length > 2 * MOST_STORES) return undefined;
  return all
    .filter(({ storeId }) => storeId !== UNKNOWN_STORE && !isTierStore(storeId))
    .filter(hasRedemptions)
    .map(({ platform, storeId, rollup }) => ({ platform, storeId, ...rollup }));
}

/** What the rows leave of the total: redemptions whose store nobody reported, and what tiers settled. */
export function restOf(total: StoreSums, rows: readonly StoreRow[]): StoreSums | null {
  const rest = { ...total };
  for (const row of rows) {
    rest.redeemedFen -= row.redeemedFen;
    rest.redeemedCount -= row.redeemedCount;
    rest.refundedFen -= row.refundedFen;
    rest.commissionFen -= row.commissionFen;
  }
  const { redeemedFen, redeemedCount, refundedFen, commissionFen } = rest;
  return redeemedFen === 0 && redeemedCount === 0 && refundedFen === 0 && commissionFen === 0
    ? null
    : rest;
}
