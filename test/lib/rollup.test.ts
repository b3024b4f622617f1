import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteReader, ByteWriter, versionBytes } from '../../lib/ledger/bytes.ts';
import type { Entry } from '../../lib/ledger/entry.ts';
import {
  addRollups,
  emptyRollup,
  type Rollup,
  readRollup,
  rollUpEntries,
  writeRollup,
} from '../../lib/ledger/rollup.ts';
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

describe('a rollup', () => {
  test('of the parts, added, is the rollup of the whole, however it is parted and ordered', () => {
    fc.assert(
      fc.property(entries, entries, entries, (a, b, c) => {
        // Act
        const whole = rollUpEntries([...a, ...b, ...c]);
        const left = addRollups([
          addRollups([rollUpEntries(a), rollUpEntries(b)]),
          rollUpEntries(c),
        ]);
        const right = addRollups([
          rollUpEntries(a),
          addRollups([rollUpEntries(b), rollUpEntries(c)]),
        ]);
        // Assess
        expect(left).toEqual(whole);
        expect(right).toEqual(whole);
        expect(rollUpEntries([...c, ...a, ...b])).toEqual(whole);
      }),
      { numRuns: 3_000 },
    );
  });

  test('grows its version with every entry', () => {
    fc.assert(
      fc.property(entries, anyEntry, (some, one) => {
        expect(rollUpEntries([...some, one]).entryCount).toBe(rollUpEntries(some).entryCount + 1);
      }),
      { numRuns: 1_000 },
    );
  });

  test('of nothing is empty', () => {
    expect(rollUpEntries([])).toEqual(emptyRollup());
    expect(addRollups([])).toEqual(emptyRollup());
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
    const rollup = rollUpEntries(lines);
    // Assess
    expect(rollup).toEqual({
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
    const rollup = rollUpEntries([hinted, superseded]);
    // Assess
    expect(rollup).toEqual({ ...emptyRollup(), entryCount: 2 });
  });
});

describe('the stored form', () => {
  const anyRollup: fc.Arbitrary<Rollup> = entries.map((some) => rollUpEntries(some));
  const pack = (rollup: Rollup) => {
    const writer = new ByteWriter();
    writeRollup(writer, rollup);
    return writer.finish();
  };

  test('comes back as the rollup it was', () => {
    fc.assert(
      fc.property(anyRollup, (rollup) => {
        expect(readRollup(new ByteReader(pack(rollup)))).toEqual(rollup);
      }),
      { numRuns: 1_000 },
    );
  });

  test('of ids comes back as they were, digits with zeros and long ones too', () => {
    const id = fc.oneof(fc.string(), fc.stringMatching(/^\d{1,40}$/), fc.constant(null));
    fc.assert(
      fc.property(id, fc.maxSafeInteger(), (text, number) => {
        const bytes = new ByteWriter().text(text).int(number).text(text).finish();
        const reader = new ByteReader(bytes);
        expect([reader.text(), reader.int(), reader.text()]).toEqual([text, number, text]);
        expect(reader.isAtEnd).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  test('begins with a version that sorts as bytes', () => {
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), fc.nat(0xffff_ffff), (a, b) => {
        const order = Buffer.compare(versionBytes(a), versionBytes(b));
        expect(order).toBe(Math.sign(a - b));
        expect(new ByteReader(versionBytes(a)).version()).toBe(a);
      }),
      { numRuns: 1_000 },
    );
    expect(() => versionBytes(2 ** 32)).toThrow(RangeError);
  });

  test('is refused when it is cut short', () => {
    const bytes = pack({ ...emptyRollup(), redeemedFen: 1_000_000 });
    expect(() => readRollup(new ByteReader(bytes.subarray(0, -1)))).toThrow(RangeError);
  });
});
