import type { App } from '../integrations/kit/app.ts';
import type { Integration } from '../integrations/kit/integration.ts';
import { merchantsOfPlatform, readStore, storesOfMerchant } from '../store/accounts/parties.ts';
import type { Reconciliation } from '../store/reconciliation/reconciliations.ts';
import type { Table } from '../store/table.ts';

/** Whose days are compared by an app: a merchant with all its stores, or one store. */
export type Place = NonNullable<Reconciliation['place']>;

/**
 * The merchants whose records an app may read: its own, where its settings name one; else every merchant that is
 * registered at its platform. One that has not authorised the app is refused by the platform, and said so.
 */
async function merchantsOf(
  table: Table,
  app: App,
  { platform }: Pick<Integration, 'platform'>,
): Promise<string[]> {
  const own = app.settings.merchantId;
  return own === undefined ? (await merchantsOfPlatform(table, platform)).sort() : [own];
}

/**
 * The places of an app, always in the same order.
 * @param stores only these stores, or their merchants; all when absent
 */
export async function placesOf(
  table: Table,
  app: App,
  integration: Integration,
  stores?: readonly string[],
): Promise<Place[]> {
  const { platform } = integration;
  const offered = integration.records?.(app);
  const isByStore = offered !== undefined && 'lists' in offered && offered.per === 'store';
  const merchants = await merchantsOf(table, app, integration);
  const wanted = stores && new Set(stores);
  if (!isByStore) {
    const own = stores && new Set(await merchantsOfStores(table, platform, stores));
    return merchants
      .filter((id) => own?.has(id) ?? true)
      .map((merchantId) => ({ merchantId, storeId: null }));
  }
  const places: Place[] = [];
  for (const merchantId of merchants) {
    const ids = (await storesOfMerchant(table, platform, merchantId)).map(({ storeId }) => storeId);
    const own = ids.filter((id) => wanted?.has(id) ?? true).sort();
    places.push(...own.map((storeId) => ({ merchantId, storeId })));
  }
  return places;
}

/** The first place after this one; also where this one is gone. */
export function placeAfter(places: readonly Place[], place: Place | null): Place | undefined {
  if (place === null) return places[0];
  const key = keyOf(place);
  return places.find((one) => keyOf(one) > key);
}

function keyOf({ merchantId, storeId }: Place): string {
  // No id has this character, and every other one is greater.
  return `${merchantId}\u0000${storeId ?? ''}`;
}

async function merchantsOfStores(
  table: Table,
  platform: string,
  stores: readonly string[],
): Promise<string[]> {
  const found = await Promise.all(stores.map((id) => readStore(table, platform, id)));
  return found.flatMap((store) => store?.merchantId ?? []);
}
