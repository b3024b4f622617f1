import { PlatformError } from '../integrations/kit/platform-error.ts';
import { requestFields } from '../integrations/kit/platform-requests.ts';
import { errorFields } from '../log/log.ts';
import type { AwaitedDay, Reconciliation } from '../store/reconciliation/reconciliations.ts';
import type { DayPlace } from './check-day.ts';
import { look, writeUnread } from './conclude.ts';
import type { Reconciler } from './deps.ts';
import type { Place } from './places.ts';
import { type DayOutcome, readDay } from './read-day.ts';

/** Minutes until a platform that did not answer is asked again, by how often it did not. */
const BACKOFF_MINUTES = [1, 2, 5, 10, 20, 30] as const;

/** After that the day is left unchecked: some hours. */
const MAX_FAILURES = 12;

/** Reads the next day of the walk, or goes on with it. */
export async function walkDay(
  job: Reconciliation,
  { merchantId, storeId }: Place,
  reconciler: Reconciler,
): Promise<Reconciliation> {
  const place = { merchantId, storeId, businessDay: job.businessDay };
  const outcome = await readPatiently(job, place, { soFar: job.soFar, readings: 0 }, reconciler);
  if ('resumeAtMs' in outcome) return { ...job, ...outcome };
  if (outcome.outcome === 'paused') return { ...job, failures: 0, soFar: outcome.soFar };
  const { awaited: one } = outcome;
  return {
    ...countedWith(job, outcome),
    awaited: one === undefined ? job.awaited : [...job.awaited, one],
    ...{ place: { merchantId, storeId }, soFar: null, done: job.done + 1 },
  };
}

/** Looks at a day whose facts were on their way, or reads one again that could not be read whole. */
export async function lookAtDay(
  job: Reconciliation,
  due: AwaitedDay,
  reconciler: Reconciler,
): Promise<Reconciliation> {
  const others = job.awaited.filter((one) => one !== due);
  if (due.checkedAt !== null) {
    const again = await look(due, reconciler);
    return { ...job, awaited: again === undefined ? others : [...others, again] };
  }
  const { merchantId, storeId, businessDay, looks } = due;
  const place = { merchantId, storeId, businessDay };
  const outcome = await readPatiently(
    job,
    place,
    { soFar: due.soFar ?? null, readings: looks },
    reconciler,
  );
  if ('resumeAtMs' in outcome) return { ...job, ...outcome };
  if (outcome.outcome === 'paused') {
    return { ...job, failures: 0, awaited: [...others, { ...due, soFar: outcome.soFar }] };
  }
  const awaited = outcome.awaited === undefined ? others : [...others, outcome.awaited];
  return { ...countedWith(job, outcome), awaited };
}

/** @returns when to go on, where the platform does not answer */
async function readPatiently(
  { pass, failures, integration }: Reconciliation,
  place: DayPlace,
  how: Pick<Parameters<typeof readDay>[1], 'soFar' | 'readings'>,
  reconciler: Reconciler,
): Promise<DayOutcome | Pick<Reconciliation, 'failures' | 'resumeAtMs'>> {
  const { deps } = reconciler;
  try {
    return await readDay(place, { pass, ...how }, reconciler);
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    const failed = failures + 1;
    deps.log('warn', 'records-unread', {
      ...{ integration, failures: failed },
      ...requestFields(reconciler.context.requests),
      ...errorFields(error),
    });
    if (error.retryable && failed < MAX_FAILURES) {
      const minutes = BACKOFF_MINUTES[Math.min(failures, BACKOFF_MINUTES.length - 1)] ?? 30;
      const waitMs = Math.max(minutes * 60_000, error.retryAfterMs ?? 0);
      return { failures: failed, resumeAtMs: deps.now() + waitMs };
    }
    const reason = error.retryable ? 'no-answer' : 'refused';
    await writeUnread(place, { reason, status: 'unchecked' }, reconciler);
    const counts = { found: 0, repaired: 0, differences: 0 };
    return { outcome: 'done', awaited: undefined, counts };
  }
}

function countedWith(
  job: Reconciliation,
  { counts }: Extract<DayOutcome, { outcome: 'done' }>,
): Reconciliation {
  return {
    ...job,
    failures: 0,
    found: job.found + counts.found,
    repaired: job.repaired + counts.repaired,
    differences: job.differences + counts.differences,
  };
}
