import { DEFAULT_POLICY } from '../../lib/attribution/policy.ts';
import { readEnvironment } from '../../lib/environment/environment.ts';
import { logLines } from '../../lib/log/log.ts';
import { NoticeRequests } from '../../lib/notices/requests.ts';
import { processBatch, type SqsEvent } from '../../lib/queue/batch.ts';
import { type AttributionMessage, attributionMessageSchema } from '../../lib/queue/messages.ts';
import { Queue, queueClient } from '../../lib/queue/queue.ts';
import { databaseClient, Table } from '../../lib/store/table.ts';
import { attributeBatch } from './attribute.ts';
import type { AttributeDeps } from './deps.ts';

const env = readEnvironment([
  'TABLE_NAME',
  'ATTRIBUTION_QUEUE_URL',
  'NOTICES_QUEUE_URL',
  'ROLLUP_DELAY_SECONDS',
  'DIMENSIONS_DELAY_SECONDS',
]);

const table = new Table(databaseClient(), env.TABLE_NAME);
const sqs = queueClient();

const deps: AttributeDeps = {
  table,
  attribution: new Queue<AttributionMessage>(sqs, env.ATTRIBUTION_QUEUE_URL),
  notices: new NoticeRequests(table, new Queue(sqs, env.NOTICES_QUEUE_URL), Date.now),
  policy: DEFAULT_POLICY,
  rollupDelaySeconds: Number(env.ROLLUP_DELAY_SECONDS),
  dimensionsDelaySeconds: Number(env.DIMENSIONS_DELAY_SECONDS),
  now: Date.now,
  log: logLines(),
};

export const handler = (event: SqsEvent) =>
  processBatch(
    event,
    (value) => attributionMessageSchema.parse(value),
    (all) => attributeBatch(all, deps),
    deps.log,
  );
