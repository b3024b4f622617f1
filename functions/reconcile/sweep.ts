import type { Log } from '../../lib/log/log.ts';
import { type IntakeMessage, MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import type { Queue } from '../../lib/queue/queue.ts';
import { waitingHints } from '../../lib/store/deliveries/waiting-hints.ts';
import type { Table } from '../../lib/store/table.ts';

export interface SweepDeps {
  readonly table: Table;
  readonly intake: Queue<IntakeMessage>;
  readonly now: () => number;
  readonly log: Log;
}

/** A hint this long past its time has lost its message. */
export const OVERDUE_MS = 120_000;

/** In one sweep. More have not lost their messages one by one, and the next sweep is minutes away. */
const MAX_SENT = 5_000;

/**
 * Sends the hints whose time has passed and whose message never came (a queue that was lost, a
 * worker that died between the item and the message). The item is what counts; messages are repeated.
 * @returns how many were sent
 */
export async function sweepHints(deps: SweepDeps): Promise<number> {
  const overdue: IntakeMessage[] = [];
  let oldestMs = 0;
  for await (const { deliveryId, dueAtMs, receivedAt } of waitingHints(deps.table)) {
    const nowMs = deps.now();
    oldestMs = Math.max(oldestMs, nowMs - Date.parse(receivedAt));
    if (nowMs - dueAtMs < OVERDUE_MS || overdue.length === MAX_SENT) continue;
    overdue.push({ type: 'hint', v: MESSAGE_VERSION, deliveryId });
  }
  await deps.intake.sendAll(overdue);
  // Said each time, because an alarm watches the age and must also see it fall.
  deps.log('info', 'hints-waiting', { oldestSeconds: Math.ceil(oldestMs / 1000) });
  if (overdue.length > 0) deps.log('warn', 'hints-swept', { sent: overdue.length });
  return overdue.length;
}

/** Sends every hint that waits, at its time: to a queue that was begun anew. */
export async function resendHints({ table, intake, now }: SweepDeps): Promise<void> {
  for await (const { deliveryId, dueAtMs } of waitingHints(table)) {
    const seconds = Math.max(0, Math.ceil((dueAtMs - now()) / 1000));
    await intake.send({ type: 'hint', v: MESSAGE_VERSION, deliveryId }, seconds);
  }
}
