import { mapLimit } from '../../lib/async/map-limit.ts';
import { attempt, type Received } from '../../lib/queue/batch.ts';
import type { NoticeMessage } from '../../lib/queue/notice-messages.ts';
import { groupOf } from '../../lib/queue/queue.ts';
import { type BatchEndpoints, endpointsOfBatch } from './batch-endpoints.ts';
import type { MessageOf, NotifyDeps } from './deps.ts';
import { noteEntries } from './note.ts';
import { tell } from './send-notice.ts';

const AT_ONCE = 16;

/** A provider with many endpoints makes much of a message: after this, no more of them is begun. */
const NOTING_MS = 4_000;

/**
 * One batch from the queue of notices. Entries become notices, one for each endpoint and fact, each with a message of
 * its own; a notice is told. Nothing waits for another, so that a receiver that is slow or dead holds up itself.
 */
export async function notifyBatch(
  received: readonly Received<NoticeMessage>[],
  deps: NotifyDeps,
): Promise<void> {
  const endpoints = endpointsOfBatch(deps.table);
  const told = mapLimit(select(received, 'notice'), AT_ONCE, (one) =>
    attempt([one], () => tell(one.message, endpoints, deps)),
  );
  await Promise.all([told, noteAll(select(received, 'entries'), endpoints, deps)]);
}

async function noteAll(
  received: readonly Received<MessageOf<'entries'>>[],
  endpoints: BatchEndpoints,
  deps: NotifyDeps,
): Promise<void> {
  const untilMs = deps.now() + NOTING_MS;
  for (const one of received) {
    // What is over is a message of its own again, and has failed nothing.
    const isInTime = one === received[0] || deps.now() < untilMs;
    const work = isInTime
      ? () => noteEntries(one.message, endpoints, deps)
      : () => deps.notices.send(one.message, undefined, groupOf(one.message.providerId));
    await attempt([one], work);
  }
}

function select<T extends NoticeMessage['type']>(
  received: readonly Received<NoticeMessage>[],
  type: T,
): Received<MessageOf<T>>[] {
  return received.filter((one): one is Received<MessageOf<T>> => one.message.type === type);
}
