import * as z from 'zod';
import {
  type ContractVersion,
  compareInstants,
  contractVersionSchema,
  latestVersions,
} from '../../lib/attribution/contract.ts';
import { overlapping } from '../../lib/attribution/overlap.ts';
import { Problem } from '../../lib/errors/problem.ts';
import { channelSchema, idSchema, platformSchema } from '../../lib/events/event.ts';
import { appendContract, listForProvider, readContracts } from '../../lib/store/contracts.ts';
import { readMerchant, readProvider } from '../../lib/store/registry.ts';
import { businessDayOf, toInstant } from '../../lib/time/shanghai.ts';
import type { ApiDeps } from './deps.ts';
import { instantInput } from './input.ts';

const MAX_LISTED = 2_000;

const ids = z.array(idSchema).max(MAX_LISTED).default([]);
const rate = z.int().min(0).max(10_000);

/** What an operator says about a contract. */
export const contractBody = z
  .strictObject({
    providerId: idSchema,
    platform: platformSchema,
    merchantId: idSchema,
    mode: z.enum(['agency', 'special']),
    scope: z
      .strictObject({
        stores: ids,
        channels: z.array(channelSchema).default([]),
        products: ids,
        creators: ids,
      })
      .default({ stores: [], channels: [], products: [], creators: [] }),
    shareBp: z.int().min(1).max(10_000).default(10_000),
    commission: z.enum(['account', 'product']).default('account'),
    rateBp: rate.optional(),
    productRates: z.record(idSchema, rate).default({}),
    tiers: z
      .array(z.strictObject({ fromFen: z.int().min(0), rateBp: rate }))
      .min(1)
      .max(20)
      .nullish()
      .transform((value) => value ?? null),
    startsAt: instantInput,
    endsAt: instantInput.nullish().transform((value) => value ?? null),
  })
  .refine(({ startsAt, endsAt }) => endsAt === null || endsAt > startsAt, {
    path: ['endsAt'],
    message: 'must be after startsAt',
  })
  .refine(({ commission, rateBp }) => commission === 'product' || rateBp !== undefined, {
    path: ['rateBp'],
    message: 'say the rate in 1/10000, or "commission": "product" with productRates',
  })
  .refine(({ commission, productRates }) => commission === 'product' || isEmpty(productRates), {
    path: ['productRates'],
    message: 'only with "commission": "product"',
  })
  .refine(({ tiers }) => tiers === null || ascend(tiers.map((tier) => tier.fromFen)), {
    path: ['tiers'],
    message: 'each starts above the one before it',
  });

export type Proposal = z.infer<typeof contractBody>;

/** A window of business days that a change reaches back into. */
export interface Affected {
  readonly from: string;
  readonly to: string;
}

export interface Recorded {
  readonly version: ContractVersion;
  /** Null when it is only about the future. What was booked there stays until it is restated. */
  readonly affects: Affected | null;
}

/** Another writer at the same merchant is rare; one that wins this often is not another writer. */
const MAX_TRIES = 5;

/**
 * Adds a contract to its merchant's log.
 * @throws Problem `provider-unknown`, `merchant-unknown` or `contract-overlap`
 */
export async function recordContract(
  proposal: Proposal,
  deps: ApiDeps,
  cooperationId: string | null = null,
): Promise<Recorded> {
  await requireParties(proposal, deps);
  const { platform, merchantId } = proposal;
  return append(platform, merchantId, deps, (log, number, recordedAt) => {
    const version = versionOf(proposal, { log, number, recordedAt, cooperationId });
    return { version, affects: affected(null, version, recordedAt) };
  });
}

/** @throws Problem `request-invalid`, `not-found` or, when it ends later than before, `contract-overlap` */
export async function endContract(
  contractId: string,
  endsAt: string,
  deps: ApiDeps,
): Promise<Recorded> {
  const [, platform, merchantId] = /^\d+\.([a-z]+)\.(.+)$/su.exec(contractId) ?? [];
  const known = platformSchema.safeParse(platform);
  if (!known.success || merchantId === undefined) throw noContract();
  return append(known.data, merchantId, deps, (log, number, recordedAt) => {
    const before = latestVersions(log).find((one) => one.contractId === contractId);
    if (before === undefined) throw noContract();
    if (compareInstants(endsAt, before.startsAt) <= 0) {
      const detail = `endsAt: must be after the contract's start, ${before.startsAt}`;
      throw new Problem('request-invalid', detail);
    }
    const version = { ...before, version: number, endsAt, recordedAt, recordedBy: 'operator' };
    requireRoom(version, log);
    return { version, affects: affected(before, version, recordedAt) };
  });
}

