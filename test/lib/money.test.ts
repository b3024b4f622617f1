import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assertFen, dealOut, proportion, WHOLE_BP } from '../../lib/money/fen.ts';
import { runs } from '../support/long.ts';

/** Ten thousand million yuan: more than any day of any platform. */
const fen = fc.integer({ min: -1_000_000_000_000, max: 1_000_000_000_000 });
const weight = fc.integer({ min: 0, max: 1_000_000 });

describe('proportion', () => {
  test.each([
    [9_900, 800, 792],
    [1, 5_000, 1],
    [-1, 5_000, -1],
    [1, 4_999, 0],
    [3, 5_000, 2],
    [-3, 5_000, -2],
    [0, 5_000, 0],
    [9_900, 0, 0],
  ])('%i fen at %i basis points is %i fen', (amountFen, rateBp, expected) => {
    expect(proportion(amountFen, rateBp, WHOLE_BP)).toBe(expected);
  });

  test('is the exact product rounded half up on the absolute value', () => {
    fc.assert(
      fc.property(
        fen,
        fc.integer({ min: -10_000, max: 10_000 }),
        fc.integer({ min: 1, max: 1_000_000 }),
        (amountFen, numerator, denominator) => {
          // Prepare: whole and remainder apart, another way than the code's
          const product = BigInt(amountFen) * BigInt(numerator);
          const size = product < 0n ? -product : product;
          const whole = BigInt(denominator);
          const up = (size % whole) * 2n >= whole ? 1n : 0n;
          const expected = (size / whole + up) * (product < 0n ? -1n : 1n);
          const isSafe = Number.isSafeInteger(Number(expected));
          // Act
          const part = () => proportion(amountFen, numerator, denominator);
          // Assess
          if (isSafe) expect(BigInt(part())).toBe(expected);
          else expect(part).toThrow(RangeError);
        },
      ),
      { numRuns: runs(10_000) },
    );
  });

  test('of a negated amount is exactly the negated proportion, and never minus zero', () => {
    fc.assert(
      fc.property(fen, fc.integer({ min: 0, max: WHOLE_BP }), (amountFen, rateBp) => {
        const there = proportion(amountFen, rateBp, WHOLE_BP);
        const back = proportion(-amountFen, rateBp, WHOLE_BP);
        expect(there + back).toBe(0);
        expect(Object.is(there, -0) || Object.is(back, -0)).toBe(false);
      }),
      { numRuns: runs(10_000) },
    );
  });

  test('stays exact where floating point does not', () => {
    expect(proportion(Number.MAX_SAFE_INTEGER, 9_999, WHOLE_BP)).toBe(
      Number((BigInt(Number.MAX_SAFE_INTEGER) * 9_999n * 2n + 10_000n) / 20_000n),
    );
  });

  test.each([
    [0.5, 1, 1],
    [1, 0.5, 1],
    [1, 1, 0],
    [1, 1, -1],
    [Number.NaN, 1, 1],
    [Number.MAX_SAFE_INTEGER, 2, 1],
    [2 ** 53, 1, 1],
  ])('refuses proportion(%d, %d, %d)', (amountFen, numerator, denominator) => {
    expect(() => proportion(amountFen, numerator, denominator)).toThrow(RangeError);
  });
});

describe('dealOut', () => {
  const deal = fc
    .tuple(fen, fc.array(weight, { minLength: 1, maxLength: 12 }))
    .filter(([, weights]) => weights.some((one) => one > 0));

  test('adds up to the whole, each part within one fen of its exact share and of its sign', () => {
    fc.assert(
      fc.property(deal, ([amountFen, weights]) => {
        // Act
        const parts = dealOut(amountFen, weights);
        // Assess
        const total = weights.reduce((sum, one) => sum + BigInt(one), 0n);
        expect(parts.reduce((sum, part) => sum + BigInt(part), 0n)).toBe(BigInt(amountFen));
        expect(parts).toHaveLength(weights.length);
        parts.forEach((part, index) => {
          const exact = BigInt(amountFen) * BigInt(weights[index] ?? 0);
          const gap = BigInt(part) * total - exact;
          expect(gap < total && gap > -total).toBe(true);
          expect(part === 0 || part < 0 === amountFen < 0).toBe(true);
          expect(Object.is(part, -0)).toBe(false);
          if (weights[index] === 0) expect(part).toBe(0);
        });
      }),
      { numRuns: runs(10_000) },
    );
  });

  test('deals a negated amount into the negated parts', () => {
    fc.assert(
      fc.property(deal, ([amountFen, weights]) => {
        const there = dealOut(amountFen, weights);
        const back = dealOut(-amountFen, weights);
        there.forEach((part, index) => {
          expect(part + (back[index] ?? Number.NaN)).toBe(0);
        });
      }),
      { numRuns: runs(10_000) },
    );
  });

  test('gives the odd fen to the largest remainder, and of equal ones to the earlier', () => {
    expect(dealOut(100, [1, 1, 1])).toEqual([34, 33, 33]);
    expect(dealOut(-100, [1, 1, 1])).toEqual([-34, -33, -33]);
    expect(dealOut(10, [1, 2, 4])).toEqual([1, 3, 6]);
    expect(dealOut(1, [3_333, 6_667])).toEqual([0, 1]);
  });

  test.each([
    ['a negative weight', [1, -1]],
    ['a fractional weight', [0.5]],
    ['only zero weights', [0, 0]],
    ['no weights', []],
    ['a weight that is no number', [Number.NaN]],
  ])('refuses %s', (_what, weights) => {
    expect(() => dealOut(100, weights)).toThrow(RangeError);
  });
});

test.each([0.1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses %d as fen', (value) => {
  expect(() => assertFen(value)).toThrow(RangeError);
});
