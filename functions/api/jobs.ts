import { fingerprint } from '../../lib/crypto/hash.ts';
import { Problem } from '../../lib/errors/problem.ts';
import { type AttributionMessage, MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import { Queue } from '../../lib/queue/queue.ts';
import { sendNoted } from '../../lib/rollups/send-noted.ts';
import { createJob, type Job } from '../../lib/store/ledger/restatements.ts';
import { daysBetween, toInstant } from '../../lib/time/shanghai.ts';
import type { ApiDeps } from './deps.ts';
import { requireMerchant } from './merchant.ts';

/** Business days of one job at most. */
export const MAX_JOB_DAYS = 400;

export type JobRequest = Pick<
  Job,
  'does' | 'platform' | 'merchantId' | 'from' | 'to' | 'reason' | 'dryRun'
> &
  Partial<Pick<Job, 'proposed'>>;

/**
 * The first piece waits until whatever was being written at `asOf` (contracts, and events on their
 * way to be booked) is there to be read. An event counts as recorded up to 5 s before it is written (decision 0040).
 */
const HEAD_START_SECONDS = 8;

/** Begins a restatement or a rebuild. @throws Problem `request-invalid` or `merchant-unknown` */
export async function startJob(request: JobRequest, deps: ApiDeps): Promise<Job> {
  await requireJob(request, deps);
  const job = newJob(request, toInstant(deps.now()));
  await runJob(job, deps);
  return job;
}

/** @throws Problem `request-invalid` or `merchant-unknown` */
export async function requireJob(request: JobRequest, deps: ApiDeps): Promise<void> {
  const days = daysBetween(request.from, request.to);
  if (days < 1) throw new Problem('request-invalid', 'from: must not be after to');
  if (days > MAX_JOB_DAYS) {
    throw new Problem(
      'request-invalid',
      `A window has at most ${MAX_JOB_DAYS} days. Ask for several.`,
    );
  }
  await requireMerchant(request, deps);
}

/** Makes a job and has it begun; of one that stands already, whoever stopped half-way goes on here. */
export async function runJob(job: Job, { table, now, sqs, queues }: ApiDeps): Promise<void> {
  await createJob(table, job);
  const attribution = new Queue<AttributionMessage>(sqs, queues.attribution.url);
  const { restatementId, step } = job;
  const first = { type: 'restate', v: MESSAGE_VERSION, restatementId, step } as const;
  await sendNoted([first], { table, attribution, now }, HEAD_START_SECONDS);
}

/** The id begins with the time, so that the newest jobs are found; the same request twice at once is one job. */
export function newJob(request: JobRequest, asOf: string): Job {
  const hash = fingerprint(asOf, JSON.stringify(request)).slice(0, 8);
  return {
    ...{ proposed: null, ...request },
    ...{ restatementId: `${asOf.replace(/\D/g, '').slice(0, 17)}-${hash}`, asOf, endedAt: null },
    ...{ status: 'planned', step: 0, failures: 0, cursor: null },
    ...{ phase: 'entries', adding: null },
    progress: { placesDone: 0, placesTotal: 0, entriesRead: 0, facts: 0, changed: 0, totals: 0 },
    ...{ providers: {}, differenceCount: 0, mendedCount: 0, differences: [] },
  };
}
