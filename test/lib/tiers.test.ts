import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explainTier } from '../../lib/attribution/explain-tier.ts';
import type { Entry } from '../../lib/ledger/entry.ts';
import { rollUpEntries } from '../../lib/ledger/rollup.ts';
import { lineOf, type StatementLine } from '../../lib/ledger/statement.ts';
import {
  addTierSums,
  addToContract,
  NO_TIER_SUM,
  settlementOf,
  type TieredContract,
  type TierSum,
  tierEntry,
  tieredCommissionFen,
  tierMonthOf,
  tierParts,
  tierStoreOf,
} from '../../lib/ledger/tiers.ts';
import { proportion, WHOLE_BP } from '../../lib/money/fen.ts';
import { runs } from '../support/long.ts';
import { contract as contractVersion, entry } from './make.ts';

const tiers = [
  { fromFen: 100_000, rateBp: 600 },
  { fromFen: 300_000, rateBp: 800 },
];

const contract: TieredContract = {
  ...{ contractId: '1.douyin.m', version: 1, platform: 'douyin', merchantId: 'm' },
  ...{ rateBp: 500, tiers },
};

describe('tiers', () => {
  test.each([
    ['nothing', 0, 0],
    ['under the first', 99_999, 5_000],
    ['at the first', 100_000, 5_000],
    ['in the first', 200_000, 11_000],
    ['in the second', 400_000, 25_000],
    ['below nothing', -10_000, -500],
  ])('of a GMV %s each part earns its own rate', (_what, gmvFen, commissionFen) => {
    expect(tieredCommissionFen(gmvFen, 500, tiers)).toBe(commissionFen);
    const ofFen = tierParts(gmvFen, 500, tiers).reduce((sum, part) => sum + part.ofFen, 0);
    expect(ofFen).toBe(gmvFen);
  });

  test('from the first fen on take the place of the contract’s rate', () => {
    expect(tieredCommissionFen(10_000, 500, [{ fromFen: 0, rateBp: 1_000 }])).toBe(1_000);
  });

  test('are settled by one entry of commission alone, and by none when nothing is due', () => {
    const statement = { providerId: 'p', month: '2025-10', of: '2025-10' };
    const sum = { redeemedFen: 200_000, settledFen: 0 };
    expect(tierEntry(statement, contract, { ...sum, commissionFen: 11_000 })).toBeUndefined();
    expect(tierEntry(statement, contract, { ...sum, commissionFen: 10_000 })).toMatchObject({
      ...{ kind: 'tier', entryId: 'tier:2025-10~1.douyin.m', businessDay: '2025-10-31' },
      ...{ commissionFen: 1_000, amountFen: 0, count: 0, storeId: 'tier~m' },
    });
  });

  test('of a month before are settled again for the difference, by an entry of its own', () => {
    const settlement = { providerId: 'p', month: '2025-12', of: '2025-10' };
    const sum = { redeemedFen: 100_000, commissionFen: 5_000, settledFen: 1_000 };
    const again = tierEntry(settlement, contract, sum);
    expect(again).toMatchObject({
      ...{ entryId: 'tier:2025-12:2025-10~1.douyin.m', commissionFen: -1_000 },
      businessDay: '2025-12-31',
    });
    expect(settlementOf(again as Entry)).toEqual(settlement);
  });

  test('have a place that is an id whatever the merchant is called', () => {
    expect(tierStoreOf('m'.repeat(128))).toHaveLength(128);
  });
});

const MONTHS = ['2025-09', '2025-10', '2025-11', '2025-12', '2026-01'];
const day = (month: number) => `${MONTHS[month]}-15T12:00:00.000+08:00`;

/** A redemption in a month, billed then or later, and what takes it back later still, whole or in part. */
const act = fc.record({
  month: fc.integer({ min: 0, max: 3 }),
  late: fc.integer({ min: 0, max: 2 }),
  fen: fc.integer({ min: 1, max: 200_000 }),
  takings: fc.array(
    fc.record({ late: fc.integer({ min: 0, max: 3 }), bp: fc.integer({ min: 1, max: 10_000 }) }),
    { maxLength: 2 },
  ),
});

