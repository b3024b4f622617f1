import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addBuyers,
  buyersOf,
  packBuyers,
  repeatRate,
  unpackBuyers,
} from '../../lib/ledger/buyers.ts';
import { detailOf, packDetail, unpackDetail } from '../../lib/ledger/detail.ts';
import {
  addRows,
  CELL_DIMENSIONS,
  packRows,
  rowsBy,
  unpackRows,
} from '../../lib/ledger/dimensions.ts';
import type { Entry } from '../../lib/ledger/entry.ts';
import { addRollups, rollUpEntries } from '../../lib/ledger/rollup.ts';
import { runs } from '../support/long.ts';
import { entry } from './make.ts';

const id = fc.oneof(fc.constantFrom('1805', '007', '达人', 'a#b'), fc.constant(null));

const anyEntry: fc.Arbitrary<Entry> = fc
  .record({
    kind: fc.constantFrom<Entry['kind'][]>('payment', 'redemption', 'reversal', 'refund'),
    loop: fc.constantFrom<Entry['loop'][]>('closed', 'open'),
    channel: fc.constantFrom('live', 'search', 'unknown'),
    productId: id,
    creatorId: id,
    cpsKind: fc.constantFrom('product', 'lead', null),
    buyer: fc.constantFrom('AAAAAAAAAAAAAAAA', 'BBBBBBBBBBBBBBBB', null),
    orderId: fc.constantFrom('1', '2', '3'),
    count: fc.integer({ min: -1, max: 1 }),
    amountFen: fc.integer({ min: -1_000_000, max: 1_000_000 }),
    commissionFen: fc.integer({ min: -1_000_000, max: 1_000_000 }),
  })
  .map((fields) => entry(fields));

const entries = fc.array(anyEntry, { maxLength: 30 });

describe('the dimensions of entries', () => {
  test('each add up to the rollup of all of them, whatever is told of a sale', () => {
    fc.assert(
      fc.property(entries, entries, (morning, evening) => {
        // Act: rolled up by the hour, stored, read and added up
        const cells = [morning, evening].flatMap(
          (hour) => unpackDetail(packDetail(detailOf(hour))).cells,
        );
        const whole = rollUpEntries([...morning, ...evening]);
        // Assess
        for (const dimension of CELL_DIMENSIONS) {
          const rows = unpackRows(packRows(rowsBy(dimension, cells)));
          expect(addRollups(rows.map(({ rollup }) => rollup))).toEqual(whole);
          const names = rows.map(({ value, cpsKind }) => JSON.stringify([value, cpsKind]));
          expect(new Set(names).size).toBe(rows.length);
        }
      }),
      { numRuns: runs(2_000) },
    );
  });

  test('keep a creator apart by how the creator earns, and what was not told as null', () => {
    const own = { creatorId: '901', amountFen: 100 };
    const cells = detailOf([
      entry({ ...own, cpsKind: 'product' }),
      entry({ ...own, cpsKind: 'lead' }),
      entry({ ...own, cpsKind: 'lead' }),
      entry({ amountFen: 7 }),
    ]).cells;
    const rows = rowsBy('creator', cells).map(({ value, cpsKind, rollup }) => [
      ...[value, cpsKind, rollup.redeemedFen],
    ]);
    expect(rows).toEqual([
      ['901', 'product', 100],
      ['901', 'lead', 200],
      [null, null, 7],
    ]);
  });

  test('of days added are those of the month', () => {
    const day = rowsBy('channel', detailOf([entry({ channel: 'live', amountFen: 5 })]).cells);
    expect(
      addRows([...day, ...day]).map(({ value, rollup }) => [value, rollup.redeemedFen]),
    ).toEqual([['live', 10]]);
  });
});

describe('the rate of repeat purchases', () => {
  const bought = (buyer: string, orderId: string, count = 1) => entry({ buyer, orderId, count });

  test('counts orders and not redemptions, and nothing that was reversed', () => {
    // Prepare
    const all = buyersOf([
      bought('twice', 'o1'),
      bought('twice', 'o2'),
      bought('times-card', 'o3'),
      bought('times-card', 'o3'),
      bought('took-back', 'o4'),
      bought('took-back', 'o5'),
      bought('took-back', 'o5', -1),
      bought('gone', 'o6'),
      bought('gone', 'o6', -1),
      entry({ buyer: null }),
    ]);
    // Act, Assess
    expect(repeatRate(all)).toEqual({ buyers: 3, repeatBuyers: 1, rate: 1 / 3, sampled: false });
  });

  test('sees one buyer on two days, a reversal of the day after, and comes back from its bytes', () => {
    const days = [
      [bought('a', 'o1'), bought('b', 'o2')],
      [bought('a', 'o3'), bought('b', 'o2', -1)],
    ];
    const stored = days.map((day) => unpackBuyers(packBuyers(buyersOf(day))));
    expect(repeatRate(addBuyers(stored))).toMatchObject({ buyers: 1, repeatBuyers: 1, rate: 1 });
  });

  test('of nobody is none', () => {
    expect(repeatRate(buyersOf([]))).toEqual({
      ...{ buyers: 0, repeatBuyers: 0, rate: null, sampled: false },
    });
  });

  test('of many is guessed from a bounded sample, near the truth and the same in any order', () => {
    // Prepare: 40,000 buyers, every fourth with a second order
    const all = Array.from({ length: 40_000 }, (_, index) => [
      bought(`buyer-${index}`, `first-${index}`),
      ...(index % 4 === 0 ? [bought(`buyer-${index}`, `second-${index}`)] : []),
    ]);
    const parts = [0, 1, 2, 3].map((part) =>
      buyersOf(all.filter((_, index) => index % 4 === part).flat(), 20_000),
    );
    // Act
    const sum = addBuyers(parts, 3_000);
    const other = addBuyers(
      [addBuyers(parts.slice(2).reverse(), 3_000), ...parts.slice(0, 2)],
      3_000,
    );
    const rate = repeatRate(sum);
    // Assess
    expect(sum.standing.size).toBeLessThanOrEqual(3_000);
    expect(rate.sampled).not.toBe(false);
    expect(rate.rate).toBeGreaterThan(0.22);
    expect(rate.rate).toBeLessThan(0.28);
    expect(rate.buyers / 40_000).toBeGreaterThan(0.9);
    expect(rate.buyers / 40_000).toBeLessThan(1.1);
    expect(repeatRate(other)).toEqual(rate);
  });
});
