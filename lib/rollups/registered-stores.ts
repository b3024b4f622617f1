import { mapLimit } from '../async/map-limit.ts';
import type { Cell } from '../ledger/dimensions.ts';
import { UNKNOWN_STORE } from '../ledger/entry.ts';
import { isTierStore } from '../ledger/tiers.ts';
import { readStore, type Store, storesOfMerchant } from '../store/accounts/parties.ts';
import type { Table } from '../store/table.ts';
import type { StoreDay } from './store-day.ts';

const READS_AT_ONCE = 16;

/**
 * A day's stores as they are registered, by `<platform>/<storeId>`; null for those that are not.
 *
 * A query a merchant, not a read a store: the lists of merchants say where their stores are. A store that is in
 * no list of the day's merchants, because it is another's by now, is read by itself.
 */
export async function registeredStores(
  stores: readonly Pick<StoreDay, 'platform' | 'storeId'>[],
  cells: readonly Cell[],
  table: Table,
): Promise<Map<string, Store | null>> {
  const known = new Map<string, Store | null>();
  const merchants = Map.groupBy(cells, (cell) => JSON.stringify([cell.platform, cell.merchantId]));
  for (const [first] of merchants.values()) {
    if (first === undefined) continue;
    const { platform, merchantId } = first;
    for (const store of await storesOfMerchant(table, platform, merchantId)) {
      known.set(`${platform}/${store.storeId}`, store);
    }
  }
  const others = stores.filter(
    ({ platform, storeId }) => isNamed(storeId) && !known.has(`${platform}/${storeId}`),
  );
  await mapLimit(others, READS_AT_ONCE, async ({ platform, storeId }) => {
    known.set(`${platform}/${storeId}`, (await readStore(table, platform, storeId)) ?? null);
  });
  return new Map(
    stores
      .filter(({ storeId }) => isNamed(storeId))
      .map(({ platform, storeId }) => [
        `${platform}/${storeId}`,
        known.get(`${platform}/${storeId}`) ?? null,
      ]),
  );
}

/** What has no store is in no city, whatever somebody registered. */
function isNamed(storeId: string): boolean {
  return storeId !== UNKNOWN_STORE && !isTierStore(storeId);
}
