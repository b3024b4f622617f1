import { mapLimit } from '../../../lib/async/map-limit.ts';
import { type ReadTerms, termsReader } from '../../../lib/booking/terms.ts';
import { errorFields } from '../../../lib/log/log.ts';
import type { Received } from '../../../lib/queue/batch.ts';
import { MESSAGE_VERSION } from '../../../lib/queue/messages.ts';
import { rollupMessages } from '../../../lib/rollups/messages.ts';
import { sendNoted } from '../../../lib/rollups/send-noted.ts';
import type { StoreHour } from '../../../lib/rollups/store-day.ts';
import { type Job, readJob, saveJob } from '../../../lib/store/ledger/restatements.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import type { AttributeDeps, MessageOf } from '../deps.ts';
import { compareEntry, compareStoreDay, mendEntry } from './compare.ts';
import { compareTotals, FROM_THE_FIRST } from './compare-totals.ts';
import { addFindings, type LedgerFinding } from './progress.ts';
import { restateEntry } from './restate.ts';
import { type LedgerPage, nextEntries, placesOf } from './scan-ledger.ts';

/** Entries that one message works through: some seconds of work. */
const ENTRIES_A_PIECE = 200;
const ENTRIES_AT_ONCE = 8;

/** A piece that fails so often will not succeed by itself. */
const MAX_FAILURES = 5;

/**
 * Works on the next piece of a restatement or rebuild, saves how far it came, and asks for the piece
 * after it. A piece may be worked on twice: what it books is booked once, and of two workers only one
 * saves what it counted.
 */
export async function workOnJob(
  received: Received<MessageOf<'restate'>>,
  deps: AttributeDeps,
): Promise<void> {
  const { restatementId, step } = received.message;
  try {
    const job = await readJob(deps.table, restatementId);
    // Stopped, or another worker is further on.
    if (job === undefined || isOver(job) || job.step !== step) return;
    const worked = await workOnPiece(job, deps).catch((error: unknown) => failed(job, error, deps));
    const next = isOver(worked) ? { ...worked, endedAt: toInstant(deps.now()) } : worked;
    if (!(await saveJob(deps.table, next, step)) || isOver(next)) return;
    if (next.step === step) throw new Error('a piece of a job failed and comes again');
    const message = {
      type: 'restate',
      v: MESSAGE_VERSION,
      restatementId,
      step: next.step,
    } as const;
    await sendNoted([message], deps);
  } catch (error) {
    received.fail(error);
  }
}

function isOver({ status }: Job): boolean {
  return status !== 'planned' && status !== 'running';
}

async function workOnPiece(job: Job, deps: AttributeDeps): Promise<Job> {
  const readTerms = withProposed(termsReader(deps), job);
  const terms = await readTerms(job.platform, job.merchantId);
  if (job.phase !== 'entries') {
    const { job: reached, found } = await compareTotals(job, terms, deps);
    return { ...addFindings(reached, found), ...savedAs(job, reached.cursor) };
  }
  const places = await placesOf(job, terms, deps.table);
  const { pages, placesDone, cursor } = await nextEntries(job, places, ENTRIES_A_PIECE, deps.table);
  const found = await mapLimit(pages, ENTRIES_AT_ONCE, (page) => look(page, job, readTerms, deps));
  await requestRollups(
    found.flatMap(({ touched }) => touched),
    deps,
  );
  const { progress, ...next } = addFindings(job, found);
  const isLast = cursor === null && job.does === 'rebuild';
  return {
    ...next,
    progress: { ...progress, placesDone, placesTotal: places.length },
    ...savedAs(job, isLast ? FROM_THE_FIRST : cursor),
    ...(isLast ? { phase: 'days' } : {}),
  };
}

/** A dry run may look at a contract that nobody recorded: as if it had been, when the run began. */
function withProposed(readTerms: ReadTerms, { proposed, dryRun }: Job): ReadTerms {
  if (proposed === null || !dryRun) return readTerms;
  return async (platform, merchantId) => {
    const terms = await readTerms(platform, merchantId);
    const isOf = proposed.platform === platform && proposed.merchantId === merchantId;
    return isOf ? { ...terms, contracts: [...terms.contracts, proposed] } : terms;
  };
}

/** A piece further. @param cursor null when nothing is left */
function savedAs(
  { step }: Job,
  cursor: Job['cursor'],
): Pick<Job, 'cursor' | 'status' | 'step' | 'failures'> {
  return { cursor, status: cursor === null ? 'done' : 'running', step: step + 1, failures: 0 };
}

async function look(
  { entry, isFirstOfDay }: LedgerPage,
  job: Job,
  readTerms: ReadTerms,
  deps: AttributeDeps,
): Promise<LedgerFinding> {
  if (job.does === 'restate') return restateEntry(entry, job, readTerms, deps);
  const compare = job.dryRun ? compareEntry : mendEntry;
  const finding = await compare(entry, readTerms, deps);
  if (!isFirstOfDay) return finding;
  const day = await compareStoreDay(entry, !job.dryRun, deps.table);
  return {
    ...finding,
    touched: [...finding.touched, ...day.touched],
    differences: [...finding.differences, ...day.differences],
  };
}

/** By messages that wait: pieces that follow touch the same hours. @throws when they were not sent */
async function requestRollups(touched: readonly StoreHour[], deps: AttributeDeps): Promise<void> {
  await sendNoted(rollupMessages(touched), deps, deps.rollupDelaySeconds);
}

function failed(job: Job, error: unknown, { log }: AttributeDeps): Job {
  log('error', 'job-failed', { restatementId: job.restatementId, ...errorFields(error) });
  const failures = job.failures + 1;
  return { ...job, failures, status: failures < MAX_FAILURES ? 'running' : 'failed' };
}
