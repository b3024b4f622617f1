import { describe, expect, it } from 'vitest';
import { moversOf, storeCourses } from '../../../functions/api/page/overview/stores.ts';
import { periodOf } from '../../../functions/api/page/period.ts';
import type { DaySummary } from '../../../lib/rollups/day-summary.ts';

/** A store on Wednesday 3 December, at six in the evening, and in the days before. */
const NOW_MS = Date.parse('2025-12-03T18:00:00+08:00');
const BY_DAY = {
  ...{ '2025-11-01': 100, '2025-11-02': 200, '2025-11-03': 5_000, '2025-12-02': 600 },
  ...{ '2025-12-01': 300, '2025-12-03': 700 },
};

const summaryOf = ([day, redeemedFen]: [string, number]): DaySummary => ({
  ...{ day, hours: new Map(), channels: [], loops: [], storeCount: 1 },
  stores: [
    {
      ...{ platform: 'douyin', storeId: 's1', redeemedFen, redeemedCount: 1 },
      ...{ refundedFen: 0, commissionFen: 0 },
    },
  ],
});

function courseOf(query: Parameters<typeof periodOf>[0]) {
  const period = periodOf(query, NOW_MS);
  const within = ({ from, to }: { from: string; to: string }) =>
    Object.entries(BY_DAY)
      .filter(([day]) => from <= day && day <= to)
      .map(summaryOf);
  return storeCourses(within(period.window), within(period.before), period).stores;
}

describe('a store of a period', () => {
  it('has today in its sum, and compares whole days: a day that is not over is less than any', () => {
    const [store] = courseOf({ period: 'month' });
    expect(store).toMatchObject({ redeemedFen: 1_600, course: [300, 600, 700] });
    expect(store?.compared).toEqual({ nowFen: 900, beforeFen: 300 });
  });

  it('is compared with nothing while no day of the period is over, and has not moved', () => {
    const stores = courseOf({ period: 'today' });
    expect(stores[0]).toMatchObject({ redeemedFen: 700, compared: null });
    expect(moversOf(stores, 4)).toEqual([]);
  });

  it('compares all of a period that is over', () => {
    const [store] = courseOf({ from: '2025-12-01', to: '2025-12-02' });
    expect(store).toMatchObject({ redeemedFen: 900, compared: { nowFen: 900, beforeFen: 0 } });
  });
});
