import { detailOf, packDetail } from '../ledger/detail.ts';
import { foldEntries } from '../ledger/fold.ts';
import { foldStoreHour } from './folds.ts';
import { entriesOfHour } from './ledger.ts';
import type { StoreHour } from './store-day.ts';
import type { Table } from './table.ts';

/** Folds one store's hour again from its entries, with what they tell of their sales. */
export async function refoldStoreHour(table: Table, place: StoreHour): Promise<void> {
  const { providerId, platform, storeId, merchantId, day, hour } = place;
  const entries = await entriesOfHour(table, { providerId, platform, storeId }, day, hour);
  const total = { platform, storeId, merchantId, fold: foldEntries(entries) };
  await foldStoreHour(table, providerId, day, hour, total, packDetail(detailOf(entries)));
}
