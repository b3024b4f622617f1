import { mapLimit } from '../../../lib/async/map-limit.ts';
import { detailOf, packDetail } from '../../../lib/ledger/detail.ts';
import { rollUpEntries } from '../../../lib/ledger/rollup.ts';
import { rollUpDimensions } from '../../../lib/rollups/dimensions.ts';
import { rollUpBuckets } from '../../../lib/rollups/rollups.ts';
import { hourAttribute, packHour } from '../../../lib/rollups/store-day.ts';
import { BUCKETS, keys } from '../../../lib/store/keys.ts';
import type { Table } from '../../../lib/store/table.ts';
import { entry } from '../../lib/make.ts';

const HOURS = ['10', '12', '13', '18', '19', '20'];
const AN_HOUR = 2;

export const storeIdOf = (index: number) => `66${String(index).padStart(17, '0')}`;

/**
 * A provider's day as the worker's rollups leave it, with so many stores: written straight, one item a store,
 * then rolled up up to the provider's day and its dimensions by the worker's own code.
 */
export async function fillDay(
  table: Table,
  providerId: string,
  day: string,
  stores: number,
): Promise<void> {
  const indexes = Array.from({ length: stores }, (_, index) => index);
  await mapLimit(indexes, 16, async (index) => {
    const storeId = storeIdOf(index);
    const hours = HOURS.map((hour) => [hourAttribute(hour), hourOf(storeId, day, hour)]);
    const { platform, merchantId } = entry();
    const fields = { platform, storeId, merchantId, ...Object.fromEntries(hours) };
    await table.put(keys.storeDay(providerId, day, platform, storeId), fields, null);
  });
  const buckets = Array.from({ length: BUCKETS }, (_, bucket) => bucket);
  await rollUpBuckets(table, providerId, day, buckets);
  await rollUpDimensions(table, providerId, day);
}

function hourOf(storeId: string, day: string, hour: string): Uint8Array {
  const own = Array.from({ length: AN_HOUR }, (_, index) => {
    const occurredAt = `${day}T${hour}:00:0${index}.000+08:00`;
    const buyer = `${day}/${hour}/${storeId}/${index}`;
    return entry({ storeId, occurredAt, productId: `1805${storeId.slice(-3)}${hour}`, buyer });
  });
  return packHour(rollUpEntries(own), packDetail(detailOf(own)));
}
