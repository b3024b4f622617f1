import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { detailOf } from '../../lib/ledger/detail.ts';
import type { Entry } from '../../lib/ledger/entry.ts';
import { addRollups, rollUpEntries } from '../../lib/ledger/rollup.ts';
import { MOST_STORES, summarize, unpackSummary } from '../../lib/rollups/day-summary.ts';
import { hourAttribute, packHour, storeDayOf } from '../../lib/rollups/store-day.ts';
import type { Item } from '../../lib/store/table.ts';
import { entry } from './make.ts';

/** One day's entries → the items of its store-days, as the workers keep them. */
function itemsOf(entries: readonly Entry[]): Item[] {
  return [...Map.groupBy(entries, ({ storeId }) => storeId)].map(([storeId, own]) => {
    const hours = [...Map.groupBy(own, ({ occurredAt }) => occurredAt.slice(11, 13))];
    return {
      ...{ pk: 'day', sk: `STORE#douyin#${storeId}`, platform: 'douyin', storeId, merchantId: 'm' },
      ...Object.fromEntries(
        hours.map(([hour, of]) => [hourAttribute(hour), packHour(rollUpEntries(of), null)]),
      ),
    };
  });
}

function summaryOf(entries: readonly Entry[]) {
  const items = itemsOf(entries);
  const cells = detailOf(entries).cells;
  return unpackSummary('2025-10-09', summarize(items, items.map(storeDayOf), cells));
}

const entries = fc.array(
  fc
    .record({
      storeId: fc.constantFrom(...Array.from({ length: 60 }, (_, at) => `66000${at}`), 'unknown'),
      hour: fc.integer({ min: 0, max: 23 }),
      amountFen: fc.integer({ min: 1, max: 500_000 }),
      channel: fc.constantFrom('live', 'search', 'unknown'),
      loop: fc.constantFrom('closed' as const, 'open' as const),
    })
    .map(({ hour, ...over }) =>
      entry({ ...over, occurredAt: `2025-10-09T${String(hour).padStart(2, '0')}:30:00.000+08:00` }),
    ),
  { maxLength: 120 },
);

describe('the summary of a day', () => {
  test('adds up to the day by hours, by channels and by loops', () => {
    fc.assert(
      fc.property(entries, (all) => {
        const summary = summaryOf(all);
        const total = rollUpEntries(all);
        expect(addRollups(summary.hours.values())).toEqual(total);
        for (const shares of [summary.channels, summary.loops]) {
          expect(shares.reduce((sum, { redeemedFen }) => sum + redeemedFen, 0)).toBe(
            total.redeemedFen,
          );
        }
      }),
    );
  });

  test('lists the largest stores, counts them all, and leaves out what is no store', () => {
    fc.assert(
      fc.property(entries, (all) => {
        const { stores, storeCount } = summaryOf(all);
        const named = all.filter(({ storeId }) => storeId !== 'unknown');
        const sums = [...Map.groupBy(named, ({ storeId }) => storeId)]
          .map(([storeId, own]) => ({ storeId, redeemedFen: rollUpEntries(own).redeemedFen }))
          .toSorted((a, b) => b.redeemedFen - a.redeemedFen);
        expect(storeCount).toBe(sums.length);
        expect(stores.map(({ redeemedFen }) => redeemedFen)).toEqual(
          sums.slice(0, MOST_STORES).map(({ redeemedFen }) => redeemedFen),
        );
        for (const { storeId, redeemedFen } of stores) {
          expect(sums).toContainEqual({ storeId, redeemedFen });
        }
      }),
    );
  });

  test('is the same bytes in whatever order its stores were read', () => {
    fc.assert(
      fc.property(entries, (all) => {
        const items = itemsOf(all);
        const cells = detailOf(all).cells;
        const there = summarize(items, items.map(storeDayOf), cells);
        const back = items.toReversed();
        const again = summarize(back, back.map(storeDayOf), cells.toReversed());
        expect(Buffer.compare(there, again)).toBe(0);
      }),
    );
  });
});