export async function requireParties(
  { providerId, platform, merchantId }: Proposal,
  deps: ApiDeps,
) {
  if ((await readProvider(deps.table, providerId)) === undefined) {
    throw new Problem('provider-unknown', 'Register it first with PUT /v1/providers/{providerId}.');
  }
  if ((await readMerchant(deps.table, platform, merchantId)) === undefined) {
    throw new Problem('merchant-unknown', 'Register it first with PUT /v1/merchants/….');
  }
}

/** A proposal at a number of its merchant's log, checked against all before it. @throws Problem */
export function versionOf(
  { rateBp = 0, ...proposal }: Proposal,
  at: {
    log: readonly ContractVersion[];
    number: number;
    recordedAt: string;
    cooperationId: string | null;
  },
): ContractVersion {
  const { number, recordedAt, cooperationId } = at;
  // The id says where the contract's log is, so that it can be found without an index.
  const contractId = `${number}.${proposal.platform}.${proposal.merchantId}`;
  const version = contractVersionSchema.parse({
    ...{ ...proposal, rateBp, contractId, version: number, recordedAt, cooperationId },
    recordedBy: 'operator',
  });
  requireRoom(version, at.log);
  return version;
}

async function append(
  platform: string,
  merchantId: string,
  { table, now }: ApiDeps,
  make: (log: readonly ContractVersion[], number: number, recordedAt: string) => Recorded,
): Promise<Recorded> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const log = await readContracts(table, platform, merchantId);
    const number = (log.at(-1)?.version ?? 0) + 1;
    const recorded = make(log, number, toInstant(now()));
    await listForProvider(table, recorded.version);
    // The log was read again: stamped right before the write, see `appendContract`.
    const version = { ...recorded.version, recordedAt: toInstant(now()) };
    if (await appendContract(table, version)) return { ...recorded, version };
  }
  throw new Problem(
    'internal',
    'Other contracts of this merchant were written at once. Try again.',
  );
}

/** @throws Problem `contract-overlap` */
function requireRoom(version: ContractVersion, log: readonly ContractVersion[]): void {
  const others = latestVersions(log).filter((one) => one.contractId !== version.contractId);
  const rivals = overlapping(version, others);
  if (rivals.length === 0) return;
  const named = rivals
    .map((rival) => `${rival.contractId} of ${rival.providerId} (${rival.shareBp})`)
    .join(', ');
  const own = `${version.contractId} of ${version.providerId} (${version.shareBp})`;
  const detail = `With ${named} standing, ${own} would take the shares past 10000 for some store, channel, product and creator. Share less, narrow the scope, or start after it ends.`;
  throw new Problem('contract-overlap', detail);
}

/** The past days for which one version says something else than the one before it. */
export function affected(
  before: ContractVersion | null,
  after: ContractVersion,
  now: string,
): Affected | null {
  const ends = [before?.endsAt ?? FOREVER, after.endsAt ?? FOREVER].sort(compareInstants);
  const [from = FOREVER, until = FOREVER] =
    before === null ? [after.startsAt, after.endsAt ?? FOREVER] : ends;
  if (compareInstants(from, now) >= 0 || from === until) return null;
  const to = compareInstants(until, now) < 0 ? until : now;
  return { from: businessDayOf(from), to: businessDayOf(to) };
}

const FOREVER = '9999-12-31T23:59:59.999+08:00';

function noContract(): Problem {
  return new Problem('not-found', 'There is no contract of that id. GET /v1/contracts lists them.');
}

function isEmpty(record: object): boolean {
  return Object.keys(record).length === 0;
}

function ascend(values: readonly number[]): boolean {
  return values.every((value, index) => index === 0 || value > (values[index - 1] ?? 0));
}
