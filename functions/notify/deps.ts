import type { Breakers } from '../../lib/async/breakers.ts';
import type { Log } from '../../lib/log/log.ts';
import type { Sender } from '../../lib/notices/send.ts';
import type { NoticeMessage } from '../../lib/queue/notice-messages.ts';
import type { Queue } from '../../lib/queue/queue.ts';
import type { Table } from '../../lib/store/table.ts';

export interface NotifyDeps extends Sender {
  readonly table: Table;
  readonly notices: Queue<NoticeMessage>;
  /** Of endpoints that do not answer, by their ids. */
  readonly breakers: Breakers;
  readonly log: Log;
}

export type MessageOf<T extends NoticeMessage['type']> = Extract<NoticeMessage, { type: T }>;
