import { readEnvironment } from '../../lib/environment/environment.ts';
import { outgoing } from '../../lib/http/outgoing.ts';
import { CallBudgets } from '../../lib/integrations/kit/call-budget.ts';
import { LiveTokens } from '../../lib/integrations/kit/live-tokens.ts';
import { findIntegration } from '../../lib/integrations/registry.ts';
import { logLines } from '../../lib/log/log.ts';
import type { AttributionMessage, IntakeMessage } from '../../lib/queue/messages.ts';
import type { NoticeMessage } from '../../lib/queue/notice-messages.ts';
import { Queue, queueClient } from '../../lib/queue/queue.ts';
import { reconcileRecords } from '../../lib/reconciliation/run.ts';
import { CallLeases } from '../../lib/store/accounts/call-leases.ts';
import { PlatformTokens } from '../../lib/store/accounts/platform-tokens.ts';
import { buyerKeyReader } from '../../lib/store/privacy/buyer-key.ts';
import { databaseClient, Table } from '../../lib/store/table.ts';
import { reconcile } from './reconcile.ts';

const env = readEnvironment([
  'TABLE_NAME',
  'INTAKE_QUEUE_URL',
  'ATTRIBUTION_QUEUE_URL',
  'NOTICES_QUEUE_URL',
  'SILENT_AFTER_MINUTES',
  'LOSS_ALARM_BP',
  'RECORDS_SECONDS',
]);

const table = new Table(databaseClient(), env.TABLE_NAME);
const sqs = queueClient();
const log = logLines();

const deps = {
  table,
  intake: new Queue<IntakeMessage>(sqs, env.INTAKE_QUEUE_URL),
  attribution: new Queue<AttributionMessage>(sqs, env.ATTRIBUTION_QUEUE_URL),
  notices: new Queue<NoticeMessage>(sqs, env.NOTICES_QUEUE_URL),
  silentAfterMinutes: Number(env.SILENT_AFTER_MINUTES),
  lossAlarmBp: Number(env.LOSS_ALARM_BP),
  notifies: (name: string) => findIntegration(name)?.redemptionsUnnotified !== true,
  now: Date.now,
  log,
};

const recordsDeps = {
  ...deps,
  fetch: outgoing({ named: process.env.PRIVATE_ADDRESSES }),
  tokens: new LiveTokens(new PlatformTokens(table), log),
  budgets: new CallBudgets(new CallLeases(table), Date.now),
  random: Math.random,
  buyerKey: buyerKeyReader(table),
  find: findIntegration,
};

/** What waits goes before the platforms' records, which take all the time that is left. */
export const handler = async () => {
  const swept = await reconcile(deps);
  const deadlineMs = Date.now() + Number(env.RECORDS_SECONDS) * 1000;
  return { ...swept, records: await reconcileRecords(deadlineMs, recordsDeps) };
};
