import { attempt, type Received } from '../../lib/queue/batch.ts';
import type { AttributionMessage } from '../../lib/queue/messages.ts';
import { sendNoted } from '../../lib/rollups/send-noted.ts';
import type { AttributeDeps } from './deps.ts';

/** Of the function's 30 s, so that the piece begun last has as much again to end in. */
const BEGIN_MS = 12_000;

/**
 * Works on pieces of long work one after the other, and sends again what there is no time left to begin.
 * @param beganAtMs when the batch began: its other messages took their time too
 */
export async function inTime<M extends AttributionMessage>(
  received: readonly Received<M>[],
  beganAtMs: number,
  deps: AttributeDeps,
  work: (one: Received<M>) => Promise<void>,
): Promise<void> {
  const late: Received<M>[] = [];
  for (const one of received) {
    if (deps.now() >= beganAtMs + BEGIN_MS) late.push(one);
    else await work(one);
  }
  await attempt(late, () =>
    sendNoted(
      late.map(({ message }) => message),
      deps,
    ),
  );
}
