import type { Log } from '../../lib/log/log.ts';
import { type AttributionMessage, attributionMessageSchema } from '../../lib/queue/messages.ts';
import type { Queue } from '../../lib/queue/queue.ts';
import { putOffWork, unfinishedWork } from '../../lib/store/deliveries/unfinished.ts';
import type { Table } from '../../lib/store/table.ts';

export interface UnfinishedDeps {
  readonly table: Table;
  readonly attribution: Queue<AttributionMessage>;
  readonly now: () => number;
  readonly log: Log;
}

/** In one sweep; the next is minutes away. */
const MAX_SENT = 5_000;

/**
 * Sends the work that failed again when its time has come: its message may be lost. Each time it waits
 * twice as long, up to a day, so that what cannot succeed yet leaves few dead letters.
 * @returns how many were sent
 */
export async function sweepUnfinished({
  table,
  attribution,
  now,
  log,
}: UnfinishedDeps): Promise<number> {
  const due: AttributionMessage[] = [];
  for await (const work of unfinishedWork(table)) {
    if (work.dueAtMs > now() || due.length === MAX_SENT) continue;
    const message = attributionMessageSchema.parse(JSON.parse(work.message));
    // Put off first: dying here costs one turn, and no message is sent for nothing.
    if (await putOffWork(table, work, now())) due.push({ ...message, unfinished: true });
  }
  await attribution.sendAll(due);
  if (due.length > 0) log('warn', 'unfinished-swept', { sent: due.length });
  return due.length;
}
