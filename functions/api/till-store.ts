import { Problem } from '../../lib/errors/problem.ts';
import type { Platform } from '../../lib/events/id.ts';
import type { App } from '../../lib/integrations/kit/app.ts';
import { readStore } from '../../lib/store/accounts/parties.ts';
import type { Table } from '../../lib/store/table.ts';

/**
 * What is redeemed is booked at the store that the till names, and its provider is paid for it. So the store
 * must be registered, and be the merchant's; `settings.tillStores: any` lets every store pass.
 * @throws Problem `store-unknown`
 */
export async function requireTillStore(
  table: Table,
  app: App,
  platform: Platform,
  {
    storeId,
    merchantId,
  }: { readonly storeId?: string | undefined; readonly merchantId?: string | undefined },
): Promise<void> {
  if (storeId === undefined || app.settings.tillStores === 'any') return;
  const store = await readStore(table, platform, storeId);
  if (store === undefined) {
    throw new Problem(
      'store-unknown',
      `No such store: PUT /v1/stores/${platform}/{storeId} first, or give the app the setting tillStores: any.`,
    );
  }
  const merchant = merchantId ?? app.settings.merchantId;
  if (merchant !== undefined && store.merchantId !== merchant) {
    throw new Problem(
      'store-unknown',
      'The store is registered for another merchant than the one that redeems: name a store of this merchant.',
    );
  }
}
