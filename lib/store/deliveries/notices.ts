import * as z from 'zod';
import { idSchema } from '../../events/id.ts';
import {
  type Key,
  keys,
  noticesDuePartition,
  noticesPartition,
  noticeTime,
  SHARDS,
} from '../keys.ts';
import type { Item, Table } from '../table.ts';

/**
 * What a provider's endpoints are told: one item for each endpoint and fact, with what came of it. Its key is made of
 * the fact, so a fact that is noted twice is one item. Kept for 30 days.
 */

export const NOTICE_STATES = ['pending', 'delivered', 'failed'] as const;

const lastTrySchema = z.object({
  at: z.string(),
  /** Null: it was taken. */
  failure: z.string().nullable(),
  status: z.int().nullable(),
  answer: z.string(),
  ms: z.number(),
});

export const noticeSchema = z.object({
  providerId: idSchema,
  endpointId: z.string(),
  factId: z.string(),
  /** When the fact was written, in epoch ms. */
  atMs: z.int(),
  type: z.string(),
  /** The entry that it is of, by its id outside. */
  entryId: z.string(),
  status: z.enum(NOTICE_STATES),
  /** Tries that were begun: whoever ends one knows by it that nobody began another. */
  tries: z.int(),
  /** Tries that failed since it was made, or sent again by hand. */
  failures: z.int(),
  /** Nobody tries before: it waits, or a worker is at it. Epoch ms. */
  nextAtMs: z.int(),
  last: lastTrySchema.nullable(),
});
export type Notice = z.infer<typeof noticeSchema>;

export type NoticeId = Pick<Notice, 'providerId' | 'endpointId' | 'atMs' | 'factId'>;

const KEPT_SECONDS = 30 * 86_400;

const expiresAt = (nowMs: number) => Math.floor(nowMs / 1000) + KEPT_SECONDS;

/** @returns false when it is noted already */
export async function makeNotice(
  table: Table,
  notice: NoticeId & Pick<Notice, 'type' | 'entryId'>,
  nowMs: number,
): Promise<boolean> {
  const begun = { status: 'pending', tries: 0, failures: 0, nextAtMs: nowMs, last: null } as const;
  return table.put(keys.notice(notice), { ...notice, ...begun, expiresAt: expiresAt(nowMs) });
}

export async function readNotice(table: Table, id: NoticeId): Promise<Notice | undefined> {
  const item = await table.get(keys.notice(id));
  return item === undefined ? undefined : noticeSchema.parse(item);
}

/**
 * Of workers that have one notice at once, one begins.
 * @param untilMs when another may take it for dead
 */
export async function beginTry(table: Table, notice: Notice, untilMs: number): Promise<boolean> {
  return setIf(table, notice, { tries: notice.tries + 1, nextAtMs: untilMs });
}

/** What came of it, unless somebody began another try, or sent it again by hand. */
export async function endTry(
  table: Table,
  notice: Notice,
  outcome: Pick<Notice, 'status' | 'failures' | 'nextAtMs' | 'last'>,
): Promise<boolean> {
  return setIf(table, notice, outcome);
}

/** Tells it again, whatever came of it. @returns false where somebody else changed it just now */
export async function resendNotice(table: Table, notice: Notice, nowMs: number): Promise<boolean> {
  const again = { status: 'pending', failures: 0, nextAtMs: nowMs, tries: notice.tries + 1 };
  return setIf(table, notice, { ...again, expiresAt: expiresAt(nowMs) });
}

function setIf(table: Table, notice: Notice, fields: Record<string, unknown>): Promise<boolean> {
  return table.set(keys.notice(notice), fields, {
    expression: 'tries = :known',
    values: { ':known': notice.tries },
  });
}

/** By the times of their facts, both ends included. */
export interface NoticeWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

interface Found {
  readonly notice: Notice;
  readonly sk: string;
}

/** Several endpoints', the newest first. @param after only those that come after this one */
export async function* noticesOfAll(
  table: Table,
  endpoints: readonly Pick<Notice, 'providerId' | 'endpointId'>[],
  window: NoticeWindow,
  after?: { readonly sk: string; readonly endpointId: string },
): AsyncGenerator<Found> {
  const ordered = endpoints.toSorted((a, b) => (a.endpointId < b.endpointId ? -1 : 1));
  const lists = ordered.map((endpoint) => {
    // What has the same sort key at an endpoint behind comes yet.
    const isBehind = after !== undefined && endpoint.endpointId > after.endpointId;
    return noticesBackwards(table, endpoint, window, isBehind ? `${after.sk}\0` : after?.sk);
  });
  const heads = await Promise.all(lists.map((list) => list.next()));
  for (;;) {
    let first = -1;
    for (const [index, { value, done }] of heads.entries()) {
      if (done === true) continue;
      const best = first < 0 ? undefined : heads[first]?.value;
      if (best === undefined || value.sk > best.sk) first = index;
    }
    const [list, head] = [lists[first], heads[first]];
    if (list === undefined || head === undefined || head.done === true) return;
    yield head.value;
    heads[first] = await list.next();
  }
}

/** An endpoint's, the newest first. @param before only those before this sort key */
export async function* noticesBackwards(
  table: Table,
  endpoint: Pick<Notice, 'providerId' | 'endpointId'>,
  { fromMs, toMs }: NoticeWindow,
  before?: string,
): AsyncGenerator<Found> {
  const end = `${noticeTime(toMs)}$`;
  const between = [
    noticeTime(fromMs),
    before !== undefined && before < end ? before : end,
  ] as const;
  if (between[1] < between[0]) return;
  const options = { between, backwards: true, consistent: false };
  for await (const item of table.query(noticesPartition(endpoint), options)) {
    if (item.sk !== before) yield { notice: noticeSchema.parse(item), sk: item.sk };
  }
}

const dueSchema = noticeSchema.pick({
  providerId: true,
  endpointId: true,
  atMs: true,
  factId: true,
});

/** To be told again at a time that no message waits for. Written before the notice says so itself. */
export async function noteDue(table: Table, id: NoticeId, dueAtMs: number): Promise<void> {
  await table.put(keys.noticeDue(dueAtMs, id), {
    ...dueSchema.parse(id),
    expiresAt: expiresAt(dueAtMs),
  });
}

/** Those whose time has come. */
export async function* dueNotices(
  table: Table,
  nowMs: number,
): AsyncGenerator<{ id: NoticeId; item: Item }> {
  for (const shard of SHARDS) {
    const between = ['', `${noticeTime(nowMs)}$`] as const;
    for await (const item of table.query(noticesDuePartition(shard), { between })) {
      yield { id: dueSchema.parse(item), item };
    }
  }
}

/** Its message is sent. */
export async function forgetDue(table: Table, { pk, sk }: Key): Promise<void> {
  await table.delete({ pk, sk });
}
