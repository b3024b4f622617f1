import { detailOf, packDetail } from '../ledger/detail.ts';
import { rollUpEntries } from '../ledger/rollup.ts';
import { keys } from '../store/keys.ts';
import { entriesOfHour } from '../store/ledger/entries.ts';
import type { Table } from '../store/table.ts';
import { rollUpStoreHour } from './rollups.ts';
import { rollUpBySlots, SLOTTED_FROM } from './slots.ts';
import { hourAttribute, readHour, type StoreHour, slottedAttribute } from './store-day.ts';

/** Rolls up one store's hour again from its entries, with what they say of their sales; a busy one by its slots. */
export async function rollUpHour(table: Table, place: StoreHour): Promise<void> {
  const { providerId, platform, storeId, merchantId, day, hour } = place;
  // Not a moment behind: whether the hour has slots decides what this writes.
  const item = await table.get(keys.storeDay(providerId, day, platform, storeId));
  const isSlotted = item?.[slottedAttribute(hour)] === true;
  const standing = readHour(item?.[hourAttribute(hour)])?.rollup.entryCount ?? 0;
  if (isSlotted || standing >= SLOTTED_FROM) return rollUpBySlots(table, place, isSlotted);
  const entries = await entriesOfHour(table, { providerId, platform, storeId }, day, hour);
  const total = { platform, storeId, merchantId, rollup: rollUpEntries(entries) };
  const detail = packDetail(detailOf(entries));
  await rollUpStoreHour(table, providerId, day, hour, total, detail, { item });
}
