import type { Log } from '../../lib/log/log.ts';
import { type AttributionMessage, MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import type { Queue } from '../../lib/queue/queue.ts';
import { ALL_DAYS, type DayBehind, daysBehind, daysOfTurn } from '../../lib/rollups/days-behind.ts';
import { isBehind, putOffResend, resendAtMs } from '../../lib/rollups/dimensions-due.ts';
import type { Table } from '../../lib/store/table.ts';
import { businessDayAt } from '../../lib/time/shanghai.ts';

export interface UnfinishedDeps {
  readonly table: Table;
  readonly attribution: Queue<AttributionMessage>;
  readonly now: () => number;
  readonly log: Log;
}

/** In one sweep; the next is minutes away. */
const MAX_SENT = 5_000;

/**
 * Requests the dimensions of days again that know less than their day, when their message should have been worked
 * on, and those of days that have ended, for what is kept of each of their stores. No note is kept of the message: the day's own versions say it. The latest days are read each time, others
 * in turn (`daysOfTurn`).
 * @param isAll of all days, and also those whose time has not come: the queue was begun anew
 * @returns how many were requested
 */
export async function sweepDimensions(deps: UnfinishedDeps, isAll: boolean): Promise<number> {
  const { table, attribution, now, log } = deps;
  const windows = isAll ? [ALL_DAYS] : daysOfTurn(now());
  const behind: DayBehind[] = [];
  const today = businessDayAt(now());
  for (const window of windows) behind.push(...(await daysBehind(table, window, isAll, today)));
  const due: AttributionMessage[] = [];
  for (const { providerId, day, item } of behind) {
    if ((resendAtMs(item) > now() && !isAll) || due.length === MAX_SENT) continue;
    // Put off first: dying here costs one turn, and no message is sent for nothing.
    if (!(await putOffResend(table, item, now()))) continue;
    due.push({ type: 'dimensions', v: MESSAGE_VERSION, providerId, day });
  }
  await attribution.sendAll(due);
  // Days that have just ended are no trouble.
  const isTrouble = behind.some(({ item }) => isBehind(item));
  if (due.length > 0) log(isTrouble ? 'warn' : 'info', 'dimensions-swept', { sent: due.length });
  return due.length;
}
