import { Breakers } from '../../lib/async/breakers.ts';
import { readEnvironment } from '../../lib/environment/environment.ts';
import { outgoing } from '../../lib/http/outgoing.ts';
import { logLines } from '../../lib/log/log.ts';
import { processBatch, type SqsEvent } from '../../lib/queue/batch.ts';
import { type NoticeMessage, noticeMessageSchema } from '../../lib/queue/notice-messages.ts';
import { Queue, queueClient } from '../../lib/queue/queue.ts';
import { databaseClient, Table } from '../../lib/store/table.ts';
import type { NotifyDeps } from './deps.ts';
import { notifyBatch } from './notify.ts';

const env = readEnvironment(['TABLE_NAME', 'NOTICES_QUEUE_URL']);

const deps: NotifyDeps = {
  table: new Table(databaseClient(), env.TABLE_NAME),
  notices: new Queue<NoticeMessage>(queueClient(), env.NOTICES_QUEUE_URL),
  breakers: new Breakers(),
  fetch: outgoing({ named: process.env.PRIVATE_ADDRESSES }),
  now: Date.now,
  log: logLines(),
};

export const handler = (event: SqsEvent) =>
  processBatch(
    event,
    (value) => noticeMessageSchema.parse(value),
    (all) => notifyBatch(all, deps),
    deps.log,
  );
