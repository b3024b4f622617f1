import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../../lib/errors/problem.ts';
import type { App } from '../../lib/integrations/kit/app.ts';
import type { Integration } from '../../lib/integrations/kit/integration.ts';
import {
  PlatformRequests,
  requestedBy,
  requestFields,
  withRequestId,
} from '../../lib/integrations/kit/platform-requests.ts';
import type { TillContext, TillOutcome } from '../../lib/integrations/kit/till.ts';
import { findIntegration, integrationNames } from '../../lib/integrations/registry.ts';
import { readApp } from '../../lib/store/accounts/parties.ts';
import {
  beginTill,
  hasBegun,
  Superseded,
  type TillRequest,
} from '../../lib/store/deliveries/till-requests.ts';
import { buyerKey } from '../../lib/store/privacy/buyer-key.ts';
import { requireInUse } from './archived.ts';
import type { ApiDeps } from './deps.ts';
import { tooOld } from './prepare-id.ts';
import { contextOf } from './till-context.ts';
import { type ActRequest, type Done, keepActs, sendFacts, withoutBuyers } from './till-facts.ts';
import { requireTillStore } from './till-store.ts';

/** The answer to the till, and again to its repetition. */
export type TillAnswer = Pick<Done, 'acts' | 'notDone' | 'unread'>;

/** Well within the function's time-out, with time left to record what was done. */
const WITHIN_MS = 11_000;

/** Longer than a worker can ask the platform: whoever still has the request then, has died. */
const HELD_MS = 15_000;

/** How long a press of a request waits for another one's answer, and how often it looks. */
const WAITS_MS = [25, 50, 100, 200, 400, 400, 800, 800, 800, 800, 800, 800] as const;

/** Where the platform did not say when. */
const RETRY_AFTER_MS = 2_000;

const OTHER_REQUEST = 'the platform shows it as done, and by another request';

const PRICED_OTHER = `${OTHER_REQUEST}; its amounts were not known, and are this request’s from now on`;

const OTHER_PRESS = 'Another press of this request is asking the platform whether it went through';

/**
 * Has the platform do it, and the pipeline know it, in the order that makes every crash harmless: the
 * request is kept, then the platform called, then its answer kept, the facts sent, and the request done. What
 * is repeated is repeated with the platform's own idempotency, and comes to the same events. Of several
 * presses of one request one asks the platform and the others wait for what it comes to. A request ends as
 * refused only when the platform said so of this act; until it is known, every press asks again.
 * @throws Problem
 */
export async function performAct(act: ActRequest, deps: ApiDeps): Promise<TillAnswer> {
  const integration = requireIntegration(act.integration);
  const app = await requireApp(act, deps);
  const startMs = deps.now();
  const held = { nowMs: startMs, untilMs: startMs + HELD_MS };
  const request = await begin(act, held, deps);
  const requests = new PlatformRequests();
  const within = { ...deps, requests, deadlineMs: startMs + WITHIN_MS };
  for (const waitMs of [0, ...WAITS_MS]) {
    if (waitMs > 0) {
      await (deps.pause ?? sleep)(waitMs);
      await request.refresh();
    }
    const ended = endingOf(request, act);
    if (ended !== undefined) return ended;
    if (!(await request.take(deps.now(), deps.now() + HELD_MS))) continue;
    const answer = await tryOnce(integration, app, act, request, within);
    if (answer !== undefined) return answer;
  }
  throw unavailable(OTHER_PRESS);
}

async function begin(
  { integration, appKey, verb, command, beginsBeforeMs = Number.POSITIVE_INFINITY }: ActRequest,
  held: { readonly nowMs: number; readonly untilMs: number },
  { table }: ApiDeps,
): Promise<TillRequest> {
  const name = { integration, appKey, verb, requestId: command.requestId };
  if (held.nowMs >= beginsBeforeMs && !(await hasBegun(table, name))) throw tooOld();
  const secret = { key: await buyerKey(table), request: JSON.stringify([verb, command]) };
  const request = await beginTill(table, name, secret, held);
  if (request !== undefined) return request;
  const detail = 'This requestId was used for another request. Use a new one for a new act.';
  throw new Problem('request-reused', detail);
}

function endingOf(request: TillRequest, act: ActRequest): TillAnswer | undefined {
  const { ending } = request;
  if (ending?.status === 'refused') throw refusal(String(ending.answer), act);
  return ending?.answer as TillAnswer | undefined;
}

type Within = ApiDeps & { readonly deadlineMs: number; readonly requests: PlatformRequests };

