import type { Fields } from '../answers.ts';
import type { Merchant, Store } from '../model.ts';
import { requiredInteger, text } from '../query.ts';
import { type Endpoint, type EndpointContext, requiredMerchant } from './endpoint.ts';

/** The stores of a merchant. Source: the store query of the life-services OpenAPI, shop/poi/query. */
export function poiQuery({ world }: EndpointContext): Endpoint {
  return {
    name: 'poi.query',
    path: '/goodlife/v1/shop/poi/query/',
    empty: { total: 0, pois: [] },
    read: (query) => {
      const merchant = requiredMerchant(world, query);
      const page = requiredInteger(query, 'page', { min: 1, max: 100_000 });
      const size = requiredInteger(query, 'size', { min: 1, max: 100 });
      const poiId = text(query, 'poi_id');
      const thirdId = text(query, 'third_id');
      const found = [...world.stores.values()].filter(
        (store) =>
          store.accountId === merchant.accountId &&
          (poiId === null || store.poiId === poiId) &&
          (thirdId === null || store.thirdId === thirdId),
      );
      const rows = found.slice((page - 1) * size, page * size);
      return { total: found.length, pois: rows.map((store) => poiRow(store, merchant)) };
    },
  };
}

/** A store has an account of its own under the merchant's. */
function poiRow(store: Store, merchant: Merchant): Fields {
  return {
    poi: {
      poi_id: store.poiId,
      poi_name: store.name,
      address: store.city,
      latitude: 31.230416,
      longitude: 121.473701,
    },
    account: {
      poi_account: { account_id: `poi${store.poiId}`, account_name: store.name },
      parent_account: { account_id: merchant.accountId, account_name: merchant.name },
    },
  };
}
