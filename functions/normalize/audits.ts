import { mapLimit } from '../../lib/async/map-limit.ts';
import {
  decidedAtMs,
  isToBeNotified,
  lateMs,
  markNotified,
  putOffNotification,
  readRefund,
  type StoredRefund,
} from '../../lib/callbacks/refund-requests.ts';
import type { Budgets } from '../../lib/integrations/kit/call-budget.ts';
import type { Audit, Integration } from '../../lib/integrations/kit/integration.ts';
import type { LiveTokens } from '../../lib/integrations/kit/live-tokens.ts';
import { PlatformRequests, requestFields } from '../../lib/integrations/kit/platform-requests.ts';
import { findIntegration } from '../../lib/integrations/registry.ts';
import type { Fields } from '../../lib/log/fields.ts';
import type { Log } from '../../lib/log/log.ts';
import type { Received } from '../../lib/queue/batch.ts';
import {
  type AuditMessage,
  type IntakeMessage,
  MESSAGE_VERSION,
} from '../../lib/queue/messages.ts';
import { MAX_DELAY_SECONDS, type Queue } from '../../lib/queue/queue.ts';
import { readApp } from '../../lib/store/accounts/parties.ts';
import type { Table } from '../../lib/store/table.ts';

export interface AuditDeps {
  readonly table: Table;
  readonly intake: Queue<IntakeMessage>;
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => number;
  readonly tokens: LiveTokens;
  readonly budgets: Budgets;
  readonly log: Log;
  /** The registry's when absent. */
  readonly integrationOf?: (name: string) => Pick<Integration, 'auditRefund'> | undefined;
}

const TOLD_AT_ONCE = 8;

/** Well within the function's time-out: what is not reported by then waits for its next turn. */
const TELLING_MS = 12_000;

/** The first wait, doubled each time up to what SQS can delay. */
const FIRST_WAIT_SECONDS = 15;

/** A platform that did not take a decision in this time will not. */
const GIVE_UP_MS = 30 * 86_400_000;

/** A message that comes this long before its time is a repetition of one that was put off. */
const EARLY_MS = 5_000;

/**
 * Reports to platforms how refund requests were decided. The request's item says whether it must still be
 * reported and when: messages may come twice, or get lost and be sent again by `reconcile`.
 */
export async function notifyDecisions(
  received: readonly Received<AuditMessage>[],
  deps: AuditDeps,
): Promise<void> {
  const deadlineMs = deps.now() + TELLING_MS;
  await mapLimit(received, TOLD_AT_ONCE, async ({ message, fail }) => {
    try {
      await notifyDecision(message, deadlineMs, deps);
    } catch (error) {
      fail(error);
    }
  });
}

async function notifyDecision(
  { platform, refundId }: AuditMessage,
  deadlineMs: number,
  deps: AuditDeps,
): Promise<void> {
  const { table, now, log } = deps;
  const request = await readRefund(table, platform, refundId);
  if (request === undefined || !isToBeNotified(request)) return;
  if (lateMs(request, now()) < -EARLY_MS) return;
  const requests = new PlatformRequests();
  const audit = await sendDecision(request, { deadlineMs, requests }, deps);
  const where = { platform, integration: request.integration, ...requestFields(requests) };
  switch (audit.outcome) {
    case 'notified':
      await markNotified(table, request, null, now());
      return log('info', 'refund-decision-sent', where);
    case 'refused':
      await markNotified(table, request, audit.why, now());
      return log('error', 'refund-decision-refused', { ...where, why: audit.why });
    case 'wait':
      return putOff(request, audit, where, deps);
    default:
      return audit satisfies never;
  }
}

/** @throws when the app or its integration is gone: that is ours to mend, and the message is kept */
async function sendDecision(
  request: StoredRefund,
  { deadlineMs, requests }: { readonly deadlineMs: number; readonly requests: PlatformRequests },
  deps: AuditDeps,
): Promise<Audit> {
  const { table, fetch, now, tokens, budgets } = deps;
  const { integration: name, appKey } = request;
  const integration = (deps.integrationOf ?? findIntegration)(name);
  if (integration === undefined) throw new Error(`no integration ${name} here`);
  // Its platform takes no such call: the decision is in the answer to its next callback.
  if (integration.auditRefund === undefined) return { outcome: 'notified' };
  if (now() >= deadlineMs) return { outcome: 'wait', why: 'there was no time to report it' };
  const app = await readApp(table, name, appKey);
  if (app === undefined) throw new Error('the app of this request is not registered any more');
  const calls = budgets.of(app, 'hints');
  return integration.auditRefund(request, { app, fetch, now, tokens, calls, requests });
}

/** The item says that the report waits; the message, that its time has come. */
async function putOff(
  request: StoredRefund,
  { why, retryAfterMs = 0 }: Extract<Audit, { outcome: 'wait' }>,
  where: Fields,
  { table, intake, now, log }: AuditDeps,
): Promise<void> {
  const { platform, refundId, notifications } = request;
  if (now() - decidedAtMs(request) > GIVE_UP_MS) {
    await markNotified(table, request, `given up after 30 days: ${why}`, now());
    return log('error', 'refund-decision-given-up', { ...where, why });
  }
  const backoff = FIRST_WAIT_SECONDS * 2 ** Math.min(notifications, 10);
  const seconds = Math.min(Math.max(backoff, Math.ceil(retryAfterMs / 1000)), MAX_DELAY_SECONDS);
  // Another worker put it off already: one message a request is enough.
  if (!(await putOffNotification(table, request, now() + seconds * 1000))) return;
  await intake.send({ type: 'audit', v: MESSAGE_VERSION, platform, refundId }, seconds);
  log('warn', 'refund-decision-waits', {
    ...where,
    notifications: notifications + 1,
    seconds,
    why,
  });
}
