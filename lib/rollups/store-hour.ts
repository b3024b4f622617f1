import { detailOf, packDetail } from '../ledger/detail.ts';
import { rollUpEntries } from '../ledger/rollup.ts';
import { entriesOfHour } from '../store/ledger/entries.ts';
import type { Table } from '../store/table.ts';
import { rollUpStoreHour } from './rollups.ts';
import type { StoreHour } from './store-day.ts';

/** Rolls up one store's hour again from its entries, with what they say of their sales. */
export async function rollUpHour(table: Table, place: StoreHour): Promise<void> {
  const { providerId, platform, storeId, merchantId, day, hour } = place;
  const entries = await entriesOfHour(table, { providerId, platform, storeId }, day, hour);
  const total = { platform, storeId, merchantId, rollup: rollUpEntries(entries) };
  await rollUpStoreHour(table, providerId, day, hour, total, packDetail(detailOf(entries)));
}
