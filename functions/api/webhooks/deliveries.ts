import { mapLimit } from '../../../lib/async/map-limit.ts';
import { Problem } from '../../../lib/errors/problem.ts';
import { type NoticeMessage, sendNotices } from '../../../lib/queue/notice-messages.ts';
import { Queue } from '../../../lib/queue/queue.ts';
import {
  forgetDue,
  type Notice,
  type NoticeId,
  noteDue,
  noticesBackwards,
  readNotice,
  resendNotice,
} from '../../../lib/store/deliveries/notices.ts';
import { keys } from '../../../lib/store/keys.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import type { ApiDeps } from '../deps.ts';

/** What routes do with what endpoints were told. */

/** A delivery's id says where it stands: its endpoint, the time of its fact, the fact. */
export function deliveryIdOf({ endpointId, atMs, factId }: NoticeId): string {
  return [endpointId, atMs, factId].join('.');
}

const DELIVERY_ID = /^([\w-]{1,64})\.(\d{1,15})\.([\w-]{1,64})$/;

/** @throws Problem `not-found`, also for what is another provider's */
export async function noticeOf(providerId: string, id: string, deps: ApiDeps): Promise<Notice> {
  const [, endpointId, atMs, factId] = DELIVERY_ID.exec(id) ?? [];
  const notice =
    endpointId === undefined || factId === undefined
      ? undefined
      : await readNotice(deps.table, { providerId, endpointId, atMs: Number(atMs), factId });
  if (notice !== undefined) return notice;
  throw new Problem(
    'not-found',
    'You have no such delivery. GET /v1/webhook-deliveries lists those of 30 days.',
  );
}

export function shownNotice(notice: Notice) {
  const { endpointId, factId, type, entryId, status, tries, last, nextAtMs, atMs } = notice;
  const nextTryAt = status === 'pending' ? toInstant(nextAtMs) : null;
  const at = toInstant(atMs);
  const deliveryId = deliveryIdOf(notice);
  return { deliveryId, endpointId, factId, type, entryId, at, status, tries, nextTryAt, last };
}

const RESENT_AT_ONCE = 100;
const WRITES_AT_ONCE = 8;

/** Should we die before the message is sent, `reconcile` finds the note after this. */
const NOTED_MS = 60_000;

/** Tells these again. @returns how many: not those that a worker is at in this moment */
export async function resendAll(all: readonly Notice[], deps: ApiDeps): Promise<number> {
  const { table, sqs, queues, now } = deps;
  const queue = new Queue<NoticeMessage>(sqs, queues.notices.url);
  let resent = 0;
  for (let at = 0; at < all.length; at += RESENT_AT_ONCE) {
    const some: Notice[] = [];
    const dueAtMs = now() + NOTED_MS;
    await mapLimit(all.slice(at, at + RESENT_AT_ONCE), WRITES_AT_ONCE, async (notice) => {
      await noteDue(table, notice, dueAtMs);
      if (await resendNotice(table, notice, now())) some.push(notice);
    });
    await sendNotices(queue, some);
    await mapLimit(some, WRITES_AT_ONCE, (notice) =>
      forgetDue(table, keys.noticeDue(dueAtMs, notice)),
    );
    resent += some.length;
  }
  return resent;
}

/** One request goes through so many. */
const MOST_LOOKED_AT = 1_000;

export interface Replay {
  readonly providerId: string;
  readonly endpointId: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly only: 'failed' | 'all';
}

/** The newest first. @returns how many, and up to when there are more: null for none */
export async function resendWindow(
  { only, fromMs, toMs, ...endpoint }: Replay,
  deps: ApiDeps,
): Promise<{ replayed: number; until: string | null }> {
  const found: Notice[] = [];
  let looked = 0;
  let lastMs: number | undefined;
  let until: string | null = null;
  for await (const { notice } of noticesBackwards(deps.table, endpoint, { fromMs, toMs })) {
    // All of one instant at once: the next request begins before it.
    if (looked >= MOST_LOOKED_AT && notice.atMs !== lastMs) {
      until = toInstant(notice.atMs);
      break;
    }
    looked += 1;
    lastMs = notice.atMs;
    if (only === 'all' || notice.status === 'failed') found.push(notice);
  }
  return { replayed: await resendAll(found, deps), until };
}
