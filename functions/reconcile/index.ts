import { readEnvironment } from '../../lib/environment/environment.ts';
import { logLines } from '../../lib/log/log.ts';
import type { AttributionMessage, IntakeMessage } from '../../lib/queue/messages.ts';
import { Queue, queueClient } from '../../lib/queue/queue.ts';
import { databaseClient, Table } from '../../lib/store/table.ts';
import { reconcile } from './reconcile.ts';

const env = readEnvironment([
  'TABLE_NAME',
  'INTAKE_QUEUE_URL',
  'ATTRIBUTION_QUEUE_URL',
  'SILENT_AFTER_MINUTES',
]);

const deps = {
  table: new Table(databaseClient(), env.TABLE_NAME),
  intake: new Queue<IntakeMessage>(queueClient(), env.INTAKE_QUEUE_URL),
  attribution: new Queue<AttributionMessage>(queueClient(), env.ATTRIBUTION_QUEUE_URL),
  silentAfterMinutes: Number(env.SILENT_AFTER_MINUTES),
  now: Date.now,
  log: logLines(),
};

export const handler = () => reconcile(deps);
