import { handle } from 'hono/aws-lambda';
import { readEnvironment } from '../../lib/environment/environment.ts';
import { logLines } from '../../lib/log/log.ts';
import type { IntakeMessage } from '../../lib/queue/messages.ts';
import { Queue, queueClient } from '../../lib/queue/queue.ts';
import { readApp } from '../../lib/store/accounts/apps.ts';
import { databaseClient, Table } from '../../lib/store/table.ts';
import { ingestApp } from './app.ts';
import { rememberingApps } from './apps.ts';
import { lazyCallbackRecords } from './lazy-records.ts';

const env = readEnvironment(['TABLE_NAME', 'INTAKE_QUEUE_URL', 'APP_FRESH_SECONDS']);
const table = new Table(databaseClient(), env.TABLE_NAME);
const intake = new Queue<IntakeMessage>(queueClient(), env.INTAKE_QUEUE_URL);
const log = logLines();

export const app = ingestApp({
  findApp: rememberingApps(
    (integration, appKey) => readApp(table, integration, appKey),
    log,
    Number(env.APP_FRESH_SECONDS) * 1000,
  ),
  openCallbackRecords: (platform) => lazyCallbackRecords(table, platform, Date.now),
  sendToIntake: (message, delaySeconds, group) => intake.send(message, delaySeconds, group),
  now: Date.now,
  log,
});

export const handler = handle(app);
