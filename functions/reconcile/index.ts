import { readEnvironment } from '../../lib/environment/environment.ts';
import { logLines } from '../../lib/log/log.ts';
import type { AttributionMessage, IntakeMessage } from '../../lib/queue/messages.ts';
import { Queue, queueClient } from '../../lib/queue/queue.ts';
import { databaseClient, Table } from '../../lib/store/table.ts';
import { resumeJobs } from './restatements.ts';
import { countSilentApps } from './silent.ts';
import { type SweepDeps, sweepHints } from './sweep.ts';
import { sweepAudits } from './sweep-audits.ts';
import { sweepBehind, sweepUnfinished } from './sweep-unfinished.ts';

const env = readEnvironment([
  'TABLE_NAME',
  'INTAKE_QUEUE_URL',
  'ATTRIBUTION_QUEUE_URL',
  'SILENT_AFTER_MINUTES',
]);

const deps: SweepDeps = {
  table: new Table(databaseClient(), env.TABLE_NAME),
  intake: new Queue<IntakeMessage>(queueClient(), env.INTAKE_QUEUE_URL),
  now: Date.now,
  log: logLines(),
};

const silentAfterMinutes = Number(env.SILENT_AFTER_MINUTES);
const attribution = new Queue<AttributionMessage>(queueClient(), env.ATTRIBUTION_QUEUE_URL);

export const handler = async () => ({
  hints: await sweepHints(deps),
  audits: await sweepAudits(deps),
  jobs: await resumeJobs({ ...deps, attribution }),
  unfinished: await sweepUnfinished({ ...deps, attribution }),
  behind: await sweepBehind({ ...deps, attribution }),
  silent: await countSilentApps({ ...deps, silentAfterMinutes }),
});
