import { mapLimit } from '../async/map-limit.ts';
import { type AttributionMessage, workOf } from '../queue/messages.ts';
import { groupOf, type Queue } from '../queue/queue.ts';
import { beginWork } from '../store/deliveries/unfinished.ts';
import type { Table } from '../store/table.ts';
import { toInstant } from '../time/shanghai.ts';

export interface NotedDeps {
  readonly table: Table;
  readonly attribution: Queue<AttributionMessage>;
  readonly now: () => number;
}

const WRITES_AT_ONCE = 16;

/**
 * Sends messages that have something added up, and notes each in the table before: until its worker is done, the
 * totals are behind, and whatever becomes of the message `reconcile` sends it again (decision 0034).
 */
export async function sendNoted(
  messages: readonly AttributionMessage[],
  { table, attribution, now }: NotedDeps,
  delaySeconds = 0,
): Promise<void> {
  await mapLimit(messages, WRITES_AT_ONCE, async (message) => {
    const nowMs = now();
    const fromMs = nowMs + delaySeconds * 1_000;
    await beginWork(table, 'behind', workOf(message), toInstant(nowMs), fromMs);
  });
  await attribution.sendAll(messages, delaySeconds, messages.map(groupOfWork));
}

/** Long work of one provider, or of one job, keeps nobody else waiting. */
function groupOfWork(message: AttributionMessage): string | undefined {
  if ('providerId' in message) return groupOf(message.providerId);
  if ('exportId' in message) return groupOf(message.exportId);
  return 'restatementId' in message ? groupOf(message.restatementId) : undefined;
}
