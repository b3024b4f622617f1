import { mapLimit } from '../../lib/async/map-limit.ts';
import type { Platform } from '../../lib/events/event.ts';
import { UNKNOWN_STORE } from '../../lib/ledger/entry.ts';
import type { StoreDay } from '../../lib/rollups/store-day.ts';
import { readStore } from '../../lib/store/accounts/parties.ts';
import type { Table } from '../../lib/store/table.ts';
import type { Window } from './input.ts';
import { pageOfStores, type StoreOrder, type StorePlace } from './ranked-stores.ts';

const READS_AT_ONCE = 16;

export interface StoreLine {
  readonly platform: Platform;
  readonly storeId: string;
  /** Null when neither the operator nor the platform named it. */
  readonly name: string | null;
  /** Whose redemption came last; null where no store was named, which is no merchant's. */
  readonly merchantId: string | null;
  readonly redeemedCount: number;
  readonly redeemedFen: number;
  readonly reversedCount: number;
  readonly refundedFen: number;
  readonly commissionFen: number;
}

/** One page of the stores in which a provider's vouchers were redeemed, with their totals. */
export async function listStores(
  table: Table,
  providerId: string,
  window: Window,
  page: { position?: StorePlace | undefined; limit: number },
): Promise<{ stores: StoreLine[]; order: StoreOrder; next: StorePlace | null }> {
  const found = await pageOfStores(table, providerId, window, page, hasRedemptions);
  const { stores, order, next } = found;
  const lines = await mapLimit(stores, READS_AT_ONCE, async (store) => {
    const known = await readStore(table, store.platform, store.storeId);
    return lineOf(store, known?.name ?? null);
  });
  return { stores: lines, order, next };
}

/**
 * Payments alone have no store; a store is listed for what happened in it. Whatever is in a line counts,
 * so that the lines add up to the total.
 */
export function hasRedemptions({ rollup }: StoreDay): boolean {
  const { redeemedCount, redeemedFen, reversedCount, refundedFen, commissionFen } = rollup;
  return [redeemedCount, redeemedFen, reversedCount, refundedFen, commissionFen].some(
    (measure) => measure !== 0,
  );
}

function lineOf(
  { platform, storeId, merchantId, rollup }: StoreDay,
  name: string | null,
): StoreLine {
  const { redeemedCount, redeemedFen, reversedCount, refundedFen, commissionFen } = rollup;
  const amounts = { redeemedCount, redeemedFen, reversedCount, refundedFen, commissionFen };
  const owner = storeId === UNKNOWN_STORE ? null : merchantId;
  return { platform, storeId, name, merchantId: owner, ...amounts };
}
