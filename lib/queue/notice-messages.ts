import * as z from 'zod';
import { idSchema } from '../events/id.ts';
import { toThisVersion } from './messages.ts';
import { MESSAGE_VERSION } from './packing.ts';
import { groupOf, type Queue } from './queue.ts';

/** What travels on the queue of notices: ids only. */

const version = { v: z.literal(MESSAGE_VERSION) };

/** Each of them is told to each of a provider's endpoints that wants it: a message stays some seconds of work. */
export const MOST_ENTRIES = 10;

const noticeMessages = z.discriminatedUnion('type', [
  /** Entries of a provider stand in the ledger, by their ids outside: note for each endpoint what is to be told. */
  z.object({
    type: z.literal('entries'),
    ...version,
    providerId: idSchema,
    entries: z.array(z.string().min(1)).min(1).max(MOST_ENTRIES),
  }),
  /** Tell one fact to one endpoint, if it is not told yet. */
  z.object({
    type: z.literal('notice'),
    ...version,
    providerId: idSchema,
    endpointId: z.string().min(1),
    atMs: z.int().min(0),
    factId: z.string().min(1),
  }),
]);
export type NoticeMessage = z.infer<typeof noticeMessages>;

type NoticeId = Omit<Extract<NoticeMessage, { type: 'notice' }>, 'type' | 'v'>;

/** A message for each. A receiver that is slow keeps its own waiting, and nobody else's. */
export async function sendNotices(
  queue: Queue<NoticeMessage>,
  ids: readonly NoticeId[],
  delaySeconds?: number,
): Promise<void> {
  const messages = ids.map(({ providerId, endpointId, atMs, factId }) => {
    return { type: 'notice', v: MESSAGE_VERSION, providerId, endpointId, atMs, factId } as const;
  });
  const groups = ids.map(({ providerId, endpointId }) => groupOf(providerId, endpointId));
  await queue.sendAll(messages, delaySeconds, groups);
}

/** Of this version, or of another that this one reads. */
export const noticeMessageSchema = z.preprocess(toThisVersion, noticeMessages);
