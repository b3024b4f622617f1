import { readHistory } from '../../lib/attribution/history.ts';
import { restate } from '../../lib/attribution/restate.ts';
import { Problem } from '../../lib/errors/problem.ts';
import {
  type Dispute,
  type DisputeAnswer,
  placeOfDispute,
  readDispute,
  saveDispute,
  unlistDispute,
} from '../../lib/store/ledger/disputes.ts';
import type { Job } from '../../lib/store/ledger/restatements.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import type { ApiDeps } from './deps.ts';
import { requireOwnContract, type StandingDispute, standingDispute } from './disputes.ts';
import { readTerms } from './entries.ts';
import { newJob, requireJob, runJob } from './jobs.ts';
import { findHistories } from './voucher.ts';

/** What the operator says. */
export interface AnswerBody {
  readonly accept: boolean;
  readonly reason: string;
  readonly contractId: string | null;
}

/** @throws Problem `not-found` */
export async function findDispute(
  disputeId: string,
  providerId: string | undefined,
  { table }: Pick<ApiDeps, 'table'>,
): Promise<Dispute> {
  const place = placeOfDispute(disputeId);
  const isOwn = providerId === undefined || place?.providerId === providerId;
  const dispute = place !== undefined && isOwn ? await readDispute(table, place) : undefined;
  if (dispute !== undefined) return dispute;
  throw new Problem('not-found', 'There is no dispute of that id. The list has those that are.');
}

/**
 * Answers a dispute. A refusal is its end. An acceptance begins a restatement of the voucher's days, and is only taken
 * where that makes the redemption theirs: the contract that does so is recorded before. It is never taken back; where
 * its restatement stopped, the same call begins it again.
 *
 * The answer is written first, so of two at once one is in force; then the restatement is made by the id that stands
 * in the answer. Whoever died in between left a dispute that is `stalled`: whoever comes next makes just that
 * restatement, and no second answer.
 * @throws Problem `dispute-answered` or `dispute-unmet`
 */
export async function answerDispute(
  dispute: Dispute,
  body: AnswerBody,
  actor: string,
  deps: ApiDeps,
): Promise<StandingDispute & { readonly isNew: boolean }> {
  const last = dispute.answers.at(-1);
  const found = await standingDispute(dispute, deps);
  const standing = body.accept && last !== undefined ? await begunAs(last, found, deps) : found;
  if (last !== undefined && (standing.state !== 'stalled' || !body.accept)) {
    if (saysTheSame(last, body)) return { ...standing, isNew: false };
    throw answered(last);
  }
  const at = toInstant(deps.now());
  const job = body.accept ? await jobOf(dispute, body, at, deps) : null;
  const contractId = body.accept ? (body.contractId ?? dispute.contractId) : null;
  const answer: DisputeAnswer = {
    ...{ accept: body.accept, reason: body.reason, contractId, actor, at },
    ...{ restatementId: job?.restatementId ?? null, from: job?.from ?? null, to: job?.to ?? null },
  };
  const next = { ...dispute, step: dispute.step + 1, answers: [...dispute.answers, answer] };
  if (!(await saveDispute(deps.table, next, dispute.step))) {
    // Somebody else answered: perhaps just this.
    return answerDispute(await findDispute(dispute.disputeId, undefined, deps), body, actor, deps);
  }
  if (job === null) await unlistDispute(deps.table, next);
  else await runJob(job, deps);
  return { ...(await standingDispute(next, deps)), isNew: true };
}

/** Where an acceptance stands and its restatement does not, it is made: its author may be about to, or died. */
async function begunAs(
  last: DisputeAnswer,
  standing: StandingDispute,
  deps: ApiDeps,
): Promise<StandingDispute> {
  const { dispute, state, job } = standing;
  if (state !== 'stalled' || job !== null || last.from === null || last.to === null)
    return standing;
  const request = requestOf(dispute, { reason: last.reason, from: last.from, to: last.to });
  await runJob(newJob(request, last.at), deps);
  return standingDispute(dispute, deps);
}

function saysTheSame(last: DisputeAnswer, { accept, reason, contractId }: AnswerBody): boolean {
  const isSame = last.accept === accept && last.reason === reason;
  return isSame && (contractId === null || contractId === last.contractId);
}

function answered({ accept, at }: DisputeAnswer): Problem {
  const how = accept ? 'accepted' : 'refused';
  const detail = `It was ${how} at ${at}. An answer stands; the provider may dispute the voucher again when it is over.`;
  return new Problem('dispute-answered', detail);
}

/** The restatement that makes it theirs. @throws Problem `dispute-unmet` when it would not */
async function jobOf(
  dispute: Dispute,
  { reason, contractId }: AnswerBody,
  asOf: string,
  deps: ApiDeps,
): Promise<Job> {
  const { providerId, platform, merchantId, voucherId } = dispute;
  const named = contractId ?? dispute.contractId;
  if (named !== null) await requireOwnContract(dispute, named, deps);
  const marker = { restatementId: 'asked', asOf, from: '0000-01-01', to: '9999-12-31', reason };
  const terms = await readTerms(platform, merchantId, deps);
  const states = await findHistories(platform, voucherId, deps, false);
  const restated = states.flatMap(({ events, markers }) =>
    readHistory(events).booked.map((fact) => restate(fact, terms, markers, marker)),
  );
  const theirs = restated
    .flatMap(({ after }) => after)
    .filter((one) => one.providerId === providerId && (named ?? one.contractId) === one.contractId);
  if (theirs.length === 0) throw unmet();
  const days = restated.flatMap(({ originals }) => originals.map((one) => one.businessDay));
  const [from = '', to = ''] = [days.toSorted()[0], days.toSorted().at(-1)];
  const request = requestOf(dispute, { reason, from, to });
  await requireJob(request, deps);
  return newJob(request, asOf);
}

/** The same of the same answer: its restatement has one id. */
function requestOf(
  { platform, merchantId, disputeId }: Dispute,
  { reason, from, to }: { readonly reason: string; readonly from: string; readonly to: string },
) {
  return {
    ...{ does: 'restate' as const, platform, merchantId, from, to, dryRun: false },
    // Of two that are accepted with the same words at the same moment each has its own.
    reason: `${reason} (dispute ${disputeId.slice(-12)})`,
  };
}

function unmet(): Problem {
  const detail =
    'By the contracts that are recorded now it would not be theirs. Record the contract that makes it so, or end the one in its way; then accept.';
  return new Problem('dispute-unmet', detail, { fields: ['contractId'] });
}
