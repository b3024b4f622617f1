import { Problem } from '../../lib/errors/problem.ts';
import { findIntegration } from '../../lib/integrations/registry.ts';
import { readRegistered } from '../../lib/store/accounts/apps.ts';
import type { ApiDeps } from './deps.ts';
import { requireOwnStore } from './own-stores.ts';
import type { Principal } from './principal.ts';
import { knownActs } from './till-context.ts';

/** What a provider's till may ask for: at its own stores, for their merchants, by their merchants' apps. */

interface AtTill {
  readonly integration: string;
  readonly appKey: string;
  readonly storeId?: string | undefined;
  readonly merchantId?: string | undefined;
}

/** @throws Problem `not-found` for what is another's, `store-unknown` once no contract covers the store */
export async function requireOwnRedemption(
  principal: Principal,
  { integration, appKey, storeId, merchantId }: AtTill,
  deps: ApiDeps,
): Promise<void> {
  if (principal.is === 'operator') return;
  const platform = findIntegration(integration)?.platform;
  if (platform === undefined || storeId === undefined) throw nothingThere();
  const store = await requireOwnStore(principal, { platform, storeId }, deps);
  const app = await readRegistered(deps.table, integration, appKey);
  if (app === undefined) throw nothingThere();
  const named = [merchantId, app.settings.merchantId].filter((one) => one !== undefined);
  if (named.some((one) => one !== store?.merchantId)) throw nothingThere();
}

/**
 * A reversal names no store, so the store is that of the use that it takes back.
 * @throws Problem as above; also where it is not known yet in which store the voucher was used
 */
export async function requireOwnReversal(
  principal: Principal,
  act: AtTill & { readonly voucherId: string; readonly redemptionId?: string | undefined },
  deps: ApiDeps,
): Promise<void> {
  if (principal.is === 'operator') return;
  const platform = findIntegration(act.integration)?.platform;
  if (platform === undefined) throw nothingThere();
  const acts = await knownActs(deps.table, platform, act.voucherId);
  const uses = acts.filter(
    ({ kind, redemptionId }) =>
      kind === 'voucher.redeemed' && (act.redemptionId ?? redemptionId) === redemptionId,
  );
  // Which of several is meant is the platform's to say, so all must be their own.
  const stores = new Set(uses.map((use) => use.storeId ?? undefined));
  if (act.storeId !== undefined) stores.add(act.storeId);
  if (uses.length === 0) throw nothingThere();
  for (const storeId of stores) {
    await requireOwnRedemption(principal, { ...act, storeId }, deps);
  }
}

function nothingThere(): Problem {
  return new Problem('not-found', 'You have no such app, store or voucher. Name your own.');
}
