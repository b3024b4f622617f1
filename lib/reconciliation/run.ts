import { mapLimit } from '../async/map-limit.ts';
import { errorFields } from '../log/log.ts';
import { listedApps } from '../store/accounts/apps.ts';
import { reconcilingIds } from '../store/reconciliation/reconciliations.ts';
import type { ReconciliationDeps } from './deps.ts';
import { followEdge } from './edge.ts';
import { workOn } from './work.ts';

/** Apps and reconciliations at once: their platforms are waited for, not computed. */
const AT_ONCE = 8;

/** One reconciliation is worked on so long before others have their turn. */
const SLICE_MS = 60_000;

/**
 * Reads the platforms' records for as long as there is time: behind the live edge first, then the days of the
 * schedule, then what operators want of longer times.
 * @param deadlineMs epoch ms
 */
export async function reconcileRecords(
  deadlineMs: number,
  deps: ReconciliationDeps,
): Promise<{ edges: number; found: number }> {
  const apps = await Array.fromAsync(listedApps(deps.table));
  const found = await mapLimit(apps, AT_ONCE, (name) =>
    logged(() => followEdge(name, deadlineMs, deps), 0, deps),
  );
  let waiting = inOrder(await reconcilingIds(deps.table));
  while (waiting.length > 0 && deps.now() < deadlineMs) {
    const untilMs = Math.min(deps.now() + SLICE_MS, deadlineMs);
    const turn = waiting;
    const isMore = await mapLimit(turn, AT_ONCE, (id) =>
      logged(() => workOn(id, untilMs, deps), false, deps),
    );
    waiting = turn.filter((_, at) => isMore[at]);
  }
  return { edges: apps.length, found: found.reduce((sum, one) => sum + one, 0) };
}

/** The schedule's names begin with a letter, an operator's with the time. */
function inOrder(ids: readonly string[]): string[] {
  const isScheduled = (id: string) => /^[a-z]/.test(id);
  return [...ids.filter(isScheduled), ...ids.filter((id) => !isScheduled(id))];
}

/** One app's failure holds up no other. */
async function logged<T>(work: () => Promise<T>, instead: T, { log }: ReconciliationDeps) {
  try {
    return await work();
  } catch (error) {
    log('error', 'reconciliation-failed', errorFields(error));
    return instead;
  }
}
