import { totalsByStore } from '../../functions/api/reports.ts';
import { startEmulators, TABLE_NAME } from '../../infra/local/emulators.ts';
import { mapLimit } from '../../lib/async/map-limit.ts';
import { detailOf, packDetail } from '../../lib/ledger/detail.ts';
import { rollUpEntries } from '../../lib/ledger/rollup.ts';
import { readBuyers, readDimension, rollUpDimensions } from '../../lib/rollups/dimensions.ts';
import { readProviderDays, rollUpBuckets, rollUpStoreHour } from '../../lib/rollups/rollups.ts';
import { BUCKETS, keys } from '../../lib/store/keys.ts';
import { Table } from '../../lib/store/table.ts';
import { addDays } from '../../lib/time/shanghai.ts';
import { entry } from '../lib/make.ts';
import { Meter, round, total } from './support/meter.ts';

/**
 * What a provider's numbers cost to read, in read units counted by the database itself, by how many
 * stores it has: `npm run bench -- reads [stores=1,100,10000]`, 1, 100 and 10000 unless told. The rollups are written
 * straight: each store has entries in 6 hours of the day, and every day of the month is as full.
 */
export async function run({ stores }: Readonly<Record<string, string>>): Promise<object> {
  const sizes = stores === undefined ? [1, 100, 10_000] : stores.split(',').map(Number);
  const emulators = await startEmulators();
  const table = new Table(emulators.database, TABLE_NAME);
  const meter = new Meter(emulators.database);
  const rows: object[] = [];
  for (const stores of sizes) {
    const providerId = `provider-${stores}`;
    await fill(table, providerId, stores);
    const cost = async (read: () => Promise<unknown>) => {
      meter.reset();
      await read();
      return round(total(meter.reads));
    };
    const today = { from: LAST, to: LAST };
    const month = { from: addDays(LAST, -30), to: LAST };
    rows.push({
      stores,
      day: await cost(() => readProviderDays(table, providerId, today)),
      month: await cost(() => readProviderDays(table, providerId, month)),
      first50: await cost(() => totalsByStore(table, providerId, today, { limit: 50 })),
      byChannelDay: await cost(() => readDimension(table, providerId, 'channel', today)),
      byProductDay: await cost(() => readDimension(table, providerId, 'product', today)),
      repeatRateDay: await cost(() => readBuyers(table, providerId, today)),
    });
  }
  meter.stop();
  await emulators.stop();
  return { unit: 'read units', rows };
}

const LAST = '2025-10-31';
const HOURS = ['10', '12', '13', '18', '19', '20'];

async function fill(table: Table, providerId: string, stores: number): Promise<void> {
  const names = Array.from(
    { length: stores },
    (_, index) => `66${String(index).padStart(17, '0')}`,
  );
  // One store-day is rolled up as the worker does; the others are copies of it under their own names.
  const [first = '', ...others] = names;
  for (const hour of HOURS) await rollUpHour(table, providerId, first, hour);
  const template = await table.get(keys.storeDay(providerId, LAST, 'douyin', first));
  await mapLimit(others, 16, (storeId) =>
    table.put(keys.storeDay(providerId, LAST, 'douyin', storeId), { ...template, storeId }, null),
  );
  const buckets = Array.from({ length: BUCKETS }, (_, bucket) => bucket);
  await rollUpBuckets(table, providerId, LAST, buckets);
  await rollUpDimensions(table, providerId, LAST);
  const full = await table.get(keys.providerDay(providerId, LAST));
  for (let day = 1; day <= 30; day += 1) {
    await table.put(keys.providerDay(providerId, addDays(LAST, -day)), full ?? {}, null);
  }
}

async function rollUpHour(
  table: Table,
  providerId: string,
  storeId: string,
  hour: string,
): Promise<void> {
  const occurredAt = `${LAST}T${hour}:00:00.000+08:00`;
  const sale = { channel: 'live', productId: `18050000000000${hour}`, buyer: `buyer-${hour}` };
  const one = entry({ storeId, occurredAt, ...sale });
  const { platform, merchantId } = one;
  const day = { platform, storeId, merchantId, rollup: rollUpEntries([one]) };
  await rollUpStoreHour(table, providerId, LAST, hour, day, packDetail(detailOf([one])));
}
