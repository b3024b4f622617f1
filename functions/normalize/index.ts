import { Breakers } from '../../lib/async/breakers.ts';
import { readEnvironment } from '../../lib/environment/environment.ts';
import { outgoing } from '../../lib/http/outgoing.ts';
import { CallBudgets } from '../../lib/integrations/kit/call-budget.ts';
import { LiveTokens } from '../../lib/integrations/kit/live-tokens.ts';
import { errorFields, logLines } from '../../lib/log/log.ts';
import { processBatch, type Received, type SqsEvent } from '../../lib/queue/batch.ts';
import {
  type AttributionMessage,
  type IntakeMessage,
  intakeMessageSchema,
} from '../../lib/queue/messages.ts';
import { Queue, queueClient } from '../../lib/queue/queue.ts';
import { bodyKeysAt } from '../../lib/secrets/body-keys.ts';
import { CallLeases } from '../../lib/store/accounts/call-leases.ts';
import { AppsHeard } from '../../lib/store/accounts/heard.ts';
import { PlatformTokens } from '../../lib/store/accounts/platform-tokens.ts';
import { buyerKeyReader } from '../../lib/store/privacy/buyer-key.ts';
import { databaseClient, Table } from '../../lib/store/table.ts';
import { RememberedApps } from './apps.ts';
import { ChannelMaps } from './channels.ts';
import { type NormalizeDeps, normalize } from './normalize.ts';

const env = readEnvironment([
  'TABLE_NAME',
  'INTAKE_QUEUE_URL',
  'ATTRIBUTION_QUEUE_URL',
  'CHANGED_DELAY_SECONDS',
  'APP_FRESH_SECONDS',
  'BODY_KEYS',
  'BODY_DAYS',
]);
const sqs = queueClient();
const table = new Table(databaseClient(), env.TABLE_NAME, bodyKeysAt(env.BODY_KEYS));
const log = logLines();

const deps: NormalizeDeps = {
  table,
  intake: new Queue<IntakeMessage>(sqs, env.INTAKE_QUEUE_URL),
  attribution: new Queue<AttributionMessage>(sqs, env.ATTRIBUTION_QUEUE_URL),
  fetch: outgoing({ named: process.env.PRIVATE_ADDRESSES }),
  now: Date.now,
  tokens: new LiveTokens(new PlatformTokens(table), log),
  budgets: new CallBudgets(new CallLeases(table), Date.now),
  bodyDays: Number(env.BODY_DAYS),
  changedDelaySeconds: Number(env.CHANGED_DELAY_SECONDS),
  breakers: new Breakers(),
  apps: new RememberedApps(Number(env.APP_FRESH_SECONDS) * 1_000, Date.now),
  channelMaps: new ChannelMaps(Number(env.APP_FRESH_SECONDS) * 1_000, Date.now),
  buyerKey: buyerKeyReader(table),
  log,
};

const heard = new AppsHeard(table);

/** That an app is heard is worth a line when it cannot be kept, and no repetition of its deliveries. */
async function hear(all: readonly Received<IntakeMessage>[]): Promise<void> {
  try {
    await heard.hear(
      all.flatMap(({ message }) => (message.type === 'delivery' && !message.again ? message : [])),
      Date.now(),
    );
  } catch (error) {
    log('warn', 'apps-not-heard', errorFields(error));
  }
}

export const handler = (event: SqsEvent) =>
  processBatch(
    event,
    (value) => intakeMessageSchema.parse(value),
    async (all) => {
      await Promise.all([normalize(all, deps), hear(all)]);
    },
    deps.log,
  );
