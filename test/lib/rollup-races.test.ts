import { expect, test } from 'vitest';
import { detailOf, packDetail } from '../../lib/ledger/detail.ts';
import { emptyRollup } from '../../lib/ledger/rollup.ts';
import { overPlatforms } from '../../lib/rollups/provider-day.ts';
import { readProviderDays, rollUpBuckets, rollUpStoreHour } from '../../lib/rollups/rollups.ts';
import { bucketOf } from '../../lib/store/keys.ts';
import type { Table } from '../../lib/store/table.ts';
import { everyOrder, type Turn } from '../support/interleave.ts';
import { MemoryTable } from '../world/store/table.ts';

const DAY = '2026-10-09';
const BUCKET = bucketOf('douyin', 's1');
const DETAIL = packDetail(detailOf([]));

/** As a worker does it: an hour of the store, then the bucket that the store is in. */
async function rollUp(table: Table, hour: string, entryCount: number): Promise<void> {
  const rollup = { ...emptyRollup(), entryCount, redeemedFen: entryCount * 100 };
  const total = { platform: 'douyin', storeId: 's1', merchantId: 'm1', rollup } as const;
  await rollUpStoreHour(table, 'p1', DAY, hour, total, DETAIL);
  await rollUpBuckets(table, 'p1', DAY, [BUCKET]);
}

test('a bucket that two workers roll up ends with all of its hours, in every order of their calls', async () => {
  const { orders, isEvery } = await everyOrder(async () => {
    const table = new MemoryTable();
    await rollUp(table, '09', 1);
    const at = (hour: string, count: number) => (turn: Turn) =>
      rollUp(table.seenBy(turn), hour, count);
    return {
      workers: { first: at('10', 2), second: at('11', 4) },
      afterwards: async () => {
        const [day] = await readProviderDays(table, 'p1', { from: DAY, to: DAY }, true);
        const { entryCount, redeemedFen } = overPlatforms(day?.rollups ?? {});
        expect({ entryCount, redeemedFen }).toEqual({ entryCount: 7, redeemedFen: 700 });
      },
    };
  });
  expect(orders).toBeGreaterThan(100);
  expect(isEvery).toBe(true);
});
