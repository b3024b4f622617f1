import { PLATFORMS, type Platform, platformSchema } from '../events/id.ts';
import { ByteReader, ByteWriter } from '../ledger/bytes.ts';
import { type Cell, rowsBy } from '../ledger/dimensions.ts';
import { UNKNOWN_STORE } from '../ledger/entry.ts';
import { addRollups, type Rollup, readRollup, writeRollup } from '../ledger/rollup.ts';
import { isTierStore } from '../ledger/tiers.ts';
import type { Item, Table } from '../store/table.ts';
import { readPages } from './dimension-pages.ts';
import { hoursOf, type StoreDay } from './store-day.ts';

/**
 * A provider's day in one small item, however many stores it has: what a page about a month reads of each day. It is
 * rolled up with the dimensions, and stands beside them as if it were one.
 */
export interface DaySummary {
  readonly day: string;
  /** By hour, `00` to `23`; those without entries are left out. */
  readonly hours: ReadonlyMap<string, Rollup>;
  readonly channels: readonly SummaryShare[];
  readonly loops: readonly SummaryShare[];
  /** The largest by redeemed GMV, at most `MOST_STORES`. */
  readonly stores: readonly SummaryStore[];
  /** How many stores have entries that day; more than are listed, where there are more. */
  readonly storeCount: number;
}

export interface SummaryShare {
  readonly value: string;
  readonly redeemedFen: number;
}

export interface SummaryStore {
  readonly platform: Platform;
  readonly storeId: string;
  readonly redeemedFen: number;
  readonly redeemedCount: number;
  readonly refundedFen: number;
  readonly commissionFen: number;
}

export const SUMMARY = 'summary';

/** A store takes some 18 bytes: so two months of days are read for some five read units. */
export const MOST_STORES = 24;

/** Store-days and their cells → the day's summary, packed. */
export function summarize(
  items: readonly Item[],
  stores: readonly StoreDay[],
  cells: readonly Cell[],
): Uint8Array {
  const writer = new ByteWriter();
  const hours = Map.groupBy(items.flatMap(hoursOf), ({ hour }) => hour);
  writer.int(hours.size);
  for (const [hour, own] of [...hours].sort(([a], [b]) => (a < b ? -1 : 1))) {
    writer.int(Number(hour));
    writeRollup(writer, addRollups(own.map(({ rollup }) => rollup)));
  }
  for (const dimension of ['channel', 'loop'] as const) {
    const rows = rowsBy(dimension, cells)
      .filter(({ rollup }) => rollup.redeemedFen !== 0)
      .toSorted((a, b) => ((a.value ?? '') < (b.value ?? '') ? -1 : 1));
    writer.int(rows.length);
    for (const { value, rollup } of rows) writer.text(value).int(rollup.redeemedFen);
  }
  const largest = largestOf(stores);
  writer.int(stores.filter(isPlace).length).int(largest.length);
  for (const store of largest) writeSummaryStore(writer, store);
  return writer.finish();
}

export function writeSummaryStore(
  writer: ByteWriter,
  { platform, storeId, rollup }: StoreDay,
): void {
  writer.byte(PLATFORMS.indexOf(platform)).text(storeId);
  writer.int(rollup.redeemedFen).int(rollup.redeemedCount);
  writer.int(rollup.refundedFen).int(rollup.commissionFen);
}

/** @throws RangeError when these are not bytes that `writeSummaryStore` made */
export function readSummaryStore(reader: ByteReader): SummaryStore {
  return {
    platform: platformSchema.parse(PLATFORMS[reader.byte()]),
    storeId: reader.text() ?? '',
    redeemedFen: reader.int(),
    redeemedCount: reader.int(),
    refundedFen: reader.int(),
    commissionFen: reader.int(),
  };
}

/** The stores of a day that its summary lists, the largest first. */
export function largestOf(stores: readonly StoreDay[]): StoreDay[] {
  return stores.filter(isPlace).toSorted(largestFirst).slice(0, MOST_STORES);
}

/** @throws RangeError when these are not bytes that `summarize` made */
export function unpackSummary(day: string, bytes: Uint8Array): DaySummary {
  const reader = new ByteReader(bytes);
  const hours = new Map<string, Rollup>();
  for (let left = reader.int(); left > 0; left -= 1) {
    const hour = String(reader.int()).padStart(2, '0');
    hours.set(hour, readRollup(reader));
  }
  const shares = () =>
    Array.from({ length: reader.int() }, () => ({
      value: reader.text() ?? '',
      redeemedFen: reader.int(),
    }));
  const [channels, loops] = [shares(), shares()];
  const storeCount = reader.int();
  const stores = Array.from({ length: reader.int() }, () => readSummaryStore(reader));
  return { day, hours, channels, loops, stores, storeCount };
}

/** The summaries of a provider's days, by day: one small item each. */
export async function readSummaries(
  table: Table,
  providerId: string,
  window: { from: string; to: string },
): Promise<Map<string, DaySummary>> {
  const pages = await readPages(table, providerId, SUMMARY, window);
  return new Map(pages.map(({ day, bytes }) => [day, unpackSummary(day, bytes)]));
}

/** Payments have no store, and what tiers settle is in none. */
function isPlace({ storeId, rollup }: StoreDay): boolean {
  const isStore = storeId !== UNKNOWN_STORE && !isTierStore(storeId);
  return (
    isStore &&
    (rollup.redeemedFen !== 0 || rollup.redeemedCount !== 0 || rollup.commissionFen !== 0)
  );
}

/** Equal ones by name, so that two workers write the same. */
function largestFirst(a: StoreDay, b: StoreDay): number {
  if (a.rollup.redeemedFen !== b.rollup.redeemedFen)
    return b.rollup.redeemedFen - a.rollup.redeemedFen;
  return `${a.platform}/${a.storeId}` < `${b.platform}/${b.storeId}` ? -1 : 1;
}
