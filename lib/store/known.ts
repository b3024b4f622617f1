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
    isKnownStore: async (storeId: string) =>
      (await readStore(table, platform, storeId)) !== undefined,
    storesOf: async (merchantId: string) =>
      (await storesOfMerchant(table, platform, merchantId)).map((store) => store.storeId),
  };
}
