import * as z from 'zod';
import {
  type Given,
  isForProvider,
  needsStores,
  permissionsOf,
  storeName,
  takesStores,
} from '../../lib/access/permissions.ts';
import { UNATTRIBUTED } from '../../lib/attribution/contract.ts';
import { Problem } from '../../lib/errors/problem.ts';
import { givenId, type Platform, platformSchema } from '../../lib/events/event.ts';
import { readProvider } from '../../lib/store/accounts/parties.ts';
import { requireInUse } from './archived.ts';
import type { ApiDeps } from './deps.ts';
import { requireCovered } from './own-stores.ts';
import type { Principal } from './principal.ts';
import { requireOwn } from './principal.ts';

/** What may be given to a token or a member, and by whom. */

/** Stores as `douyin/6601`: a platform, and its own id of the store. */
export const storesInput = z
  .array(z.string().refine((name) => placeOf(name) !== undefined, 'a store is douyin/<its id>'))
  .max(100)
  .default([]);

/** Whose it will be: an owner's own provider, whom the operator names, or with null the operator's. */
export function tenantNamed(principal: Principal, named: string | undefined): string | null {
  if (principal.is === 'operator') return named ?? null;
  requireOwn(principal.providerId, named);
  return principal.providerId;
}

/**
 * @param providerId null for the operator's own people and programs
 * @throws Problem `role-forbidden` for more than the giver has, `request-invalid` for what makes no sense,
 * `provider-unknown`, or `store-unknown` for a store that is not the provider's
 */
export async function requireGrant(
  by: Principal,
  given: Given & { readonly stores: readonly string[] },
  providerId: string | null,
  deps: ApiDeps,
): Promise<void> {
  const isMore = [...permissionsOf(given)].some((one) => !by.permissions.has(one));
  if (isMore) {
    throw new Problem(
      'role-forbidden',
      'Nobody gives more than they have. Ask somebody who has it.',
    );
  }
  if (providerId === null) {
    requireForOperator(given);
    return;
  }
  if (!isForProvider(given)) {
    throw new Problem('request-invalid', 'role, scopes: this is for the operator’s people alone.');
  }
  requireStoresFit(given);
  await requireRegistered(providerId, deps);
  for (const name of given.stores) {
    const place = placeOf(name);
    if (place !== undefined) await requireCovered(providerId, place, deps);
  }
}

function requireForOperator({ role, stores }: Given & { readonly stores: readonly string[] }) {
  if (role !== null && role !== 'operator') {
    throw new Problem('request-invalid', 'providerId: say whose it is, for a role of a provider.');
  }
  if (stores.length > 0) throw new Problem('request-invalid', NO_STORES);
}

function requireStoresFit(given: Given & { readonly stores: readonly string[] }): void {
  if (needsStores(given) && given.stores.length === 0) {
    throw new Problem(
      'request-invalid',
      'stores: name those where it may redeem, as ["douyin/6601"].',
    );
  }
  if (!takesStores(given) && given.stores.length > 0) {
    throw new Problem('request-invalid', NO_STORES);
  }
}

const NO_STORES = 'stores: they are for a till alone; leave them out for this role.';

/** `unattributed` needs no registration: it is where unclaimed redemptions are looked at. */
export async function requireRegistered(providerId: string, deps: ApiDeps): Promise<void> {
  if (providerId === UNATTRIBUTED) return;
  const provider = await readProvider(deps.table, providerId);
  if (provider !== undefined) {
    requireInUse('provider', provider);
    return;
  }
  throw new Problem('provider-unknown', 'Register it first with PUT /v1/providers/{providerId}.');
}

export interface StorePlace {
  readonly platform: Platform;
  readonly storeId: string;
}

function placeOf(name: string): StorePlace | undefined {
  const [platform = '', ...rest] = name.split('/');
  const parsed = z
    .object({ platform: platformSchema, storeId: givenId() })
    .safeParse({ platform, storeId: rest.join('/') });
  if (!parsed.success) return undefined;
  return storeName(parsed.data.platform, parsed.data.storeId) === name ? parsed.data : undefined;
}
