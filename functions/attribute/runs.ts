import { mapLimit } from '../../lib/async/map-limit.ts';
import { errorFields } from '../../lib/log/log.ts';
import type { Received } from '../../lib/queue/batch.ts';
import { MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import { type Run, readRun, saveRun } from '../../lib/store/restatements.ts';
import type { StoreHour } from '../../lib/store/store-day.ts';
import { compareEntry, compareStoreDay, mendEntry } from './compare.ts';
import { compareTotals, FROM_THE_FIRST } from './compare-totals.ts';
import type { AttributeDeps, MessageOf } from './deps.ts';
import { addFindings, type Finding } from './findings.ts';
import { type Knowledge, knowledgeOf } from './knowledge.ts';
import { restateEntry } from './restate.ts';
import { foldTouched } from './totals.ts';
import { nextEntries, placesOf, type Visit } from './visits.ts';

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
export async function workOnRun(
  received: Received<MessageOf<'restate'>>,
  deps: AttributeDeps,
): Promise<void> {
  const { restatementId, step } = received.message;
  try {
    const run = await readRun(deps.table, restatementId);
    // Stopped, or another worker is further on.
    if (run === undefined || isOver(run) || run.step !== step) return;
    const next = await workOnPiece(run, deps).catch((error: unknown) => failed(run, error, deps));
    if (!(await saveRun(deps.table, next, step)) || isOver(next)) return;
    if (next.step === step) throw new Error('a piece of a run failed and comes again');
    const message = {
      type: 'restate',
      v: MESSAGE_VERSION,
      restatementId,
      step: next.step,
    } as const;
    await deps.attribution.send(message);
  } catch (error) {
    received.fail(error);
  }
}

export function isOver({ status }: Run): boolean {
  return status !== 'planned' && status !== 'running';
}

async function workOnPiece(run: Run, deps: AttributeDeps): Promise<Run> {
  const knowledge = knowledgeOf(deps);
  const known = await knowledge(run.platform, run.merchantId);
  if (run.phase !== 'entries') {
    const { run: reached, found } = await compareTotals(run, known, deps);
    return { ...addFindings(reached, found), ...savedAs(run, reached.cursor) };
  }
  const places = await placesOf(run, known, deps.table);
  const { visits, placesDone, cursor } = await nextEntries(
    run,
    places,
    ENTRIES_A_PIECE,
    deps.table,
  );
  const found = await mapLimit(visits, ENTRIES_AT_ONCE, (visit) =>
    look(visit, run, knowledge, deps),
  );
  await foldAll(
    found.flatMap(({ touched }) => touched),
    deps,
  );
  const { progress, ...next } = addFindings(run, found);
  const isLast = cursor === null && run.does === 'rebuild';
  return {
    ...next,
    progress: { ...progress, placesDone, placesTotal: places.length },
    ...savedAs(run, isLast ? FROM_THE_FIRST : cursor),
    ...(isLast ? { phase: 'days' } : {}),
  };
}

/** A piece further. @param cursor null when nothing is left */
function savedAs(
  { step }: Run,
  cursor: Run['cursor'],
): Pick<Run, 'cursor' | 'status' | 'step' | 'failures'> {
  return { cursor, status: cursor === null ? 'done' : 'running', step: step + 1, failures: 0 };
}

async function look(
  { entry, isFirstOfDay }: Visit,
  run: Run,
  knowledge: Knowledge,
  deps: AttributeDeps,
): Promise<Finding> {
  if (run.does === 'restate') return restateEntry(entry, run, knowledge, deps);
  const compare = run.dryRun ? compareEntry : mendEntry;
  const finding = await compare(entry, knowledge, deps);
  if (!isFirstOfDay) return finding;
  const day = await compareStoreDay(entry, !run.dryRun, deps.table);
  return {
    ...finding,
    touched: [...finding.touched, ...day.touched],
    differences: [...finding.differences, ...day.differences],
  };
}

/** @throws when a fold failed: the piece is done again */
async function foldAll(touched: readonly StoreHour[], deps: AttributeDeps): Promise<void> {
  const unique = new Map(touched.map((hour) => [JSON.stringify(hour), hour]));
  const errors: unknown[] = [];
  const asked = { message: FOLDING, fail: (error: unknown) => errors.push(error) };
  await foldTouched(
    [...unique.values()].map((hour) => ({ hour, received: [asked] })),
    deps,
  );
  if (errors.length > 0) throw errors[0];
}

/** Stands for the run's message where folds say which message a failure belongs to. */
const FOLDING = { type: 'restate', v: MESSAGE_VERSION, restatementId: '', step: 0 } as const;

function failed(run: Run, error: unknown, { log }: AttributeDeps): Run {
  log('error', 'run-failed', { restatementId: run.restatementId, ...errorFields(error) });
  const failures = run.failures + 1;
  return { ...run, failures, status: failures < MAX_FAILURES ? 'running' : 'failed' };
}
