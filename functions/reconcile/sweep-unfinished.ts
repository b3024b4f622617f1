import { type AttributionMessage, attributionMessageSchema } from '../../lib/queue/messages.ts';
import { putOffWork, unfinishedWork } from '../../lib/store/deliveries/unfinished.ts';
import type { WorkList } from '../../lib/store/keys.ts';
import { sweepDimensions, type UnfinishedDeps } from './sweep-dimensions.ts';

/** In one sweep; the next is minutes away. */
const MAX_SENT = 5_000;

/**
 * Sends the messages of totals that are behind again when they should have been worked on: those that are noted
 * (see `sendNoted`), and those of days whose dimensions are behind by their versions.
 * @param isAll also those whose time has not come: the queue was begun anew
 * @returns how many were sent
 */
export async function sweepBehind(deps: UnfinishedDeps, isAll = false): Promise<number> {
  const noted = await sweepList('behind', deps, isAll);
  return noted + (await sweepDimensions(deps, isAll));
}

/**
 * Sends the work that failed again when its time has come: its message may be lost. Each time it waits
 * twice as long, up to a day, so that what cannot succeed yet leaves few dead letters.
 * @returns how many were sent
 */
export function sweepUnfinished(deps: UnfinishedDeps): Promise<number> {
  return sweepList('unfinished', deps, false);
}

async function sweepList(
  list: WorkList,
  { table, attribution, now, log }: UnfinishedDeps,
  isAll: boolean,
): Promise<number> {
  const due: AttributionMessage[] = [];
  for await (const work of unfinishedWork(table, list)) {
    if ((work.dueAtMs > now() && !isAll) || due.length === MAX_SENT) continue;
    const message = attributionMessageSchema.parse(JSON.parse(work.message));
    // Put off first: dying here costs one turn, and no message is sent for nothing.
    if (!(await putOffWork(table, list, work, now()))) continue;
    due.push(list === 'unfinished' ? { ...message, unfinished: true } : message);
  }
  await attribution.sendAll(due);
  if (due.length > 0) log('warn', `${list}-swept`, { sent: due.length });
  return due.length;
}
