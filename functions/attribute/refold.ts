import type { Platform } from '../../lib/events/event.ts';
import { foldEntries } from '../../lib/ledger/fold.ts';
import { foldStoreHour } from '../../lib/store/folds.ts';
import { entriesOfHour } from '../../lib/store/ledger.ts';
import type { Table } from '../../lib/store/table.ts';

/** The smallest thing that is folded: one store's hour for one provider. */
export interface StoreHour {
  readonly providerId: string;
  readonly platform: Platform;
  readonly storeId: string;
  readonly merchantId: string;
  readonly day: string;
  /** `00` to `23`, Asia/Shanghai. */
  readonly hour: string;
}

/** Folds one store's hour again from its entries. */
export async function refoldStoreHour(table: Table, place: StoreHour): Promise<void> {
  const { providerId, platform, storeId, merchantId, day, hour } = place;
  const entries = await entriesOfHour(table, { providerId, platform, storeId }, day, hour);
  const total = { platform, storeId, merchantId, fold: foldEntries(entries) };
  await foldStoreHour(table, providerId, day, hour, total);
}
