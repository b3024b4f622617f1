/**
 * Instants are ISO 8601 with the +08:00 offset, to the millisecond, always the same width, so they
 * sort as text. Business days are those of Asia/Shanghai, which has had no daylight saving since 1991.
 */

const OFFSET_MS = 8 * 3_600_000;
export const DAY_MS = 86_400_000;

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Epoch milliseconds → `2025-10-09T16:53:20.000+08:00`. @throws RangeError outside year 0–9999 */
export function toInstant(epochMs: number): string {
  const iso = new Date(epochMs + OFFSET_MS).toISOString();
  // Other years are longer, and would not sort.
  if (iso.length !== 24) throw new RangeError('an instant is in the years 0 to 9999');
  return `${iso.slice(0, 23)}+08:00`;
}

const INSTANT = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/;

/** An ISO 8601 instant with an offset or `Z` → epoch milliseconds. @throws RangeError */
export function instantToMs(instant: string): number {
  const day = INSTANT.exec(instant)?.[1];
  // Date.parse rolls the 30th of February over into March; only the day shows it.
  const ms = day !== undefined && isBusinessDay(day) ? Date.parse(instant) : Number.NaN;
  if (Number.isNaN(ms)) {
    throw new RangeError(
      'an instant is ISO 8601 with an offset, such as 2025-10-09T16:53:20+08:00',
    );
  }
  return ms;
}

/** Any instant with an offset → the same instant in our one form. @throws RangeError */
export function normalizeInstant(instant: string): string {
  return toInstant(instantToMs(instant));
}

/** Epoch seconds (as the platforms send them) → instant. */
export function fromEpochSeconds(seconds: number): string {
  return toInstant(seconds * 1000);
}

/** The business day (YYYY-MM-DD, Asia/Shanghai) of an instant in any offset. @throws RangeError */
export function businessDayOf(instant: string): string {
  return toInstant(instantToMs(instant)).slice(0, 10);
}

/** The business day it is at `nowMs`. */
export function businessDayAt(nowMs: number): string {
  return toInstant(nowMs).slice(0, 10);
}

export function isBusinessDay(day: string): boolean {
  const [, year, month, date] = (DAY.exec(day) ?? []).map(Number);
  if (year === undefined || month === undefined || date === undefined) return false;
  return month >= 1 && month <= 12 && date >= 1 && date <= daysOf(year, month);
}

function daysOf(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

/** The day `days` after `day` (negative: before). */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** How many days the window has, both ends included; 0 or less when `to` is before `from`. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1;
}
