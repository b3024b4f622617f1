import { readEnvironment } from '../../lib/environment/environment.ts';
import { logLines } from '../../lib/log/log.ts';
import type { IntakeMessage } from '../../lib/queue/messages.ts';
import { Queue, queueClient } from '../../lib/queue/queue.ts';
import { databaseClient, Table } from '../../lib/store/table.ts';
import { type SweepDeps, sweepHints } from './sweep.ts';

const env = readEnvironment(['TABLE_NAME', 'INTAKE_QUEUE_URL']);

const deps: SweepDeps = {
  table: new Table(databaseClient(), env.TABLE_NAME),
  intake: new Queue<IntakeMessage>(queueClient(), env.INTAKE_QUEUE_URL),
  now: Date.now,
  log: logLines(),
};

export const handler = () => sweepHints(deps);
