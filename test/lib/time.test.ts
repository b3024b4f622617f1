import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addDays,
  businessDayAt,
  businessDayOf,
  daysBetween,
  fromEpochSeconds,
  instantToMs,
  isBusinessDay,
  normalizeInstant,
  toInstant,
} from '../../lib/time/shanghai.ts';

describe('business days', () => {
  test.each([
    ['2025-10-09T23:59:59.999+08:00', '2025-10-09'],
    ['2025-10-10T00:00:00.000+08:00', '2025-10-10'],
    ['2025-10-09T15:59:59.999Z', '2025-10-09'],
    ['2025-10-09T16:00:00.000Z', '2025-10-10'],
    ['2025-10-09T09:00:00-07:00', '2025-10-10'],
    ['2024-12-31T16:00:00Z', '2025-01-01'],
    ['2024-02-28T16:00:00Z', '2024-02-29'],
  ])('%s is on %s in Shanghai', (instant, day) => {
    expect(businessDayOf(instant)).toBe(day);
    expect(businessDayAt(Date.parse(instant))).toBe(day);
  });

  test.each([
    '2025-02-29',
    '1900-02-29',
    '2025-13-01',
    '2025-1-1',
    '2025-10-09T00:00:00Z',
    '',
    '10000-01-01',
  ])('%j is no business day', (text) => {
    expect(isBusinessDay(text)).toBe(false);
  });

  test.each(['2024-02-29', '2000-02-29', '2025-12-31'])('%s is one', (day) => {
    expect(isBusinessDay(day)).toBe(true);
  });

  test('days are added and counted with both ends, over months, years and leap days', () => {
    expect(addDays('2024-02-28', 1)).toBe('2024-02-29');
    expect(addDays('2025-01-01', -1)).toBe('2024-12-31');
    expect(daysBetween('2025-10-01', '2025-10-31')).toBe(31);
    expect(daysBetween('2025-10-09', '2025-10-09')).toBe(1);
    expect(daysBetween('2025-10-10', '2025-10-09')).toBe(0);
  });
});

describe('instants', () => {
  test.each([
    ['2025-10-09T16:53:20+08:00'],
    ['2025-10-09T08:53:20Z'],
    ['2025-10-09T08:53:20.000Z'],
    ['2025-10-09T01:53:20-07:00'],
    ['2025-10-09T14:38:20+05:45'],
  ])('%s comes out in the one form', (instant) => {
    expect(normalizeInstant(instant)).toBe('2025-10-09T16:53:20.000+08:00');
  });

  test('the seconds of the platforms come out in the same form', () => {
    expect(fromEpochSeconds(1_760_000_000)).toBe('2025-10-09T16:53:20.000+08:00');
  });

  test('sort as text in the order of time, and come back as the milliseconds they were', () => {
    const ms = fc.integer({ min: 0, max: 4_102_444_800_000 });
    fc.assert(
      fc.property(ms, ms, (a, b) => {
        expect(instantToMs(toInstant(a))).toBe(a);
        expect(toInstant(a) < toInstant(b)).toBe(a < b);
        expect(toInstant(a)).toHaveLength(29);
      }),
      { numRuns: 5_000 },
    );
  });

  test.each([
    ['no offset', '2025-10-09T16:53:20'],
    ['a day only', '2025-10-09'],
    ['nothing', ''],
    ['words', 'yesterday'],
    ['a day that is not', '2025-13-09T16:53:20Z'],
    ['the 30th of February', '2025-02-30T00:00:00+08:00'],
    ['an hour that is not', '2025-10-09T25:00:00Z'],
    ['the date of a mail header', 'Thu, 09 Oct 2025 08:53:20 +0000'],
    ['a month and a year', '12-2025'],
    ['epoch seconds', '1760000000'],
    ['something behind it', '2025-10-09T16:53:20Z and more'],
  ])('refuses %s', (_what, text) => {
    expect(() => normalizeInstant(text)).toThrow(RangeError);
  });

  test.each([
    ['after the year 9999', 253_402_300_800_000],
    ['before the year 0', -62_167_219_200_000 - 86_400_000],
    ['that is no number', Number.NaN],
    ['beyond what a date holds', 8_640_000_000_000_001],
  ])('refuses a moment %s', (_what, ms) => {
    expect(() => toInstant(ms)).toThrow(RangeError);
  });
});
