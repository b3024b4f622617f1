import { addRollups, emptyRollup, MEASURES, type Rollup } from '../../../../lib/ledger/rollup.ts';
import { type DaySummary, readSummaries } from '../../../../lib/rollups/day-summary.ts';
import {
  addPlatforms,
  overPlatforms,
  type PlatformRollups,
  type ProviderDay,
} from '../../../../lib/rollups/provider-day.ts';
import { readVersionedDays } from '../../../../lib/rollups/rollups.ts';
import type { Table } from '../../../../lib/store/table.ts';
import type { Window } from '../../input.ts';
import { daysOf, type Period } from '../period.ts';

/** A provider's numbers over one window, from rollups alone: two queries, however many stores there are. */
export interface WindowTotals {
  /** Every day, also those without anything. */
  readonly days: readonly { readonly day: string; readonly rollup: Rollup }[];
  /** By the hour, where the window is one day. */
  readonly hours: readonly { readonly hour: string; readonly rollup: Rollup }[];
  readonly total: Rollup;
  readonly platforms: PlatformRollups;
  readonly summaries: readonly DaySummary[];
  /** How many booked lines the days have that their summaries do not know yet. */
  readonly late: number;
}

export interface Totals {
  readonly now: WindowTotals;
  /** Its last day ends at the same time of day as this period does. */
  readonly before: WindowTotals;
  /** What today knows, or the last day of the period (`markOfDay`); undefined where nothing was booked in it. */
  readonly mark: string | undefined;
  /** The days of both windows with anything booked. */
  readonly booked: ReadonlySet<string>;
}

/** Longer than this, single hours are no course any more. */
const MOST_HOUR_DAYS = 7;

/** Both windows of a period. */
export async function readTotals(
  table: Table,
  providerId: string,
  period: Period,
): Promise<Totals> {
  const [now, before] = await Promise.all(
    [period.window, period.before].map((window) => readWindow(table, providerId, window)),
  );
  if (now === undefined || before === undefined) throw new Error('two windows were read');
  return {
    now: totalsOf(period.window, now, null),
    before: totalsOf(period.before, before, period.part?.hours ?? null),
    booked: new Set([...before.marks.keys(), ...now.marks.keys()]),
    mark: now.marks.get(period.part?.now.slice(0, 10) ?? period.window.to),
  };
}

interface Read {
  readonly days: readonly ProviderDay[];
  readonly marks: ReadonlyMap<string, string>;
  readonly summaries: ReadonlyMap<string, DaySummary>;
}

async function readWindow(table: Table, providerId: string, window: Window): Promise<Read> {
  const [{ days, marks }, summaries] = await Promise.all([
    readVersionedDays(table, providerId, window),
    readSummaries(table, providerId, window),
  ]);
  return { days, marks, summaries };
}

/** @param hours how many hours of the last day count; null for all of it */
function totalsOf(window: Window, { days, summaries }: Read, hours: number | null): WindowTotals {
  const byDay = new Map(days.map(({ day, rollups }) => [day, overPlatforms(rollups)]));
  const all = daysOf(window).map((day) => ({ day, rollup: byDay.get(day) ?? emptyRollup() }));
  const cut = all.map(({ day, rollup }) =>
    day === window.to && hours !== null
      ? { day, rollup: minus(rollup, from(summaries.get(day), hours)) }
      : { day, rollup },
  );
  return {
    days: cut,
    hours:
      all.length > MOST_HOUR_DAYS
        ? []
        : hoursOf(
            all.map(({ day }) => day),
            summaries,
            hours,
          ),
    total: addRollups(cut.map(({ rollup }) => rollup)),
    platforms: addPlatforms(days.map(({ rollups }) => rollups)),
    summaries: [...summaries.values()],
    late: lateBy(all, summaries),
  };
}

/** A summary is rolled up after its day: how many entries each knows is its version. */
function lateBy(days: WindowTotals['days'], summaries: ReadonlyMap<string, DaySummary>): number {
  return days.reduce((late, { day, rollup }) => {
    const known = addRollups((summaries.get(day)?.hours ?? new Map<string, Rollup>()).values());
    return late + Math.max(0, rollup.entryCount - known.entryCount);
  }, 0);
}

/** What a day came to from this hour on. */
function from(summary: DaySummary | undefined, hour: number): Rollup {
  const later = [...(summary?.hours ?? [])].filter(([own]) => Number(own) >= hour);
  return addRollups(later.map(([, rollup]) => rollup));
}

function hoursOf(
  days: readonly string[],
  summaries: ReadonlyMap<string, DaySummary>,
  most: number | null,
): WindowTotals['hours'] {
  return days.flatMap((day, index) => {
    const isLast = index === days.length - 1;
    const hours = isLast && most !== null ? most : 24;
    return Array.from({ length: hours }, (_, at) => {
      const hour = String(at).padStart(2, '0');
      return {
        hour: `${day}T${hour}`,
        rollup: summaries.get(day)?.hours.get(hour) ?? emptyRollup(),
      };
    });
  });
}

function minus(rollup: Rollup, less: Rollup): Rollup {
  const rest = emptyRollup();
  for (const measure of MEASURES) rest[measure] = rollup[measure] - less[measure];
  return rest;
}
