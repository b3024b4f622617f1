import { Problem } from '../../lib/errors/problem.ts';
import { PLATFORMS, type Platform } from '../../lib/events/id.ts';
import type { Integration } from '../../lib/integrations/kit/integration.ts';
import { findIntegration } from '../../lib/integrations/registry.ts';
import { listedApps, readRegistered } from '../../lib/store/accounts/apps.ts';
import { readStore, type Store } from '../../lib/store/accounts/parties.ts';
import type { ApiDeps } from './deps.ts';
import { requireOwnStore } from './own-stores.ts';
import type { Principal } from './principal.ts';

/** Where a code that is shown in a store may be redeemed: by which of the merchant's apps. */

export interface TillPlace {
  readonly integration: Integration;
  readonly appKey: string;
}

/** What the caller already says of it. */
export interface PlaceQuery {
  readonly integration?: string | undefined;
  readonly appKey?: string | undefined;
  readonly platform?: Platform | undefined;
  readonly storeId: string;
}

/**
 * The store's apps that can redeem, of those that the caller's words allow.
 * @throws Problem `not-found` for what is another's, `store-unknown` where nobody may redeem in the store
 */
export async function tillPlaces(
  principal: Principal,
  asked: PlaceQuery,
  deps: ApiDeps,
): Promise<readonly TillPlace[]> {
  const stores = await storesOf(principal, asked, deps);
  const places: TillPlace[] = [];
  for await (const { integration: name, appKey } of listedApps(deps.table)) {
    const integration = findIntegration(name);
    if (integration?.redeem === undefined) continue;
    if (asked.integration !== undefined && asked.integration !== name) continue;
    if (asked.appKey !== undefined && asked.appKey !== appKey) continue;
    const store = stores.get(integration.platform);
    if (store === undefined) continue;
    const app = await readRegistered(deps.table, name, appKey);
    const merchantId = app?.settings.merchantId;
    if (app !== undefined && (merchantId === undefined || merchantId === store.merchantId)) {
      places.push({ integration, appKey });
    }
  }
  if (places.length > 0) return places;
  const detail =
    'No app that can redeem is registered for this store’s merchant: PUT /v1/apps first, or name another store.';
  throw new Problem('not-found', detail);
}

/** The store under its id, on each platform where it is the caller's. */
async function storesOf(
  principal: Principal,
  { integration, platform, storeId }: PlaceQuery,
  deps: ApiDeps,
): Promise<ReadonlyMap<Platform, Store>> {
  const named =
    platform ?? (integration === undefined ? undefined : findIntegration(integration)?.platform);
  const stores = new Map<Platform, Store>();
  let refusal: unknown;
  for (const one of named === undefined ? PLATFORMS : [named]) {
    try {
      const covered = await requireOwnStore(principal, { platform: one, storeId }, deps);
      const store = covered ?? (await readStore(deps.table, one, storeId));
      if (store !== undefined) stores.set(one, store);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      // That a contract has ended says more than that a store is not theirs.
      if (refusal === undefined || error.code === 'store-unknown') refusal = error;
    }
  }
  if (stores.size > 0) return stores;
  throw refusal ?? new Problem('store-unknown', 'storeId: no such store. PUT /v1/stores first.');
}