const terms = fc.record({
  rateBp: fc.integer({ min: 0, max: 2_000 }),
  tiers: fc
    .uniqueArray(
      fc.record({
        fromFen: fc.integer({ min: 0, max: 400_000 }),
        rateBp: fc.integer({ min: 0, max: 3_000 }),
      }),
      { selector: (tier) => tier.fromFen, minLength: 1, maxLength: 3 },
    )
    .map((steps) => steps.sort((a, b) => a.fromFen - b.fromFen)),
});

test('whatever is taken back when, all statements together pay each month what it comes to', () => {
  fc.assert(
    fc.property(terms, fc.array(act, { maxLength: 8 }), (paid, acts) => {
      // Prepare: the lines of each statement
      const own = { ...contract, ...paid };
      const billed: StatementLine[][] = MONTHS.map(() => []);
      for (const { month, late, fen, takings } of acts) {
        const commissionFen = proportion(fen, paid.rateBp, WHOLE_BP);
        const line = { occurredAt: day(month), amountFen: fen, commissionFen };
        billed[Math.min(month + late, 4)]?.push(lineOf(entry(line)));
        let [leftFen, leftCommissionFen] = [fen, commissionFen];
        for (const taking of takings) {
          const amountFen = Math.min(leftFen, proportion(fen, taking.bp, WHOLE_BP));
          const share = Math.min(leftCommissionFen, proportion(commissionFen, taking.bp, WHOLE_BP));
          [leftFen, leftCommissionFen] = [leftFen - amountFen, leftCommissionFen - share];
          const at = Math.min(month + taking.late, 4);
          const back = { occurredAt: day(at), amountFen: -amountFen, commissionFen: -share };
          const of = { kind: 'refund', reverses: 'x', reversesAt: day(month), count: 0 } as const;
          billed[Math.min(at + late, 4)]?.push(lineOf(entry({ ...back, ...of })));
        }
      }
      // Act: close one after the other
      const closed: Record<string, TierSum>[] = [];
      for (const [index, lines] of billed.entries()) {
        const sums = { ...addToContract(undefined, lines) };
        for (const [of, sum] of Object.entries(sums)) {
          const before = addTierSums(closed.map((one) => one[of]));
          const settlement = { providerId: 'p', month: MONTHS[index] ?? '', of };
          const settled = tierEntry(settlement, own, addTierSums([before, sum]));
          const settledFen = settled?.commissionFen ?? 0;
          sums[of] = { ...sum, settledFen };
          if (settled === undefined) continue;
          const log = { ...contractVersion(1), ...own };
          const explained = explainTier(settled, { settlement, contract: log, before, own: sum });
          expect(explained.isReproduced).toBe(true);
          const steps = explained.arithmetic.filter((step) => step.step !== 'month');
          const fen = steps.map((step) => ('resultFen' in step ? step.resultFen : 0));
          expect(fen.slice(0, -1).reduce((all, one) => all + one, 0)).toBe(fen.at(-1));
        }
        closed.push(sums);
      }
      // Assess
      const all = billed.flat();
      for (const month of MONTHS) {
        const rollup = rollUpEntries(all.filter((line) => tierMonthOf(line) === month));
        const settledFen = addTierSums(closed.map((one) => one[month])).settledFen;
        const wanted = tieredCommissionFen(rollup.redeemedFen, paid.rateBp, paid.tiers);
        const isKnown = closed.some((one) => one[month] !== undefined);
        expect(rollup.commissionFen + settledFen).toBe(isKnown ? wanted : 0);
      }
      expect(addTierSums([undefined])).toEqual(NO_TIER_SUM);
    }),
    { numRuns: runs(300) },
  );
});
