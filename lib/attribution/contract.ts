import * as z from 'zod';
import { channelSchema } from '../events/channel.ts';
import { idSchema, platformSchema } from '../events/event.ts';
import { isId } from '../events/is-id.ts';
import type { TieredContract } from '../ledger/tiers.ts';

/** The provider to whom everything goes that no contract claims. Only operators see it. */
export const UNATTRIBUTED = 'unattributed';

const rateSchema = z.int().min(0).max(10_000);
const instantSchema = z.iso.datetime({ offset: true });

/** What a contract covers. An empty list covers all; what was not reported is covered by no other list. */
export const scopeSchema = z.object({
  stores: z.array(idSchema).default([]),
  channels: z.array(channelSchema).default([]),
  products: z.array(idSchema).default([]),
  creators: z.array(idSchema).default([]),
});
export type Scope = z.infer<typeof scopeSchema>;

export const EVERYTHING: Scope = { stores: [], channels: [], products: [], creators: [] };

/**
 * One version of a contract: provider × merchant, effective-dated. Versions are only added, one
 * numbered log per merchant, so that what was known when an event was recorded can be read forever.
 */
export const contractVersionSchema = z.object({
  contractId: z.string().min(1).max(300),
  /** Position in the merchant's log, from 1. */
  version: z.int().min(1),
  providerId: idSchema,
  platform: platformSchema,
  merchantId: idSchema,
  /** `agency` (代运营): the account as a whole; `special` (专项服务): tried first by the usual policy. */
  mode: z.enum(['agency', 'special']),
  scope: scopeSchema.default(EVERYTHING),
  /** The provider's part of the GMV, in 1/10000. */
  shareBp: z.int().min(1).max(10_000),
  /** `account`: `rateBp` on everything; `product`: each product's own, and nothing on the others. */
  commission: z.enum(['account', 'product']).default('account'),
  /** Commission on that part, in 1/10000. */
  rateBp: rateSchema,
  /** By product id, where the commission is by product. */
  productRates: z.record(z.string(), rateSchema).default({}),
  /**
   * The month's redeemed GMV from `fromFen` on earns `rateBp`, ascending. Settled when the month is
   * closed: an event is always booked at the contract's own rate, whatever came before it.
   */
  tiers: z
    .array(z.object({ fromFen: z.int().min(0), rateBp: rateSchema }))
    .nullable()
    .default(null),
  /** In force from this instant on … */
  startsAt: instantSchema,
  /** … until just before this one; null: open-ended. */
  endsAt: instantSchema.nullable(),
  /** The platform's id of the cooperation it was proposed by. */
  cooperationId: idSchema.nullable().default(null),
  recordedAt: instantSchema,
  recordedBy: z.string().default('operator'),
});
export type ContractVersion = z.infer<typeof contractVersionSchema>;

/** The latest version of each contract among those recorded at or before an instant, oldest first. */
export function knownAt(log: readonly ContractVersion[], instant: string): ContractVersion[] {
  const latest = new Map<string, ContractVersion>();
  for (const version of inOrder(log)) {
    if (compareInstants(version.recordedAt, instant) <= 0) latest.set(version.contractId, version);
  }
  return [...latest.values()];
}

/** The latest version of each contract. */
export function latestVersions(log: readonly ContractVersion[]): ContractVersion[] {
  return [...new Map(inOrder(log).map((version) => [version.contractId, version])).values()];
}

/** What a contract pays by tiers in its latest version; undefined when it pays by none. */
export function tieredOf(
  log: readonly ContractVersion[],
  contractId: string,
): TieredContract | undefined {
  const contract = latestVersions(log).find((version) => version.contractId === contractId);
  if (contract === undefined || contract.tiers === null || contract.commission !== 'account') {
    return undefined;
  }
  const { version, platform, merchantId, rateBp, tiers } = contract;
  return { contractId, version, platform, merchantId, rateBp, tiers };
}

/** The merchant whose log has a contract, read from its id; undefined for what is no contract's id. */
export function contractPlace(
  contractId: string,
): Pick<ContractVersion, 'platform' | 'merchantId'> | undefined {
  const [, platform, merchantId] = /^\d+\.([a-z]+)\.(.+)$/su.exec(contractId) ?? [];
  const known = platformSchema.safeParse(platform);
  if (!known.success || merchantId === undefined || !isId(merchantId)) return undefined;
  return { platform: known.data, merchantId };
}

export function inForceAt(contract: Span, instant: string): boolean {
  const hasEnded = contract.endsAt !== null && compareInstants(instant, contract.endsAt) >= 0;
  return compareInstants(instant, contract.startsAt) >= 0 && !hasEnded;
}

export type Span = Pick<ContractVersion, 'startsAt' | 'endsAt'>;

/** Below, at or above 0 as `a` is before, at or after `b`. */
export function compareInstants(a: string, b: string): number {
  // Our own form sorts as text, and is nearly all there is; reading dates is what costs.
  if (isOurForm(a) && isOurForm(b)) return a < b ? -1 : a > b ? 1 : 0;
  return Date.parse(a) - Date.parse(b);
}

/** Whether an instant is written as we write it: its text begins with its business day. */
export function isOurForm(instant: string): boolean {
  return instant.length === 29 && instant.endsWith('+08:00');
}

/** A log is nearly always read in its order. */
function inOrder(log: readonly ContractVersion[]): readonly ContractVersion[] {
  const isSorted = log.every(
    (one, index) => index === 0 || (log[index - 1]?.version ?? 0) <= one.version,
  );
  return isSorted ? log : [...log].sort((a, b) => a.version - b.version);
}
