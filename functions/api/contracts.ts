import {
  type ContractVersion,
  compareInstants,
  contractPlace,
  contractVersionSchema,
  latestVersions,
} from '../../lib/attribution/contract.ts';
import { overlapping } from '../../lib/attribution/overlap.ts';
import { Problem } from '../../lib/errors/problem.ts';
import {
  appendContract,
  listForProvider,
  readContracts,
} from '../../lib/store/accounts/contracts.ts';
import { readMerchant, readProvider } from '../../lib/store/accounts/parties.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import { requireInUse } from './archived.ts';
import type { Proposal } from './contract-body.ts';
import type { ApiDeps } from './deps.ts';
import { affected, type Recorded, standingEnd, standingOf } from './standing-contracts.ts';

/** Another writer at the same merchant is rare; one that wins this often is not another writer. */
const MAX_TRIES = 5;

/**
 * Adds a contract to its merchant's log, unless one stands that is equal in every term: whoever lost the
 * answer may ask again.
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
    const standing = standingOf(log, proposal, cooperationId);
    if (standing !== undefined && (cooperationId === null || standing.version.cooperationId)) {
      return standing;
    }
    // The operator had registered it before the platform's cooperation was confirmed: it is that one.
    const version =
      standing === undefined
        ? versionOf(proposal, { log, number, recordedAt, cooperationId })
        : { ...standing.version, version: number, recordedAt, cooperationId };
    return {
      version,
      standing: false,
      affects: standing ? null : affected(null, version, recordedAt),
    };
  });
}

/** @throws Problem `request-invalid`, `not-found` or, when it ends later than before, `contract-overlap` */
export async function endContract(
  contractId: string,
  endsAt: string,
  deps: ApiDeps,
): Promise<Recorded> {
  const place = contractPlace(contractId);
  if (place === undefined) throw noContract();
  return append(place.platform, place.merchantId, deps, (log, number, recordedAt) =>
    ended(contractId, endsAt, { log, number, recordedAt }),
  );
}

/**
 * What recording a contract would do, by all its checks, with nothing written.
 * @throws Problem as `recordContract`
 */
export async function tryContract(proposal: Proposal, deps: ApiDeps): Promise<Recorded> {
  await requireParties(proposal, deps);
  const { log, number, recordedAt } = await next(proposal, deps);
  const standing = standingOf(log, proposal);
  if (standing !== undefined) return standing;
  const version = versionOf(proposal, { log, number, recordedAt, cooperationId: null });
  return { version, standing: false, affects: affected(null, version, recordedAt) };
}

/** What another end of a contract would do. @throws Problem as `endContract` */
export async function tryEnd(contractId: string, endsAt: string, deps: ApiDeps): Promise<Recorded> {
  const place = contractPlace(contractId);
  if (place === undefined) throw noContract();
  return ended(contractId, endsAt, await next(place, deps));
}

async function next({ platform, merchantId }: ContractPlace, { table, now }: ApiDeps) {
  const log = await readContracts(table, platform, merchantId);
  return { log, number: (log.at(-1)?.version ?? 0) + 1, recordedAt: toInstant(now()) };
}

type ContractPlace = Pick<ContractVersion, 'platform' | 'merchantId'>;

/** @throws Problem `request-invalid`, `not-found` or `contract-overlap` */
function ended(
  contractId: string,
  endsAt: string,
  {
    log,
    number,
    recordedAt,
  }: {
    readonly log: readonly ContractVersion[];
    readonly number: number;
    readonly recordedAt: string;
  },
): Recorded {
  const versions = log.filter((one) => one.contractId === contractId);
  const before = latestVersions(versions)[0];
  if (before === undefined) throw noContract();
  if (before.endsAt === endsAt) return standingEnd(versions, before);
  if (compareInstants(endsAt, before.startsAt) <= 0) {
    const detail = `endsAt: must be after the contract's start, ${before.startsAt}`;
    throw new Problem('request-invalid', detail, { fields: ['endsAt'] });
  }
  const version = { ...before, version: number, endsAt, recordedAt, recordedBy: 'operator' };
  requireRoom(version, log);
  return { before, version, standing: false, affects: affected(before, version, recordedAt) };
}

export async function requireParties(
  { providerId, platform, merchantId }: Proposal,
  deps: ApiDeps,
) {
  const provider = await readProvider(deps.table, providerId);
  if (provider === undefined) {
    throw new Problem('provider-unknown', 'Register it first with PUT /v1/providers/{providerId}.');
  }
  const merchant = await readMerchant(deps.table, platform, merchantId);
  if (merchant === undefined) {
    throw new Problem('merchant-unknown', 'Register it first with PUT /v1/merchants/….');
  }
  requireInUse('provider', provider);
  requireInUse('merchant', merchant);
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
    if (recorded.standing) return recorded;
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

function noContract(): Problem {
  return new Problem('not-found', 'There is no contract of that id. GET /v1/contracts lists them.');
}
