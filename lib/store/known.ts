import type { Event, EventOf } from '../events/event.ts';
import type { Platform } from '../events/id.ts';
import { readStore, storesOfMerchant } from './accounts/parties.ts';
import { readEvents, vouchersOfOrder } from './ledger/events.ts';
import type { Table } from './table.ts';

/** What an integration may look up in our records of its platform. */
export function knownOf(table: Table, platform: Platform) {
  return {
    history: (voucherId: string): Promise<readonly Event[]> =>
      readEvents(table, { of: 'voucher', platform, id: voucherId }),
    payment: async (orderId: string) =>
      (await readEvents(table, { of: 'order', platform, id: orderId })).find(
        (event): event is EventOf<'order.paid'> => event.kind === 'order.paid',
      ),
    vouchersOf: (orderId: string) => vouchersOfOrder(table, platform, orderId),
    isKnownStore: (storeId: string) => isKnownStore(table, platform, storeId),
    storesOf: async (merchantId: string) =>
      (await storesOfMerchant(table, platform, merchantId)).map((store) => store.storeId),
  };
}

/** Stores that this worker has seen: none is ever taken away. Forgetting them costs a read each. */
const seen = new WeakMap<Table, Set<string>>();
const MAX_SEEN = 50_000;

async function isKnownStore(table: Table, platform: Platform, storeId: string): Promise<boolean> {
  const known = seen.get(table) ?? new Set();
  seen.set(table, known);
  const key = `${platform} ${storeId}`;
  if (known.has(key)) return true;
  if ((await readStore(table, platform, storeId)) === undefined) return false;
  if (known.size >= MAX_SEEN) known.clear();
  known.add(key);
  return true;
}
