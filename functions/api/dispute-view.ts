import type { Dispute, DisputeAnswer } from '../../lib/store/ledger/disputes.ts';
import type { Job } from '../../lib/store/ledger/restatements.ts';
import { DISPUTE_STATES, type StandingDispute } from './disputes.ts';
import type { Reader } from './principal.ts';

/** One thing that happened to a dispute. */
export interface DisputeStep {
  readonly at: string;
  /** Who did it; `operator` to a provider, whoever it was there, and `hexiao` for what ended by itself. */
  readonly actor: string;
  readonly what: 'raised' | 'accepted' | 'refused' | 'restated' | 'stopped';
  readonly reason: string | null;
}

/** A dispute as its reader sees it: a provider is told nothing of how the operator's work is called. */
export function shownDispute({ dispute, state, job }: StandingDispute, who: Reader) {
  const { disputeId, providerId, platform, merchantId, voucherId } = dispute;
  const { reason, contractId, raisedAt, answers } = dispute;
  const last = answers.at(-1);
  return {
    ...{ disputeId, providerId, platform, merchantId, voucherId, reason, contractId, raisedAt },
    ...{ state, turn: DISPUTE_STATES[state].turn },
    answer: last === undefined ? null : shownAnswer(last, who),
    trail: trailOf(dispute, job, who),
  };
}

function shownAnswer(
  { accept, reason, contractId, at, restatementId }: DisputeAnswer,
  who: Reader,
) {
  const isOperator = who.is === 'operator';
  return {
    ...{ accept, reason, contractId, at },
    restatementId: isOperator ? restatementId : null,
  };
}

function trailOf(dispute: Dispute, job: Job | null, who: Reader): DisputeStep[] {
  const { raisedAt, raisedBy, reason, answers } = dispute;
  const steps: DisputeStep[] = [{ at: raisedAt, actor: raisedBy, what: 'raised', reason }];
  for (const { accept, at, actor, reason: why } of answers) {
    const shown = who.is === 'operator' ? actor : 'operator';
    steps.push({ at, actor: shown, what: accept ? 'accepted' : 'refused', reason: why });
  }
  if (job?.endedAt != null) {
    const what = job.status === 'done' ? 'restated' : 'stopped';
    steps.push({ at: job.endedAt, actor: 'hexiao', what, reason: null });
  }
  return steps;
}
