import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../lib/ledger/entry.ts';
import {
  addFolds,
  emptyFold,
  type Fold,
  foldEntries,
  MEASURES,
  packFold,
  unpackFold,
} from '../../lib/ledger/fold.ts';
import { entry } from './make.ts';

const fen = fc.integer({ min: -1_000_000, max: 1_000_000 });

const anyEntry: fc.Arbitrary<Entry> = fc
  .record({
    kind: fc.constantFrom<Entry['kind'][]>(
      'payment',
      'unused_refund',
      'redemption',
      'reversal',
      'refund',
      'supersession',
    ),
    count: fc.integer({ min: -1, max: 1 }),
    amountFen: fen,
    commissionFen: fen,
  })
  .map((fields) => entry(fields));

const entries = fc.array(anyEntry, { maxLength: 20 });

describe('a fold', () => {
  test('of the parts, added, is the fold of the whole, however it is parted and ordered', () => {
    fc.assert(
      fc.property(entries, entries, entries, (a, b, c) => {
        // Act
        const whole = foldEntries([...a, ...b, ...c]);
        const left = addFolds([addFolds([foldEntries(a), foldEntries(b)]), foldEntries(c)]);
        const right = addFolds([foldEntries(a), addFolds([foldEntries(b), foldEntries(c)])]);
        // Assess
        expect(left).toEqual(whole);
        expect(right).toEqual(whole);
        expect(foldEntries([...c, ...a, ...b])).toEqual(whole);
      }),
      { numRuns: 3_000 },
    );
  });

  test('grows its version with every entry', () => {
    fc.assert(
      fc.property(entries, anyEntry, (some, one) => {
        expect(foldEntries([...some, one]).entryCount).toBe(foldEntries(some).entryCount + 1);
      }),
      { numRuns: 1_000 },
    );
  });

  test('of nothing is empty', () => {
    expect(foldEntries([])).toEqual(emptyFold());
    expect(addFolds([])).toEqual(emptyFold());
  });

  test('keeps payments apart from redemptions, and says what was taken off', () => {
    // Prepare
    const lines = [
      entry({ kind: 'payment', amountFen: 30_000, count: 0, commissionFen: 0 }),
      entry({ kind: 'unused_refund', amountFen: -10_000, count: 0, commissionFen: 0 }),
      entry({ kind: 'redemption', amountFen: 10_000, commissionFen: 800 }),
      entry({ kind: 'redemption', amountFen: 10_000, commissionFen: 800 }),
      entry({ kind: 'reversal', amountFen: -10_000, count: -1, commissionFen: -800 }),
      entry({ kind: 'refund', amountFen: -2_500, count: 0, commissionFen: -200 }),
    ];
    // Act
    const fold = foldEntries(lines);
    // Assess
    expect(fold).toEqual({
      entryCount: 6,
      paidFen: 20_000,
      redeemedFen: 7_500,
      redeemedCount: 1,
      reversedFen: 10_000,
      reversedCount: 1,
      refundedFen: 2_500,
      commissionFen: 600,
    });
  });

  test('counts a hint that its record superseded as nothing: neither redeemed nor reversed', () => {
    // Prepare
    const hinted = entry({ amountFen: 0, commissionFen: 0 });
    const superseded = entry({ kind: 'supersession', amountFen: 0, commissionFen: 0, count: -1 });
    // Act
    const fold = foldEntries([hinted, superseded]);
    // Assess
    expect(fold).toEqual({ ...emptyFold(), entryCount: 2 });
  });
});

describe('the stored form', () => {
  const anyFold: fc.Arbitrary<Fold> = entries.map((some) => foldEntries(some));

  test('comes back as the fold it was', () => {
    fc.assert(
      fc.property(anyFold, (fold) => {
        expect(unpackFold(packFold(fold))).toEqual(fold);
      }),
      { numRuns: 1_000 },
    );
  });

  test('begins with the version, which the table guards by', () => {
    expect(packFold({ ...emptyFold(), entryCount: 7 })[0]).toBe(7);
    expect(MEASURES[0]).toBe('entryCount');
  });

  test.each([
    ['too short', [1, 2, 3]],
    ['not of numbers', ['1', '2', '3', '4', '5', '6', '7', '8']],
    ['fractional', [1, 2, 3, 4, 5, 6, 7, 0.5]],
    ['empty', []],
  ])('is refused when it is %s', (_what, packed) => {
    expect(() => unpackFold(packed)).toThrow(RangeError);
  });
});
