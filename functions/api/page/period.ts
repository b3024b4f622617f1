import * as z from 'zod';
import { addDays, businessDayAt, daysBetween, toInstant } from '../../../lib/time/shanghai.ts';
import { type Window, windowOf, windowShape } from '../input.ts';

/** What a page looks at, and what it is compared with: presets and windows, as the address has them. */

export const PRESETS = ['today', 'yesterday', 'week', 'month', 'last-month'] as const;
export type Preset = (typeof PRESETS)[number];

/** `?period` or `?from&to`, for a query's schema. */
export const periodShape = { ...windowShape, period: z.enum(PRESETS).optional() };

export interface Period {
  /** Null for a window of somebody's own. */
  readonly preset: Preset | null;
  readonly window: Window;
  /** As many days before as of the window have come. */
  readonly before: Window;
  readonly days: number;
  /** Where the window ends with a part of today: what it is now, and up to which whole hour the last day before counts. */
  readonly part: { readonly now: string; readonly hours: number } | null;
}

/**
 * The window of a request and the one before it, which has as many days as have come: the same days of the month
 * before where that has them all, else the days right before.
 * @throws Problem `request-invalid`
 */
export function periodOf(
  query: {
    readonly from?: string | undefined;
    readonly to?: string | undefined;
    readonly period?: Preset | undefined;
  },
  nowMs: number,
  standard: Preset = 'month',
): Period {
  const today = businessDayAt(nowMs);
  const isOwn = query.from !== undefined || query.to !== undefined;
  const preset = isOwn ? null : (query.period ?? standard);
  const window = preset === null ? windowOf(query, nowMs) : presetWindow(preset, today);
  const days = daysBetween(window.from, window.to);
  const now = toInstant(nowMs);
  const isPart = window.from <= today && today <= window.to;
  // Days that are still to come are compared with nothing.
  const come = isPart ? daysBetween(window.from, today) : days;
  const from = preset === null ? addDays(window.from, -come) : startBefore(preset, window, days);
  return {
    ...{ preset, window, days },
    before: { from, to: addDays(from, come - 1) },
    part: isPart ? { now, hours: nearestHour(now) } : null,
  };
}

/** Whole days of a period, and as many before. */
export interface Comparison {
  readonly now: Window;
  readonly before: Window;
}

/** Redeemed GMV of the whole days of a period, and of as many before. */
export interface Compared {
  readonly nowFen: number;
  readonly beforeFen: number;
}

/**
 * What is kept by the day alone (a store's, a dimension's sums) has no hours, so a part of a day is compared with nothing.
 * @returns null where there is no whole day yet
 */
export function comparisonOf({ window, before, part }: Period): Comparison | null {
  const last = part === null ? window.to : addDays(part.now.slice(0, 10), -1);
  const days = daysBetween(window.from, last);
  if (days < 1) return null;
  return {
    now: { from: window.from, to: last },
    before: { from: before.from, to: addDays(before.from, days - 1) },
  };
}

/** The query of an address that looks at the same period. */
export function periodQuery({
  preset,
  window,
}: Pick<Period, 'preset' | 'window'>): Record<string, string> {
  return preset === null ? { from: window.from, to: window.to } : { period: preset };
}

/** The days of a window, the first first. */
export function daysOf({ from, to }: Window): string[] {
  return Array.from({ length: daysBetween(from, to) }, (_, index) => addDays(from, index));
}

function presetWindow(preset: Preset, today: string): Window {
  switch (preset) {
    case 'today':
      return { from: today, to: today };
    case 'yesterday':
      return { from: addDays(today, -1), to: addDays(today, -1) };
    case 'week':
      return { from: addDays(today, -daysSinceMonday(today)), to: today };
    case 'month':
      return { from: `${today.slice(0, 8)}01`, to: today };
    case 'last-month': {
      const to = addDays(`${today.slice(0, 8)}01`, -1);
      return { from: `${to.slice(0, 8)}01`, to };
    }
    default:
      return preset satisfies never;
  }
}

function startBefore(preset: Preset, { from }: Window, days: number): string {
  const isMonth = preset === 'month' || preset === 'last-month';
  if (preset === 'week') return addDays(from, -7);
  const first = `${addDays(from, -1).slice(0, 8)}01`;
  const hasThem = daysBetween(first, addDays(from, -1)) >= days;
  return isMonth && hasThem ? first : addDays(from, -days);
}

function daysSinceMonday(day: string): number {
  return (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
}

/** Totals are kept by the hour, so the day before is cut at the whole hour that is nearest to now. */
function nearestHour(now: string): number {
  return Number(now.slice(11, 13)) + (Number(now.slice(14, 16)) < 30 ? 0 : 1);
}
