import { mapLimit } from '../../../../lib/async/map-limit.ts';
import type { Platform } from '../../../../lib/events/id.ts';
import { addRollups, emptyRollup, type Rollup } from '../../../../lib/ledger/rollup.ts';
import { type DaySummary, readSummaries } from '../../../../lib/rollups/day-summary.ts';
import { readStoreDay, readStoreHours } from '../../../../lib/rollups/rollups.ts';
import { readStoreShard } from '../../../../lib/rollups/store-shards.ts';
import type { Table } from '../../../../lib/store/table.ts';
import type { Window } from '../../input.ts';
import { daysOf, type Period } from '../period.ts';

/** What figures of a store are made of. */
export type StoreMeasures = Pick<
  Rollup,
  'redeemedFen' | 'redeemedCount' | 'refundedFen' | 'commissionFen'
>;

export interface StoreTotals {
  readonly now: readonly StoreMeasures[];
  /** As many days before; the last is cut at the same time of day. */
  readonly before: readonly StoreMeasures[];
  /** The last day of each window by the hour. */
  readonly lastDay: { readonly now: HourRollups; readonly before: HourRollups };
}

export type HourRollups = ReadonlyMap<string, Rollup>;

interface StorePlace {
  readonly providerId: string;
  readonly platform: Platform;
  readonly storeId: string;
}

const READS_AT_ONCE = 16;

/**
 * One store's days over both windows of a period: from what is kept of each store of a day that is over, else from the
 * summaries of the days, which list the largest stores, and from the store's own days where a summary had no room for it. The last days come from the store itself, which is never late.
 */
export async function readStoreTotals(
  table: Table,
  place: StorePlace,
  { window, before, part }: Period,
): Promise<StoreTotals> {
  const kept = await readStoreShard(table, place, [window, before]);
  const [now, earlier, hours, hoursBefore] = await Promise.all([
    readDays(table, place, window, kept),
    readDays(table, place, before, kept),
    readStoreHours(table, place.providerId, window.to, place),
    readStoreHours(table, place.providerId, before.to, place),
  ]);
  const most = part?.hours ?? 24;
  const cut = [...hoursBefore].filter(([hour]) => Number(hour) < most);
  return {
    now: [...now.slice(0, -1), addRollups(hours.values())],
    before: [...earlier.slice(0, -1), addRollups(cut.map(([, rollup]) => rollup))],
    lastDay: { now: hours, before: hoursBefore },
  };
}

async function readDays(
  table: Table,
  place: StorePlace,
  window: Window,
  kept: ReadonlyMap<string, StoreMeasures | null>,
): Promise<StoreMeasures[]> {
  // The last day is read by its hours.
  const days = daysOf(window).slice(0, -1);
  if (days.length === 0) return [emptyRollup()];
  const others = days.filter((day) => !kept.has(day));
  const summaries = await readSummariesOf(table, place.providerId, others);
  const found = await mapLimit(days, READS_AT_ONCE, async (day) => {
    const own = kept.get(day);
    if (own !== undefined) return own ?? emptyRollup();
    const listed = listedIn(summaries.get(day), place);
    if (listed !== 'not-listed') return listed;
    const { providerId, platform, storeId } = place;
    return (await readStoreDay(table, providerId, day, platform, storeId))?.rollup ?? emptyRollup();
  });
  return [...found, emptyRollup()];
}

async function readSummariesOf(
  table: Table,
  providerId: string,
  days: readonly string[],
): Promise<Map<string, DaySummary>> {
  const [from, to] = [days[0], days.at(-1)];
  if (from === undefined || to === undefined) return new Map();
  return readSummaries(table, providerId, { from, to });
}

function listedIn(
  summary: DaySummary | undefined,
  { platform, storeId }: StorePlace,
): StoreMeasures | 'not-listed' {
  if (summary === undefined) return emptyRollup();
  const own = summary.stores.find(
    (store) => store.platform === platform && store.storeId === storeId,
  );
  if (own !== undefined) return own;
  return summary.storeCount > summary.stores.length ? 'not-listed' : emptyRollup();
}
