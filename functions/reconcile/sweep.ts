import type { Log } from '../../lib/log/log.ts';
import { type IntakeMessage, MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import type { Queue } from '../../lib/queue/queue.ts';
import { waitingHints } from '../../lib/store/deliveries.ts';
import type { Table } from '../../lib/store/table.ts';

export interface SweepDeps {
  readonly table: Table;
  readonly intake: Queue<IntakeMessage>;
  readonly now: () => number;
  readonly log: Log;
}

/** A hint this long past its time has lost its message. */
export const OVERDUE_MS = 120_000;

/**
 * Sends the hints whose time has passed and whose message never came (a queue that was lost, a
 * worker that died between the item and the message). The item is what counts; messages are repeated.
 * @param overdueMs 0 sends every hint that waits, each at its time
 * @returns how many were sent
 */
export async function sweepHints(deps: SweepDeps, overdueMs = OVERDUE_MS): Promise<number> {
  let sent = 0;
  let oldestMs = 0;
  for await (const { deliveryId, dueAtMs, receivedAt } of waitingHints(deps.table)) {
    oldestMs = Math.max(oldestMs, deps.now() - Date.parse(receivedAt));
    const lateMs = deps.now() - dueAtMs;
    if (overdueMs > 0 && lateMs < overdueMs) continue;
    const seconds = Math.max(0, Math.ceil(-lateMs / 1000));
    await deps.intake.send({ type: 'hint', v: MESSAGE_VERSION, deliveryId }, seconds);
    sent += 1;
  }
  // Said each time, because an alarm watches the age and must also see it fall.
  deps.log('info', 'hints-waiting', { oldestSeconds: Math.ceil(oldestMs / 1000) });
  if (sent > 0) deps.log('warn', 'hints-swept', { sent });
  return sent;
}
