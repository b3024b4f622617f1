import { fingerprint } from '../../lib/crypto/hash.ts';
import { type InHand, remove } from '../../lib/queue/dead-letters.ts';
import { attributionMessageSchema, workOf as textOf } from '../../lib/queue/messages.ts';
import { goThrough, type Redriven, type RedriveOptions } from '../../lib/queue/redrive.ts';
import { type Dropped, recordDrop } from '../../lib/store/deliveries/dropped.ts';
import { dropWork } from '../../lib/store/deliveries/unfinished.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import type { ApiDeps, QueueName } from './deps.ts';

const ID = /^[0-9a-f]{64}$/;

/**
 * Drops dead letters for good. Each is recorded with the reason before it is deleted; a crash between
 * leaves it in both places, and it is dropped again. Work that it stood for is not sent again either.
 */
export function dropLetters(
  queue: QueueName,
  options: RedriveOptions,
  reason: string,
  { sqs, queues, table, now }: ApiDeps,
): Promise<Redriven> {
  const { deadLetterUrl } = queues[queue];
  return goThrough(sqs, deadLetterUrl, options, async (wanted) => {
    for (const one of wanted) {
      const work = queue === 'attribution' ? workOf(one) : null;
      await recordDrop(table, recordOf(one, { queue, work, reason, now }));
      if (work !== null) await dropWork(table, work);
    }
    await remove(sqs, deadLetterUrl, wanted);
    return wanted.length;
  });
}

function recordOf(
  { letter, message }: InHand,
  how: Pick<Dropped, 'queue' | 'work' | 'reason'> & Pick<ApiDeps, 'now'>,
): Dropped {
  const { receiveCount: _count, ...said } = letter;
  const { now, ...outcome } = how;
  const isDelivery = letter.deliveryId !== null && ID.test(letter.deliveryId);
  const letterId = isDelivery ? letter.deliveryId : fingerprint('dead', message.Body ?? '');
  return {
    ...said,
    ...outcome,
    letterId: letterId ?? '',
    droppedBy: 'operator',
    droppedAt: toInstant(now()),
  };
}

/** The text that unfinished work is kept by; null for a message that nobody can read. */
function workOf({ message }: InHand): string | null {
  try {
    return textOf(attributionMessageSchema.parse(JSON.parse(message.Body ?? '')));
  } catch {
    return null;
  }
}
