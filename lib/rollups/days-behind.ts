import { mapLimit } from '../async/map-limit.ts';
import { UNATTRIBUTED } from '../attribution/contract.ts';
import { readProviderIds } from '../store/accounts/parties.ts';
import { PREFIX, providerPartition } from '../store/keys.ts';
import type { Item, Table } from '../store/table.ts';
import { addDays, businessDayAt } from '../time/shanghai.ts';
import { isBehind, lacksStores } from './dimensions-due.ts';

/** A month and some days: what is late is seldom later. */
const RECENT_DAYS = 35;

/** Almost all that is booked is of today or of the night before. */
const LATEST_DAYS = 2;

/** Older months that are looked at in turn, one at a time: two years, in a day. */
const OLDER_MONTHS = 24;
const MONTH_DAYS = 30;
const MONTH_TURN_MS = 60 * 60_000;

/** As often as `reconcile` runs; twelve of them are an hour. */
const TURN_MS = 5 * 60_000;
const TURNS = 12;
const RECENT_TURN = 0;
const OLDER_TURN = 6;

const PROVIDERS_AT_ONCE = 16;

/** A provider's day whose dimensions know less than it does, as its item stands. */
export interface DayBehind {
  readonly providerId: string;
  readonly day: string;
  readonly item: Item;
}

interface DayWindow {
  readonly from: string;
  readonly to: string;
}

export const ALL_DAYS: DayWindow = { from: '0001-01-01', to: '9999-12-31' };

/**
 * What one sweep looks at: the latest days each time, those of five weeks once an hour, and one of the months before. So
 * what an idle provider costs an hour is some ten read units, and not seven each time.
 */
export function daysOfTurn(nowMs: number): DayWindow[] {
  const turn = Math.floor(nowMs / TURN_MS) % TURNS;
  if (turn === RECENT_TURN) return [recentDays(nowMs)];
  const { to } = recentDays(nowMs);
  const latest = { from: addDays(to, -1 - LATEST_DAYS), to };
  return turn === OLDER_TURN ? [latest, olderDays(nowMs)] : [latest];
}

/** The days that may be behind at most times, up to tomorrow: clocks differ. */
export function recentDays(nowMs: number): DayWindow {
  const today = businessDayAt(nowMs);
  return { from: addDays(today, -RECENT_DAYS), to: addDays(today, 1) };
}

/** One of the months before, another one every hour. */
function olderDays(nowMs: number): DayWindow {
  const turn = Math.floor(nowMs / MONTH_TURN_MS) % OLDER_MONTHS;
  const to = addDays(recentDays(nowMs).from, -1 - turn * MONTH_DAYS);
  // A day more than the next one begins at: at midnight all of them move.
  return { from: addDays(to, -MONTH_DAYS), to };
}

/**
 * The days of a window whose dimensions are behind, of everybody who may have entries, found by their versions.
 * Costs a read of each provider's days in it: some 400 bytes a day.
 * @param consistent false where what is a moment old may be missed: half the price
 * @param today also the days before it of which each store is not kept yet; absent: those are not behind
 */
export async function daysBehind(
  table: Table,
  { from, to }: DayWindow,
  consistent = true,
  today = '',
): Promise<DayBehind[]> {
  const providers = [...(await readProviderIds(table)), UNATTRIBUTED];
  const between = [`${PREFIX.day}${from}`, `${PREFIX.day}${to}`] as const;
  const found = await mapLimit(providers, PROVIDERS_AT_ONCE, async (providerId) => {
    const own: DayBehind[] = [];
    for await (const item of table.query(providerPartition(providerId), { between, consistent })) {
      const day = item.sk.slice(PREFIX.day.length);
      if (isBehind(item) || (day < today && lacksStores(item))) own.push({ providerId, day, item });
    }
    return own;
  });
  return found.flat();
}
