import { expect, test } from 'vitest';
import { storeNames } from '../../functions/api/page/names.ts';
import { rollUpAbove } from '../../functions/attribute/totals.ts';
import { rollUpDimensions } from '../../lib/rollups/dimensions.ts';
import { forgetLargestName, readLargestNames } from '../../lib/rollups/largest-names.ts';
import { rollupMessages } from '../../lib/rollups/messages.ts';
import { storeHourOf } from '../../lib/rollups/store-day.ts';
import { appendContract } from '../../lib/store/accounts/contracts.ts';
import { changeStore, putStore } from '../../lib/store/accounts/parties.ts';
import { keys } from '../../lib/store/keys.ts';
import { bookEntry } from '../../lib/store/ledger/entries.ts';
import { received, TotalsWorld } from '../support/totals-world.ts';
import { MemoryTable } from '../world/store/table.ts';
import { contract, entry } from './make.ts';

const DAY = '2025-10-09';

test("the names of a day's largest stores stand together, and a list reads no store by itself until one is renamed", async () => {
  const table = new MemoryTable();
  const world = new TotalsWorld('p', DAY, table);
  const place = { platform: 'douyin', merchantId: 'm' } as const;
  const stores = ['s1', 's2', 's3'].map((storeId) => ({ ...place, storeId }));
  const named = { ...place, city: '重庆', namedBy: 'operator' } as const;
  await putStore(table, { ...named, storeId: 's1', name: '一店' });
  await putStore(table, { ...named, storeId: 's2', name: '二店' });
  await appendContract(table, contract(1, { providerId: 'p', merchantId: 'm' }));
  for (const { storeId } of stores) {
    const at = { businessDay: DAY, occurredAt: `${DAY}T12:00:00.000+08:00`, merchantId: 'm' };
    const one = entry({ ...at, entryId: storeId, providerId: 'p', storeId, amountFen: 1_000 });
    await bookEntry(table, one);
    await rollUpAbove(received(rollupMessages([storeHourOf(one)])), world.depsOf());
  }

  await rollUpDimensions(table, 'p', DAY);

  const together = await readLargestNames(table, 'p');
  expect(Object.fromEntries([...together].map(([key, { name }]) => [key, name]))).toEqual({
    ...{ 'douyin/s1': '一店', 'douyin/s2': '二店', 'douyin/s3': null },
  });
  const item = await table.get(keys.largestNames('p'));
  await rollUpDimensions(table, 'p', DAY);
  expect(await table.get(keys.largestNames('p')), 'what stands is not written again').toEqual(item);

  // A list takes them from there: what a store itself says by now it does not look up.
  const s1 = { ...place, storeId: 's1' };
  await changeStore(table, s1, { name: '一店（新）' });
  const names = async (fresh: MemoryTable) =>
    [...(await storeNames(fresh, stores, 0, 'p')).values()].map(({ name }) => name);
  expect(await names(table.seenBy(async () => {}, 0))).toEqual(['一店', '二店', null]);
  await forgetLargestName(table, s1);
  expect(await names(table.seenBy(async () => {}, 0))).toEqual(['一店（新）', '二店', null]);
  await rollUpDimensions(table, 'p', DAY);
  expect((await readLargestNames(table, 'p')).get('douyin/s1')?.name).toBe('一店（新）');
});
