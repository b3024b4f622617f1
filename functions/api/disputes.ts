import { Problem } from '../../lib/errors/problem.ts';
import type { Platform } from '../../lib/events/event.ts';
import { merchantsOfProvider, readContracts } from '../../lib/store/accounts/contracts.ts';
import {
  createDispute,
  type Dispute,
  disputeIdOf,
  latestDispute,
  unlistDispute,
} from '../../lib/store/ledger/disputes.ts';
import { type Job, readJob } from '../../lib/store/ledger/restatements.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import type { ApiDeps } from './deps.ts';
import { findHistories, readVoucher } from './voucher.ts';

/** "This redemption is mine": how a dispute stands, and how one is raised. Answers are in `dispute-answers.ts`. */

/**
 * What a dispute can be, whose turn it is then, and whether that is its end. What was accepted is as far as its
 * restatement is: nothing but the restatement itself says so.
 */
export const DISPUTE_STATES = {
  open: { turn: 'operator', isOver: false },
  /** Accepted, and attributed again at this moment. */
  restating: { turn: null, isOver: false },
  /** Accepted, and its restatement was stopped, failed or never began: it is to be begun again. */
  stalled: { turn: 'operator', isOver: false },
  accepted: { turn: null, isOver: true },
  refused: { turn: null, isOver: true },
} as const satisfies Record<string, { turn: 'operator' | null; isOver: boolean }>;
export type DisputeState = keyof typeof DISPUTE_STATES;

/** A dispute with where it stands. */
export interface StandingDispute {
  readonly dispute: Dispute;
  readonly state: DisputeState;
  /** Of the answer in force. */
  readonly job: Job | null;
}

export async function standingDispute(
  dispute: Dispute,
  { table }: Pick<ApiDeps, 'table'>,
): Promise<StandingDispute> {
  const last = dispute.answers.at(-1);
  if (last === undefined) return { dispute, state: 'open', job: null };
  if (last.restatementId === null) return { dispute, state: 'refused', job: null };
  const job = (await readJob(table, last.restatementId)) ?? null;
  return { dispute, state: stateOf(job), job };
}

function stateOf(job: Job | null): DisputeState {
  if (job === null) return 'stalled';
  switch (job.status) {
    case 'planned':
    case 'running':
      return 'restating';
    case 'done':
      return 'accepted';
    case 'cancelled':
    case 'failed':
      return 'stalled';
    default:
      return job.status satisfies never;
  }
}

export function isOver({ state }: StandingDispute): boolean {
  return DISPUTE_STATES[state].isOver;
}

interface Raised {
  readonly platform: Platform;
  readonly voucherId: string;
  readonly reason: string;
  readonly contractId: string | null;
}

/** Two at once, or more, are one: whoever comes second finds the first. */
const MAX_TRIES = 5;

/**
 * Raises a dispute, unless one of this provider's stands for the voucher and is not over.
 * @throws Problem `not-found` for a voucher that is none of its business, and for a contract that is not its own
 */
export async function raiseDispute(
  providerId: string,
  { platform, voucherId, reason, contractId }: Raised,
  actor: string,
  deps: ApiDeps,
): Promise<StandingDispute & { readonly isNew: boolean }> {
  const merchantId = await disputedMerchant(providerId, platform, voucherId, deps);
  if (contractId !== null)
    await requireOwnContract({ providerId, platform, merchantId }, contractId, deps);
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const before = await latestDispute(deps.table, { providerId, platform, voucherId });
    const standing = before === undefined ? null : await standingDispute(before, deps);
    if (standing !== null && !isOver(standing)) return { ...standing, isNew: false };
    if (standing !== null) await unlistDispute(deps.table, standing.dispute);
    const place = { providerId, platform, voucherId, number: (before?.number ?? 0) + 1 };
    const dispute: Dispute = {
      ...{ disputeId: disputeIdOf(place), ...place, merchantId, reason, contractId },
      ...{ raisedBy: actor, raisedAt: toInstant(deps.now()), step: 0, answers: [] },
    };
    const isNew = await createDispute(deps.table, dispute);
    if (isNew) return { dispute, state: 'open', job: null, isNew };
  }
  throw new Problem('internal', 'This voucher was disputed by others at once. Try again.');
}

/**
 * The merchant of a voucher that a provider may dispute: it has entries of it, or a contract with its merchant. Of
 * any other nobody is told that it exists.
 * @throws Problem `not-found`
 */
export async function disputedMerchant(
  providerId: string,
  platform: Platform,
  voucherId: string,
  deps: ApiDeps,
): Promise<string> {
  const states = await findHistories(platform, voucherId, deps, false);
  const merchantId = states.flatMap(({ events }) => events)[0]?.merchantId;
  if (merchantId !== undefined) {
    const own = await merchantsOfProvider(deps.table, providerId);
    if (own.some((one) => one.platform === platform && one.merchantId === merchantId)) {
      return merchantId;
    }
  }
  // Whoever has entries of it sees it; to everybody else it is as absent as one that never was.
  const seen = await readVoucher({ platform, id: voucherId }, { is: 'provider', providerId }, deps);
  return seen.events[0]?.merchantId ?? '';
}

/** @throws Problem `not-found` */
export async function requireOwnContract(
  {
    providerId,
    platform,
    merchantId,
  }: { readonly providerId: string; readonly platform: string; readonly merchantId: string },
  contractId: string,
  { table }: Pick<ApiDeps, 'table'>,
): Promise<void> {
  const log = await readContracts(table, platform, merchantId);
  if (log.some((one) => one.contractId === contractId && one.providerId === providerId)) return;
  const detail =
    'contractId: that provider has no such contract with the merchant of this voucher.';
  throw new Problem('not-found', detail, { fields: ['contractId'] });
}
