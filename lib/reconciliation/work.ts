import { randomUUID } from 'node:crypto';
import { readApp } from '../store/accounts/parties.ts';
import {
  type Reconciliation,
  readReconciliation,
  saveReconciliation,
  unlistReconciliation,
} from '../store/reconciliation/reconciliations.ts';
import { addDays, daysBetween, toInstant } from '../time/shanghai.ts';
import { lookAtDay, walkDay } from './day-steps.ts';
import { type Reconciler, type ReconciliationDeps, reconcilerOf } from './deps.ts';
import { type Place, placeAfter, placesOf } from './places.ts';

/** A worker that was not heard of for this long after its time has died. */
const MARGIN_MS = 30_000;

/** With so many days awaited no other is begun. */
const MAX_AWAITED = 100;

/** Days of places between two saves: what was not saved is done again by whoever comes next. */
const DAYS_PER_SAVE = 20;

/** After so many calls it is saved at the next end of a day: no more than these and one day's are made again. */
const CALLS_PER_SAVE = 16;

/**
 * Works on a reconciliation until its time is up, or nothing of it can be done now. Of several workers one has
 * it: it says so in the item, and saves only what it read.
 * @param deadlineMs epoch ms
 * @returns whether there is more to do at once
 */
export async function workOn(
  id: string,
  deadlineMs: number,
  deps: ReconciliationDeps,
): Promise<boolean> {
  const { table, now } = deps;
  const read = await readReconciliation(table, id);
  if (read?.status !== 'running') {
    // It has ended; or whoever made it died in between, and says so to who wanted it.
    await unlistReconciliation(table, id);
    return false;
  }
  if (read.resumeAtMs > now() || read.workerUntilMs > now()) return false;
  const job = await saveReconciliation(table, read, {
    ...{ worker: randomUUID(), workerUntilMs: deadlineMs + MARGIN_MS },
  });
  if (job === undefined) return false;
  const { integration: name, appKey, pass } = job;
  const integration = deps.find(name);
  const app = await readApp(table, name, appKey);
  if (integration === undefined || app === undefined) {
    await end(job, { status: 'failed', reason: 'app-gone' }, deps);
    return false;
  }
  return goThrough(job, reconcilerOf(app, integration, { pass, deadlineMs }, deps));
}

/** The steps of a reconciliation, each of which is one day of one place, or a look at one that is awaited. */
async function goThrough(begun: Reconciliation, reconciler: Reconciler): Promise<boolean> {
  const { app, integration, deps, context } = reconciler;
  const places = await placesOf(deps.table, app, integration, begun.stores);
  const placesTotal = places.length * daysBetween(begun.from, begun.to);
  let saved = begun;
  let job: Reconciliation = { ...begun, placesTotal };
  const callsBefore = begun.calls;
  const counted = (one: Reconciliation) => ({ ...one, calls: callsBefore + reconciler.calls() });
  while (deps.now() < context.deadlineMs && job.resumeAtMs <= deps.now()) {
    const step = await nextStep(job, places, reconciler);
    if (step === 'over') {
      await end(counted({ ...job, step: saved.step }), { status: 'done', reason: null }, deps);
      return false;
    }
    job = step;
    const isLittle = counted(job).calls - saved.calls < CALLS_PER_SAVE;
    if (job.done - saved.done < DAYS_PER_SAVE && (isLittle || job.done === saved.done)) continue;
    const again = await saveReconciliation(deps.table, saved, counted(job));
    // Cancelled, or somebody took it for dead.
    if (again === undefined) return false;
    saved = again;
    job = again;
  }
  const left = { ...counted(job), worker: null, workerUntilMs: 0 };
  const isMore = job.resumeAtMs <= deps.now();
  return (await saveReconciliation(deps.table, saved, left)) !== undefined && isMore;
}

/** @returns the reconciliation after the step; `resumeAtMs` in the future: nothing can be done until then */
async function nextStep(
  job: Reconciliation,
  places: readonly Place[],
  reconciler: Reconciler,
): Promise<Reconciliation | 'over'> {
  const nowMs = reconciler.deps.now();
  const due = job.awaited.find(({ dueAtMs }) => dueAtMs <= nowMs);
  if (due !== undefined) return lookAtDay(job, due, reconciler);
  const isWalked = job.businessDay > job.to;
  if (isWalked && job.awaited.length === 0) return 'over';
  if (isWalked || job.awaited.length >= MAX_AWAITED) {
    return { ...job, resumeAtMs: Math.min(...job.awaited.map(({ dueAtMs }) => dueAtMs)) };
  }
  const place = placeAfter(places, job.place);
  if (place === undefined) {
    return { ...job, businessDay: addDays(job.businessDay, 1), place: null, soFar: null };
  }
  return walkDay(job, place, reconciler);
}

async function end(
  job: Reconciliation,
  how: { readonly status: 'done' | 'failed'; readonly reason: string | null },
  { table, now, log }: ReconciliationDeps,
): Promise<void> {
  const { reconciliationId, integration, appKey, found, repaired, differences, calls } = job;
  const change = { ...job, ...how, endedAt: toInstant(now()), worker: null, workerUntilMs: 0 };
  if ((await saveReconciliation(table, job, change)) === undefined) return;
  await unlistReconciliation(table, reconciliationId);
  log('info', 'reconciliation-ended', {
    ...{ reconciliationId, integration, appKey, status: how.status },
    ...{ found, repaired, differences, calls },
  });
}
