import { randomUUID } from 'node:crypto';
import { PlatformError } from '../integrations/kit/platform-error.ts';
import type { RecordsSource, RecordsWindow } from '../integrations/kit/platform-records.ts';
import { requestFields } from '../integrations/kit/platform-requests.ts';
import { errorFields } from '../log/log.ts';
import { readApp } from '../store/accounts/parties.ts';
import { type Edge, readEdge, writeEdge } from '../store/reconciliation/edges.ts';
import { addDays, businessDayAt, DAY_MS, instantToMs } from '../time/shanghai.ts';
import { beginReconciliation } from './begin.ts';
import { checkWindow } from './check-window.ts';
import { type Reconciler, type ReconciliationDeps, reconcilerOf } from './deps.ts';
import { KnownStreams } from './ours.ts';
import { type Place, placesOf } from './places.ts';
import { readWindow } from './read-window.ts';

/** So far behind now the records of an app are read: its webhooks came, and its records show everything. */
const BEHIND_MS = 600_000;

/** Less than this is not worth two calls: another worker has just been here. */
const SHORTEST_MS = 60_000;

/** Of what is older the whole days are read. */
const LONGEST_MS = 2 * 3_600_000;

/** A day is read whole so long after its end, and again so many days later. */
const DAY_AFTER_MS = 2 * 3_600_000;
const LATE_AFTER_DAYS = [6];

/** Days that are made up for when nothing ran for long. */
const MAX_DAYS_BACK = 31;

const MARGIN_MS = 30_000;

interface AppName {
  readonly integration: string;
  readonly appKey: string;
}

/**
 * Plans the reading of an app's days that are over, and reads what its platform recorded since the last run, up
 * to some minutes ago.
 * @returns how many facts were found that no webhook had brought
 */
export async function followEdge(
  name: AppName,
  deadlineMs: number,
  deps: ReconciliationDeps,
): Promise<number> {
  const { table, now } = deps;
  const integration = deps.find(name.integration);
  const app = await readApp(table, name.integration, name.appKey);
  // Nothing is called for it, and no day of it is planned.
  if (app?.archivedAt !== undefined) return 0;
  const before = await readEdge(table, name.integration, name.appKey);
  if (integration === undefined || (before?.workerUntilMs ?? 0) > now()) return 0;
  const worker = randomUUID();
  const claim = { ...(before ?? firstEdge(now())), worker, workerUntilMs: deadlineMs + MARGIN_MS };
  if (!(await writeEdge(table, name, claim, before))) return 0;
  const claimed = { ...claim, step: before === undefined ? 0 : before.step + 1 };
  const offered = app && integration.records?.(app);
  const source = offered !== undefined && 'lists' in offered ? offered : undefined;
  const lateAfterDays = source?.lateAfterDays ?? LATE_AFTER_DAYS;
  const plannedDay = await planDays({ ...name, lateAfterDays }, claimed.plannedDay, deps);
  let edge: Edge = { ...claimed, plannedDay };
  let found = 0;
  if (app !== undefined && source !== undefined) {
    const reconciler = reconcilerOf(app, integration, { pass: 'edge', deadlineMs }, deps);
    const places = await placesOf(table, app, integration);
    ({ edge, found } = await readOn(edge, places, source, reconciler));
  }
  const { step: _step, ...left } = edge;
  await writeEdge(table, name, { ...left, worker: null, workerUntilMs: 0 }, claimed);
  return found;
}

function firstEdge(nowMs: number): Omit<Edge, 'step'> {
  return {
    ...{ untilMs: nowMs - BEHIND_MS, reading: null, worker: null, workerUntilMs: 0 },
    plannedDay: addDays(businessDayAt(nowMs), -1),
  };
}

/** @returns the last day that is planned */
async function planDays(
  { lateAfterDays, ...name }: AppName & { readonly lateAfterDays: readonly number[] },
  plannedDay: string,
  { table, now }: ReconciliationDeps,
): Promise<string> {
  const last = addDays(businessDayAt(now() - DAY_AFTER_MS), -1);
  const first = addDays(last, -MAX_DAYS_BACK);
  let planned = plannedDay;
  while (planned < last) {
    planned = planned < first ? first : addDays(planned, 1);
    const begin = (day: string, pass: 'day' | 'late', time: number) => {
      const wanted = { ...name, from: day, to: day, pass, wantedBy: 'schedule' as const };
      return beginReconciliation(table, wanted, now(), time);
    };
    await begin(planned, 'day', 1);
    for (const [at, days] of lateAfterDays.entries()) {
      await begin(addDays(planned, -days), 'late', at + 1);
    }
  }
  return planned;
}

async function readOn(
  from: Edge,
  places: readonly Place[],
  source: RecordsSource,
  reconciler: Reconciler,
): Promise<{ edge: Edge; found: number }> {
  const { deps, context } = reconciler;
  const toMs = from.reading?.toMs ?? deps.now() - BEHIND_MS;
  const sinceMs = Math.max(from.untilMs, toMs - LONGEST_MS);
  if (toMs < sinceMs + SHORTEST_MS && from.reading === null) return { edge: from, found: 0 };
  let found = 0;
  let after = from.reading?.after ?? '';
  for (const place of places) {
    const key = JSON.stringify([place.merchantId, place.storeId]);
    if (key <= after) continue;
    if (deps.now() >= context.deadlineMs) {
      return { edge: { ...from, reading: { toMs, after } }, found };
    }
    try {
      for (const window of windowsOf(place, sinceMs, toMs)) {
        found += await readEdgeWindow(source, window, reconciler);
      }
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      const { integration } = reconciler.app;
      deps.log('warn', 'records-unread', {
        integration,
        ...requestFields(context.requests),
        ...errorFields(error),
      });
      // The rest of this app comes in the next run; a place that is refused is read whole tomorrow.
      if (error.retryable) return { edge: { ...from, reading: { toMs, after } }, found };
    }
    after = key;
  }
  return { edge: { ...from, untilMs: toMs, reading: null }, found };
}

async function readEdgeWindow(
  source: RecordsSource,
  window: RecordsWindow,
  reconciler: Reconciler,
): Promise<number> {
  const reading = await readWindow(source, window, 'edge', reconciler);
  // Of what could not be read whole the day is read.
  if (reading.outcome !== 'whole') return 0;
  const known = new KnownStreams(reconciler.deps.table);
  return (await checkWindow(source, reading, known, reconciler)).found;
}

/** One window, or two where midnight is between. */
function windowsOf(place: Place, fromMs: number, untilMs: number): RecordsWindow[] {
  const businessDay = businessDayAt(fromMs);
  const endMs = instantToMs(`${businessDay}T00:00:00+08:00`) + DAY_MS;
  const first = { ...place, businessDay, fromMs, untilMs: Math.min(untilMs, endMs) };
  return endMs >= untilMs ? [first] : [first, ...windowsOf(place, endMs, untilMs)];
}
