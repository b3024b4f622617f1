import type { Platform } from '../../../../lib/events/id.ts';
import {
  type DaySummary,
  MOST_STORES,
  type SummaryStore,
} from '../../../../lib/rollups/day-summary.ts';
import { placeKey } from '../names.ts';
import { type Compared, comparisonOf, daysOf, type Period } from '../period.ts';

/** One store over a window and the one before, from the days' summaries. */
export interface StoreCourse {
  readonly platform: Platform;
  readonly storeId: string;
  readonly redeemedFen: number;
  readonly redeemedCount: number;
  readonly refundedFen: number;
  readonly commissionFen: number;
  /** By day, as many as the window has. */
  readonly course: readonly number[];
  /** Its last day with a redemption in this window; null for none. */
  readonly lastDay: string | null;
  /** A store has no hours here: null where the window has no whole day yet. */
  readonly compared: Compared | null;
}

export interface StoreCourses {
  /** By redeemed GMV, the largest first. */
  readonly stores: readonly StoreCourse[];
  /** False where a day had more stores than its summary lists. */
  readonly isComplete: boolean;
}

/** Adds up the summaries' stores. */
export function storeCourses(
  now: readonly DaySummary[],
  before: readonly DaySummary[],
  period: Period,
): StoreCourses {
  const days = daysOf(period.window);
  const whole = comparisonOf(period);
  const nowBy = new Map(now.map((summary) => [summary.day, byKey(summary)]));
  const beforeBy = before.filter(({ day }) => whole !== null && day <= whole.before.to).map(byKey);
  const all = new Map(
    [...now, ...before].flatMap(({ stores }) => stores.map((store) => [placeKey(store), store])),
  );
  const stores = [...all].map(([key, { platform, storeId }]) => {
    const own = days.map((day) => nowBy.get(day)?.get(key));
    const earlier = beforeBy.flatMap((those) => those.get(key) ?? []);
    return {
      ...{ platform, storeId },
      course: own.map((store) => store?.redeemedFen ?? 0),
      redeemedFen: sum(own.map((store) => store?.redeemedFen ?? 0)),
      redeemedCount: sum(own.map((store) => store?.redeemedCount ?? 0)),
      refundedFen: sum(own.map((store) => store?.refundedFen ?? 0)),
      commissionFen: sum(own.map((store) => store?.commissionFen ?? 0)),
      compared:
        whole === null
          ? null
          : {
              nowFen: sum(
                own.slice(0, daysOf(whole.now).length).map((store) => store?.redeemedFen ?? 0),
              ),
              beforeFen: sum(earlier.map(({ redeemedFen }) => redeemedFen)),
            },
      lastDay: days.findLast((_, at) => (own[at]?.redeemedCount ?? 0) > 0) ?? null,
    };
  });
  return {
    stores: stores.toSorted(
      (a, b) => b.redeemedFen - a.redeemedFen || (placeKey(a) < placeKey(b) ? -1 : 1),
    ),
    isComplete: [...now, ...before].every(({ storeCount }) => storeCount <= MOST_STORES),
  };
}

function byKey({ stores }: DaySummary): Map<string, SummaryStore> {
  return new Map(stores.map((store) => [placeKey(store), store]));
}

/** Those whose GMV changed most, up or down. */
export function moversOf(stores: readonly StoreCourse[], most: number): StoreCourse[] {
  const difference = ({ compared }: StoreCourse) =>
    Math.abs((compared?.nowFen ?? 0) - (compared?.beforeFen ?? 0));
  return stores
    .filter((store) => difference(store) > 0)
    .toSorted((a, b) => difference(b) - difference(a))
    .slice(0, most);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
