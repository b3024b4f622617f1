import { handle } from 'hono/aws-lambda';
import { DEFAULT_POLICY } from '../../lib/attribution/policy.ts';
import { readEnvironment } from '../../lib/environment/environment.ts';
import { callable } from '../../lib/http/addresses.ts';
import { outgoing } from '../../lib/http/outgoing.ts';
import { CallBudgets } from '../../lib/integrations/kit/call-budget.ts';
import { LiveTokens } from '../../lib/integrations/kit/live-tokens.ts';
import { logLines } from '../../lib/log/log.ts';
import { queueClient } from '../../lib/queue/queue.ts';
import { bodyKeysAt } from '../../lib/secrets/body-keys.ts';
import { proofKeysAt } from '../../lib/secrets/proof-keys.ts';
import { CallLeases } from '../../lib/store/accounts/call-leases.ts';
import { PlatformTokens } from '../../lib/store/accounts/platform-tokens.ts';
import { databaseClient, Table } from '../../lib/store/table.ts';
import { apiApp } from './app.ts';
import { oidcOf } from './oidc.ts';
import { readPayer } from './payer.ts';
import { Remembered } from './remembered.ts';
import { RequestLimit } from './request-limit.ts';

const env = readEnvironment([
  'TABLE_NAME',
  'INTAKE_QUEUE_URL',
  'INTAKE_DLQ_URL',
  'ATTRIBUTION_QUEUE_URL',
  'ATTRIBUTION_DLQ_URL',
  'NOTICES_QUEUE_URL',
  'NOTICES_DLQ_URL',
  'OPERATOR_TOKEN_SHA256',
  'ACCESS_FRESH_SECONDS',
  'AUDIT_DAYS',
  'LOSS_ALARM_BP',
  'PAYER',
  'BODY_KEYS',
  'PROOF_KEYS',
  'REQUESTS_A_MINUTE',
]);

const table = new Table(databaseClient(), env.TABLE_NAME, bodyKeysAt(env.BODY_KEYS));
const log = logLines();

const oidc = oidcOf(process.env);

const deps = {
  ...(oidc !== undefined && { oidc }),
  table,
  sqs: queueClient(),
  queues: {
    intake: { url: env.INTAKE_QUEUE_URL, deadLetterUrl: env.INTAKE_DLQ_URL },
    attribution: { url: env.ATTRIBUTION_QUEUE_URL, deadLetterUrl: env.ATTRIBUTION_DLQ_URL },
    notices: { url: env.NOTICES_QUEUE_URL, deadLetterUrl: env.NOTICES_DLQ_URL },
  },
  operatorTokenHash: env.OPERATOR_TOKEN_SHA256,
  remembered: new Remembered({
    freshMs: Number(env.ACCESS_FRESH_SECONDS) * 1000,
    clockMs: () => performance.now(),
  }),
  requestLimit: new RequestLimit({
    most: Number(env.REQUESTS_A_MINUTE),
    clockMs: () => performance.now(),
  }),
  auditDays: Number(env.AUDIT_DAYS),
  proofKeys: proofKeysAt(env.PROOF_KEYS),
  policy: DEFAULT_POLICY,
  lossAlarmBp: Number(env.LOSS_ALARM_BP),
  payer: readPayer(env.PAYER),
  fetch: outgoing({ named: process.env.PRIVATE_ADDRESSES }),
  mayCall: callable(process.env.PRIVATE_ADDRESSES ?? ''),
  now: Date.now,
  tokens: new LiveTokens(new PlatformTokens(table), log),
  budgets: new CallBudgets(new CallLeases(table), Date.now),
  log,
};

// Deployed, the pages lie beside this bundle.
export const app = apiApp(deps, process.env.REFERENCE_DIRECTORY ?? import.meta.dirname);

export const handler = handle(app);
