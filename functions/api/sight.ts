import { type ContractVersion, latestVersions } from '../../lib/attribution/contract.ts';
import type { Platform } from '../../lib/events/id.ts';
import { merchantsOfProvider, readContracts } from '../../lib/store/accounts/contracts.ts';
import { addDays, instantToMs } from '../../lib/time/shanghai.ts';
import type { ApiDeps } from './deps.ts';
import type { Principal } from './principal.ts';

interface MerchantPlace {
  readonly platform: Platform;
  readonly merchantId: string;
}

/** Whose days somebody may read, and what of them. */
export interface Sight {
  /** The merchants to look for; undefined: all there are. */
  readonly merchants: readonly MerchantPlace[] | undefined;
  /** `amounts`: everything. `counts`: others have a part in that day's amounts. */
  of(merchantId: string, storeId: string | null, day: string): 'amounts' | 'counts' | 'nothing';
}

/**
 * The operator sees every day. A provider sees those of its own contracts: in their time and at their stores, and
 * amounts only where nobody else has a part in them.
 */
export async function sightOf(
  principal: Principal,
  wanted: { readonly platform?: Platform | undefined; readonly merchantId?: string | undefined },
  { table }: ApiDeps,
  /** The provider's merchants, where the caller has read them. */
  own?: readonly MerchantPlace[],
): Promise<Sight> {
  const { platform, merchantId } = wanted;
  if (principal.is === 'operator') {
    const isOne = platform !== undefined && merchantId !== undefined;
    return { merchants: isOne ? [{ platform, merchantId }] : undefined, of: () => 'amounts' };
  }
  const { providerId } = principal;
  // A contract that was recorded a moment ago may be seen a moment later.
  const merchants = (own ?? (await merchantsOfProvider(table, providerId, false))).filter(
    (one) =>
      (platform === undefined || one.platform === platform) &&
      (merchantId === undefined || one.merchantId === merchantId),
  );
  const logs = new Map<string, ContractVersion[]>();
  for (const one of merchants) {
    const log = await readContracts(table, one.platform, one.merchantId, false);
    const before = logs.get(one.merchantId) ?? [];
    logs.set(one.merchantId, [...before, ...latestVersions(log)]);
  }
  return {
    merchants,
    of: (merchant, storeId, day) => {
      const inForce = (logs.get(merchant) ?? []).filter((one) => isInForce(one, day));
      const here = inForce.filter((one) => isAt(one, storeId));
      const own = here.filter((one) => one.providerId === providerId);
      if (own.length === 0) return 'nothing';
      const isWhole = own.some(isOfAll) && own.length === here.length;
      return isWhole ? 'amounts' : 'counts';
    },
  };
}

function isInForce({ startsAt, endsAt }: ContractVersion, day: string): boolean {
  const fromMs = instantToMs(`${day}T00:00:00+08:00`);
  const untilMs = instantToMs(`${addDays(day, 1)}T00:00:00+08:00`);
  return instantToMs(startsAt) < untilMs && (endsAt === null || instantToMs(endsAt) > fromMs);
}

function isAt({ scope }: ContractVersion, storeId: string | null): boolean {
  return scope.stores.length === 0 || (storeId !== null && scope.stores.includes(storeId));
}

function isOfAll({ scope, shareBp }: ContractVersion): boolean {
  const { channels, products, creators } = scope;
  return shareBp === 10_000 && channels.length + products.length + creators.length === 0;
}
