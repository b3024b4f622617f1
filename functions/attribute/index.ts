import { DEFAULT_POLICY } from '../../lib/attribution/policy.ts';
import { readEnvironment } from '../../lib/environment/environment.ts';
import { logLines } from '../../lib/log/log.ts';
import { processBatch, type SqsEvent } from '../../lib/queue/batch.ts';
import { type AttributionMessage, attributionMessageSchema } from '../../lib/queue/messages.ts';
import { Queue, queueClient } from '../../lib/queue/queue.ts';
import { databaseClient, Table } from '../../lib/store/table.ts';
import { attributeBatch } from './attribute.ts';
import type { AttributeDeps } from './deps.ts';

const env = readEnvironment([
  'TABLE_NAME',
  'ATTRIBUTION_QUEUE_URL',
  'ROLLUP_DELAY_SECONDS',
  'DIMENSIONS_DELAY_SECONDS',
]);

const deps: AttributeDeps = {
  table: new Table(databaseClient(), env.TABLE_NAME),
  attribution: new Queue<AttributionMessage>(queueClient(), env.ATTRIBUTION_QUEUE_URL),
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