/** @returns undefined where another worker went on with it meanwhile @throws Problem */
async function tryOnce(
  integration: Integration,
  app: App,
  act: ActRequest,
  request: TillRequest,
  deps: Within,
): Promise<TillAnswer | undefined> {
  try {
    const standing = request.answered as Done | undefined;
    const done = standing ?? (await call(integration, app, act, request, deps));
    if (done === undefined) return undefined;
    await sendFacts(done, act, deps);
    const { acts, notDone, unread } = done;
    const answer = { acts, ...(notDone && { notDone }), ...(unread && { unread }) };
    await request.finishDone(answer);
    return answer;
  } catch (error) {
    if (error instanceof Superseded) return undefined;
    // Whoever was overtaken meanwhile says nothing: what it saw may be the other's doing.
    if (await request.release()) throw error;
    return undefined;
  }
}

/** Calls the platform, and keeps what it answered. @throws Problem for everything but a success */
async function call(
  integration: Integration,
  app: App,
  act: ActRequest,
  request: TillRequest,
  deps: Within,
): Promise<Done | undefined> {
  const { platform } = integration;
  const { requests, log } = deps;
  // What may be done already is queried, whatever became of the store since.
  if (request.notes === undefined) await requireTillStore(deps.table, app, platform, act.command);
  const context = contextOf(app, platform, request, deps);
  const outcome = await callPlatform(integration, act, context);
  const { verb, appKey } = act;
  log('info', 'act-answered', {
    ...{ integration: integration.name, appKey, verb, outcome: outcome.outcome },
    ...requestFields(requests),
  });
  switch (outcome.outcome) {
    case 'done': {
      const { events, ...done } = outcome;
      const requested = requestedBy(events, requests.kept());
      const anonymous = { ...done, events: await withoutBuyers(requested, integration.name, deps) };
      if (done.isAnothers) {
        await sendFacts(anonymous, act, deps);
        return refuse(PRICED_OTHER, act, request);
      }
      const { ours, completing } = await keepActs(anonymous, act, platform, deps);
      if (ours === undefined) {
        await sendFacts({ events: completing }, act, deps);
        return refuse(completing.length > 0 ? PRICED_OTHER : OTHER_REQUEST, act, request);
      }
      const { unread = 0 } = ours;
      // Done, and nothing of it can be booked: somebody has to look it up at the platform.
      if (unread > 0) deps.log('error', 'act-unread', { integration: integration.name, unread });
      await request.keepAnswered(ours);
      return ours;
    }
    case 'refused':
      if (outcome.isFinal) return refuse(withRequestId(outcome.why, requests), act, request);
      // It lacks something now; of what was tried before, nobody knows.
      if (request.notes !== undefined) throw unavailable(outcome.why);
      throw refusal(outcome.why, act);
    case 'unavailable':
      throw unavailable(withRequestId(outcome.why, requests), outcome.retryAfterMs);
    default:
      return outcome satisfies never;
  }
}

/** @returns undefined where another worker knows more */
async function refuse(why: string, act: ActRequest, request: TillRequest): Promise<undefined> {
  if (await request.finishRefused(why)) throw refusal(why, act);
  return undefined;
}

function requireIntegration(name: string): Integration {
  const integration = findIntegration(name);
  if (integration !== undefined) return integration;
  throw new Problem('integration-unknown', `Use one of: ${integrationNames().join(', ')}.`);
}

async function requireApp({ integration, appKey }: ActRequest, deps: ApiDeps): Promise<App> {
  const app = await readApp(deps.table, integration, appKey);
  if (app !== undefined) {
    requireInUse('app', app);
    return app;
  }
  const detail = 'No such app is registered: PUT /v1/apps/{integration}/{appKey} first.';
  throw new Problem('not-found', detail);
}

async function callPlatform(
  integration: Integration,
  act: ActRequest,
  context: TillContext,
): Promise<TillOutcome> {
  const doIt =
    act.verb === 'redeem'
      ? integration.redeem?.(act.command, context)
      : integration.reverse?.(act.command, context);
  const why = `${integration.name} has no known call for this`;
  return doIt ?? { outcome: 'refused', why, isFinal: false };
}

function unavailable(why: string, retryAfterMs: number = RETRY_AFTER_MS): Problem {
  const detail = `${why}. Repeat the request with the same requestId.`;
  return new Problem('platform-unavailable', detail, { retryAfterMs });
}

function refusal(why: string, { verb }: ActRequest): Problem {
  return new Problem('platform-refused', `To ${verb} was refused: ${why}.`);
}
