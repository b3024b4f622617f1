import { storeName } from '../../lib/access/permissions.ts';
import { compareInstants, latestVersions } from '../../lib/attribution/contract.ts';
import { Problem } from '../../lib/errors/problem.ts';
import type { Platform } from '../../lib/events/event.ts';
import { readContracts } from '../../lib/store/accounts/contracts.ts';
import { readStore, type Store } from '../../lib/store/accounts/parties.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import type { ApiDeps } from './deps.ts';
import type { Principal } from './principal.ts';

interface Place {
  readonly platform: Platform;
  readonly storeId: string;
}

/**
 * A provider's till stands only where one of its contracts in force covers the store. A store that nobody
 * registered and another's are refused alike.
 * @throws Problem `store-unknown`
 */
export async function requireCovered(
  providerId: string,
  { platform, storeId }: Place,
  { table, now }: ApiDeps,
): Promise<Store> {
  const store = await readStore(table, platform, storeId);
  const log = store && (await readContracts(table, platform, store.merchantId));
  const at = toInstant(now());
  const covers = latestVersions(log ?? []).some(
    ({ providerId: whose, startsAt, endsAt, scope }) =>
      whose === providerId &&
      compareInstants(startsAt, at) <= 0 &&
      (endsAt === null || compareInstants(at, endsAt) < 0) &&
      (scope.stores.length === 0 || scope.stores.includes(storeId)),
  );
  if (store !== undefined && covers) return store;
  const detail = `stores: no contract in force covers ${storeName(platform, storeId)}, or it is not registered.`;
  throw new Problem('store-unknown', detail);
}

/**
 * Whether somebody's till stands there. The operator's stands everywhere.
 * @throws Problem `not-found` for a store that was not named for them, `store-unknown` once no contract covers it
 */
export async function requireOwnStore(
  principal: Principal,
  place: Place,
  deps: ApiDeps,
): Promise<Store | undefined> {
  if (principal.is === 'operator') return undefined;
  requireNamed(principal, place);
  return requireCovered(principal.providerId, place, deps);
}

/** @throws Problem `not-found` */
export function requireNamed({ stores }: Principal, { platform, storeId }: Place): void {
  if (stores.includes(storeName(platform, storeId))) return;
  throw new Problem(
    'not-found',
    'storeId: you have no such store. Name one that your token names.',
  );
}
