import { mapLimit } from '../../lib/async/map-limit.ts';
import type { Log } from '../../lib/log/log.ts';
import { type NoticeMessage, sendNotices } from '../../lib/queue/notice-messages.ts';
import type { Queue } from '../../lib/queue/queue.ts';
import { dueNotices, forgetDue, type NoticeId } from '../../lib/store/deliveries/notices.ts';
import type { Item, Table } from '../../lib/store/table.ts';

export interface NoticeSweepDeps {
  readonly table: Table;
  readonly notices: Queue<NoticeMessage>;
  readonly now: () => number;
  readonly log: Log;
}

/** In one sweep; the next is minutes away. */
const MAX_SENT = 5_000;

const SENT_AT_ONCE = 100;
const AT_ONCE = 16;

/**
 * Sends the notices whose time has come to be told again: what was not taken waits in the table for hours.
 * @returns how many were sent
 */
export async function sweepNotices(deps: NoticeSweepDeps): Promise<number> {
  let some: Due[] = [];
  let sent = 0;
  for await (const due of dueNotices(deps.table, deps.now())) {
    some.push(due);
    if (some.length === SENT_AT_ONCE) {
      sent += await sendSome(some, deps);
      some = [];
    }
    if (sent >= MAX_SENT) break;
  }
  sent += await sendSome(some, deps);
  if (sent > 0) deps.log('info', 'notices-swept', { sent });
  return sent;
}

interface Due {
  readonly id: NoticeId;
  readonly item: Item;
}

/** Sent first: dying here sends them again, and what is told already is not told anew. */
async function sendSome(some: readonly Due[], { table, notices }: NoticeSweepDeps) {
  await sendNotices(
    notices,
    some.map(({ id }) => id),
  );
  await mapLimit(some, AT_ONCE, ({ item }) => forgetDue(table, item));
  return some.length;
}
