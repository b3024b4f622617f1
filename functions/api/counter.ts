import { fingerprint } from '../../lib/crypto/hash.ts';
import { Problem } from '../../lib/errors/problem.ts';
import type { EventDraft, EventOf } from '../../lib/events/event.ts';
import type { App } from '../../lib/integrations/app.ts';
import type {
  CounterContext,
  CounterOutcome,
  RedeemCommand,
  ReverseCommand,
} from '../../lib/integrations/counter.ts';
import type { Integration } from '../../lib/integrations/integration.ts';
import { findIntegration, integrationNames } from '../../lib/integrations/registry.ts';
import { errorFields } from '../../lib/log/log.ts';
import { type IntakeMessage, MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import { Queue } from '../../lib/queue/queue.ts';
import { buyerKey, withoutBuyer } from '../../lib/store/buyer-key.ts';
import { beginCounter, type CounterRequest } from '../../lib/store/counter.ts';
import { readEvents } from '../../lib/store/events.ts';
import { readApp, readStore, storesOfMerchant } from '../../lib/store/registry.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import type { ApiDeps } from './deps.ts';

/** One act at the counter, as it was asked for. */
export type AskedAct = { readonly integration: string; readonly appKey: string } & (
  | { readonly verb: 'redeem'; readonly command: RedeemCommand }
  | { readonly verb: 'reverse'; readonly command: ReverseCommand }
);

/** What the till is told, and again when it asks again. */
export type CounterAnswer = Pick<Done, 'acts' | 'notDone' | 'unread'>;

type Done = Extract<CounterOutcome, { outcome: 'done' }>;

/** Well within the function's time-out, with time left to record what was done. */
const WITHIN_MS = 11_000;

/** One process of several that call: the others and the workers want their turns too. */
const RATE_SHARE = 0.25;

const EARLIER = 'an earlier try of this request may have done it, so look it up at the platform';

/** Where the platform did not say when. */
const RETRY_AFTER_MS = 2_000;

/**
 * Has the platform do it, and the pipeline know it, in the order that makes every crash harmless: the
 * request is kept, then the platform called, then its answer kept, the facts sent, and the request done. What
 * is repeated is repeated with the platform's own idempotency, and comes to the same events.
 * @throws Problem
 */
export async function performAct(asked: AskedAct, deps: ApiDeps): Promise<CounterAnswer> {
  const integration = requireIntegration(asked.integration);
  const app = await requireApp(asked, deps);
  const { command, verb } = asked;
  const name = { integration: app.integration, appKey: app.appKey, verb };
  const secret = { key: await buyerKey(deps.table), asked: JSON.stringify([verb, command]) };
  const { requestId } = command;
  const request = await beginCounter(deps.table, { ...name, requestId }, secret, deps.now());
  if (request === undefined) {
    const detail = 'This requestId was used for another request. Use a new one for a new act.';
    throw new Problem('request-reused', detail);
  }
  const before = request.ending;
  if (before?.status === 'refused') throw refusal(String(before.answer), asked);
  if (before?.status === 'done') return before.answer as CounterAnswer;
  const done =
    (request.told as Done | undefined) ?? (await call(integration, app, asked, request, deps));
  await sendFacts(done, asked, deps);
  const { acts, notDone, unread } = done;
  const answer = { acts, ...(notDone && { notDone }), ...(unread && { unread }) };
  await request.finish('done', answer);
  return answer;
}

/** Calls the platform, and keeps what it answered. @throws Problem for everything but a success */
async function call(
  integration: Integration,
  app: App,
  asked: AskedAct,
  request: CounterRequest,
  deps: ApiDeps,
): Promise<Done> {
  const outcome = await act(integration, asked, contextOf(app, integration, request, deps));
  if (outcome.outcome === 'refused' && request.isFirst)
    await request.finish('refused', outcome.why);
  const { events, ...done } = requireDone(outcome, asked, request.isFirst);
  const key = () => buyerKey(deps.table);
  const anonymous: EventDraft[] = [];
  for (const event of events) anonymous.push(await withoutBuyer(event, integration.name, key));
  const told = { ...done, events: anonymous };
  await request.keepTold(told);
  return told;
}

function requireIntegration(name: string): Integration {
  const integration = findIntegration(name);
  if (integration !== undefined) return integration;
  throw new Problem('integration-unknown', `Use one of: ${integrationNames().join(', ')}.`);
}

async function requireApp({ integration, appKey }: AskedAct, deps: ApiDeps): Promise<App> {
  const app = await readApp(deps.table, integration, appKey);
  if (app !== undefined) return app;
  const detail = 'No such app is registered: PUT /v1/apps/{integration}/{appKey} first.';
  throw new Problem('not-found', detail);
}

async function act(
  integration: Integration,
  asked: AskedAct,
  context: CounterContext,
): Promise<CounterOutcome> {
  const doIt =
    asked.verb === 'redeem'
      ? integration.redeem?.(asked.command, context)
      : integration.reverse?.(asked.command, context);
  return doIt ?? { outcome: 'refused', why: `${integration.name} has no known call for this` };
}

/** @throws Problem for everything but a success */
function requireDone(outcome: CounterOutcome, asked: AskedAct, isFirst: boolean): Done {
  switch (outcome.outcome) {
    case 'done':
      return outcome;
    case 'refused':
      // Of what was tried before nobody knows: not every platform can be asked whether it did it.
      throw refusal(isFirst ? outcome.why : `${outcome.why}; ${EARLIER}`, asked);
    case 'unavailable': {
      const detail = `${outcome.why}. Repeat the request with the same requestId.`;
      const retryAfterMs = outcome.retryAfterMs ?? RETRY_AFTER_MS;
      throw new Problem('platform-unavailable', detail, { retryAfterMs });
    }
    default:
      return outcome satisfies never;
  }
}

function refusal(why: string, { verb }: AskedAct): Problem {
  return new Problem('platform-refused', `To ${verb} was refused: ${why}.`);
}

/** @throws Problem `act-unrecorded` */
async function sendFacts(
  { events }: Done,
  { integration, appKey, verb, command }: AskedAct,
  deps: ApiDeps,
): Promise<void> {
  if (events.length === 0) return;
  const intake = new Queue<IntakeMessage>(deps.sqs, deps.queues.intake.url);
  try {
    await intake.send({
      ...{ type: 'facts', v: MESSAGE_VERSION, integration, appKey },
      events: [...events],
      deliveryId: fingerprint(integration, appKey, 'counter', command.requestId, verb),
      receivedAt: toInstant(deps.now()),
    });
  } catch (cause) {
    deps.log('error', 'act-unrecorded', { integration, verb, ...errorFields(cause) });
    const done = verb === 'redeem' ? 'redeemed' : 'reversed';
    const detail = `It was ${done} at the platform. Repeat the request with the same requestId, so that it is recorded.`;
    throw new Problem('act-unrecorded', detail, { cause, retryAfterMs: RETRY_AFTER_MS });
  }
}

function contextOf(
  app: App,
  { platform }: Integration,
  request: CounterRequest,
  { table, fetch, now, tokens }: ApiDeps,
): CounterContext {
  const history = (of: 'voucher' | 'order') => (id: string) =>
    readEvents(table, { of, platform, id });
  return {
    ...{ app, fetch, now, tokens, deadlineMs: now() + WITHIN_MS, rateShare: RATE_SHARE },
    startedAtMs: request.startedAtMs,
    notes: request.notes,
    note: (notes) => request.note(notes),
    history: history('voucher'),
    payment: async (orderId) =>
      (await history('order')(orderId)).find(
        (event): event is EventOf<'order.paid'> => event.kind === 'order.paid',
      ),
    isKnownStore: async (storeId) => (await readStore(table, platform, storeId)) !== undefined,
    storesOf: async (merchantId) =>
      (await storesOfMerchant(table, platform, merchantId)).map((store) => store.storeId),
  };
}
