import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csvOf } from '../../lib/ledger/csv.ts';
import { addRollups, emptyRollup, rollUpEntries } from '../../lib/ledger/rollup.ts';
import {
  balanceOf,
  isFinal,
  lastDayOf,
  lineOf,
  monthSchema,
  NO_SUMS,
  sumLines,
  wholeOf,
} from '../../lib/ledger/statement.ts';
import { entry } from './make.ts';

describe('a month', () => {
  test.each([
    ['2025-02', '2025-02-28'],
    ['2028-02', '2028-02-29'],
    ['2025-12', '2025-12-31'],
    ['2025-04', '2025-04-30'],
  ])('%s ends with %s', (month, day) => {
    expect(lastDayOf(month)).toBe(day);
  });

  test.each(['2025-00', '2025-13', '2025-1', '1999-01', '2025-01-01', ''])('is not %j', (text) => {
    expect(monthSchema.safeParse(text).success).toBe(false);
  });
});

describe('an entry is final', () => {
  const holding = { reversalWindowsMs: { douyin: 3_600_000 }, holdingDays: 2 };
  const one = entry({ occurredAt: '2025-10-29T12:00:00.000+08:00' });

  test('once the window and the holding days are over, and not a millisecond before', () => {
    expect(isFinal(one, holding, '2025-10-31T13:00:00.000+08:00')).toBe(true);
    expect(isFinal(one, holding, '2025-10-31T12:59:59.999+08:00')).toBe(false);
  });
});

describe('the sums of lines', () => {
  test('keep what is of earlier months apart, and add up to all of it in any parts', () => {
    const day = fc.constantFrom('2025-09-30', '2025-10-01', '2025-10-31');
    const line = fc
      .record({ businessDay: day, amountFen: fc.integer(), commissionFen: fc.integer() })
      .map((fields) => lineOf(entry(fields)));
    fc.assert(
      fc.property(fc.array(line), fc.array(line), (a, b) => {
        const sums = sumLines([...a, ...b], '2025-10');
        const parts = [sumLines(a, '2025-10'), sumLines(b, '2025-10')];
        expect(wholeOf(sums)).toEqual(rollUpEntries([...a, ...b]));
        expect(addRollups(parts.map((part) => part.adjustments))).toEqual(sums.adjustments);
        expect(sums.adjustments.entryCount).toBe(
          [...a, ...b].filter((one) => one.businessDay < '2025-10-01').length,
        );
      }),
      { numRuns: 500 },
    );
  });
});

describe('a balance', () => {
  const earned = (commissionFen: number) => ({
    ...NO_SUMS,
    month: { ...emptyRollup(), commissionFen },
  });

  test('is paid when something is left, and carried on when not', () => {
    expect(balanceOf(earned(500), 0)).toMatchObject({ payableFen: 500, carriedFen: 0 });
    expect(balanceOf(earned(-500), 0)).toMatchObject({ payableFen: 0, carriedFen: -500 });
    expect(balanceOf(earned(300), -500)).toMatchObject({ payableFen: 0, carriedFen: -200 });
    expect(balanceOf(earned(700), -500)).toMatchObject({ payableFen: 200, carriedFen: 0 });
  });
});

describe('a CSV', () => {
  test.each([
    ['=1+1', "'=1+1"],
    ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
    ['+86', "'+86"],
    ['-2+3', "'-2+3"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', `"'\r=1"`],
    ['＝1', "'＝1"],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
    ['套餐', '套餐'],
    ['007', '007'],
    ['', ''],
    [null, ''],
    [-12, '-12'],
    [{ fen: -5 }, '-0.05'],
    [{ fen: 1_234_567 }, '12345.67'],
  ])('writes %j as %j', (cell, text) => {
    expect(csvOf([[cell, 'x']])).toBe(`${text},x\r\n`);
  });

  test.each([
    ['1060000000000000001', '"=""1060000000000000001"""'],
    ['007', '"=""007"""'],
    ['1E5', '"=""1E5"""'],
    ['2025-10', '"=""2025-10"""'],
    ['-1', '"=""-1"""'],
    ['MAR1', '"=""MAR1"""'],
    ['true', '"=""true"""'],
    ['1.douyin.7300', '"=""1.douyin.7300"""'],
    ['WyJM1', 'WyJM1'],
    ['店1', '店1'],
    ['=1+1', "'=1+1"],
    ['1"&A1&"', '"1""&A1&"""'],
    ['+cmd|1', "'+cmd|1"],
    ['1'.repeat(256), '1'.repeat(256)],
  ])('writes the id %j as %j, which spreadsheets keep', (id, text) => {
    expect(csvOf([[{ id }, 'x']])).toBe(`${text},x\r\n`);
  });

  test('never has an id in a formula that is more than a text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('=', '+', '"', '(', '1', 'A', '!') }), (id) => {
        const [cell = ''] = csvOf([[{ id }]]).split('\r\n');
        const shown = cell.replace(/^"(.*)"$/s, '$1').replaceAll('""', '"');
        if (/^[=+]/.test(shown)) expect(shown).toMatch(/^="[\w.:/~+-]*"$/);
      }),
      { numRuns: 2_000 },
    );
  });

  test('never has a text that begins like a formula, whatever an id looks like', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', '"', ',', ';', 'a', '0', ' '),
        }),
        (text) => {
          const cell = csvOf([[text]])
            .slice(0, -2)
            .replace(/^"/, '');
          expect(cell).not.toMatch(/^[=+\-@\t\r]/);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
