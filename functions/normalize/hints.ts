import type { Breakers } from '../../lib/async/breakers.ts';
import { mapLimit } from '../../lib/async/map-limit.ts';
import type { Platform } from '../../lib/events/event.ts';
import type { App } from '../../lib/integrations/kit/app.ts';
import type { Budgets } from '../../lib/integrations/kit/call-budget.ts';
import type { Hint, Resolution, ResolveContext } from '../../lib/integrations/kit/integration.ts';
import type { LiveTokens } from '../../lib/integrations/kit/live-tokens.ts';
import {
  PlatformRequests,
  requestedBy,
  requestFields,
} from '../../lib/integrations/kit/platform-requests.ts';
import type { Log } from '../../lib/log/log.ts';
import { type IntakeMessage, MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import { groupOf, MAX_DELAY_SECONDS, type Queue } from '../../lib/queue/queue.ts';
import { putHint } from '../../lib/store/deliveries/waiting-hints.ts';
import { knownOf } from '../../lib/store/known.ts';
import type { Table } from '../../lib/store/table.ts';
import { resolve } from './answers.ts';
import type { Finding, RecordDeps } from './finding.ts';
import { ShareSends } from './share-sends.ts';

type Sending = Pick<RecordDeps, 'attribution'>;

export interface AskDeps extends Sending {
  readonly table: Table;
  readonly intake: Queue<IntakeMessage>;
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => number;
  readonly tokens: LiveTokens;
  readonly budgets: Budgets;
  readonly breakers: Breakers;
  readonly log: Log;
}

/** A delivery that is a hint, before the platform was queried. */
export interface HintWork extends Omit<Finding, 'outcome' | 'events' | 'stores'> {
  readonly hint: Hint;
  readonly app: App;
}

/** Orders queried at once. */
const ORDERS_AT_ONCE = 8;

/** Seconds before a hint is queried again, by how often it was. SQS delays at most 900 s. */
const BACKOFF_SECONDS = [1, 2, 4, 8, 15, 30, 60, 60, 120, 300, 600, 900] as const;

/** Well within the function's time-out: an order whose turn has not come by then waits, and no query is made. */
const ASKING_MS = 12_000;

/** A platform that did not answer in this time will not: the delivery is parked, with its end. */
const GIVE_UP_MS = 30 * 86_400_000;

/**
 * Asks the platforms about hints, those of one order together. A hint that cannot be answered yet is
 * put aside with a time to ask again, so that nothing waits behind it.
 * @param record takes what was found about one order as soon as it is; hints that wait have findings too
 */
export async function askAboutHints(
  works: readonly HintWork[],
  deps: AskDeps,
  record: (findings: readonly Finding[], deps: Sending) => Promise<void>,
): Promise<void> {
  const shared = new ShareSends(deps.attribution);
  const byOrder = Map.groupBy(works, ({ app, hint }) =>
    JSON.stringify([app.integration, app.appKey, hint.merchantId, hint.orderId]),
  );
  const deadlineMs = deps.now() + ASKING_MS;
  await mapLimit([...byOrder.values()], ORDERS_AT_ONCE, async (group) => {
    try {
      await shared.share(async (attribution) =>
        record(await askAboutOrder(group, deadlineMs, deps), { attribution }),
      );
    } catch (error) {
      for (const work of group) work.fail(error);
    }
  });
}

async function askAboutOrder(
  works: readonly HintWork[],
  deadlineMs: number,
  deps: AskDeps,
): Promise<Finding[]> {
  const first = works[0];
  if (first === undefined) return [];
  const requests = new PlatformRequests();
  const resolutions = await resolveTogether(first, works, { deadlineMs, requests }, deps);
  const findings: Finding[] = [];
  for (const [index, work] of works.entries()) {
    const resolution = resolutions[index];
    if (resolution === undefined) throw new Error('an integration left a hint without an answer');
    const { stores, why } = resolution;
    const events = requestedBy(resolution.events, requests.kept());
    const { hint: _hint, app: _app, ...base } = work;
    const tooOld = deps.now() - Date.parse(work.delivery.receivedAt) > GIVE_UP_MS;
    if (resolution.outcome === 'wait' && !tooOld) {
      await putAside(work, resolution, requests, deps);
      // What the platform did show is written now; the delivery itself is not done.
      if (events.length > 0) findings.push({ ...base, outcome: 'waiting', events, stores });
      continue;
    }
    const outcome = resolution.outcome === 'resolved' ? 'hint' : 'parked';
    findings.push({ ...base, outcome, events, stores, ...(why === undefined ? {} : { why }) });
  }
  return findings;
}

/** Of one order: until when, and where the platform's ids of the calls are noted. */
interface Asking {
  readonly deadlineMs: number;
  readonly requests: PlatformRequests;
}

async function resolveTogether(
  { app, integration }: HintWork,
  works: readonly HintWork[],
  asking: Asking,
  deps: AskDeps,
): Promise<readonly Resolution[]> {
  const { deadlineMs } = asking;
  const breaker = `${app.integration} ${app.appKey}`;
  const openForMs = deps.breakers.openForMs(breaker, deps.now());
  if (openForMs > 0) return postponed(works, 'the platform did not answer lately', openForMs);
  if (deps.now() >= deadlineMs) return postponed(works, 'there was no time to ask', 1_000);
  const context = contextOf(app, integration.platform, works, asking, deps);
  const resolutions = await resolve(
    works.map((work) => work.hint),
    integration,
    context,
    deps.log,
  );
  const unavailable = resolutions.some((resolution) => resolution.unavailable);
  deps.breakers.note(breaker, unavailable, deps.now());
  return resolutions;
}

/** A platform that did not answer at all is back at any moment: ten minutes later all that waited is resolved. */
const MAX_OUTAGE_SECONDS = 480;

function postponed(works: readonly HintWork[], why: string, retryAfterMs: number): Resolution[] {
  return works.map(() => ({ outcome: 'wait', why, events: [], stores: [], retryAfterMs }));
}

function contextOf(
  app: App,
  platform: Platform,
  works: readonly HintWork[],
  { deadlineMs, requests }: Asking,
  { table, fetch, now, tokens, budgets }: AskDeps,
): ResolveContext {
  return {
    app,
    fetch,
    now,
    tokens,
    calls: budgets.of(app, 'hints'),
    deadlineMs,
    requests,
    answers: Math.min(...works.map((work) => work.waiting?.answers ?? 0)),
    ...knownOf(table, platform),
  };
}

/** The item says that the hint waits; the message, that its time has come. The item is what counts. */
async function putAside(
  work: HintWork,
  resolution: Resolution,
  requests: PlatformRequests,
  deps: AskDeps,
): Promise<void> {
  const { answered = false, unavailable = false, retryAfterMs = 0 } = resolution;
  const before = work.waiting ?? { attempt: 0, failures: 0, answers: 0 };
  // The rate limit says when to come back and no query was made: no failure, or a long queue would back off.
  const hadNoTurn = retryAfterMs > 0 && !answered && !unavailable;
  const failures = before.failures + (hadNoTurn ? 0 : 1);
  const most = answered ? MAX_DELAY_SECONDS : MAX_OUTAGE_SECONDS;
  const ownSeconds = Math.min(backoffSeconds(failures), most);
  const seconds = Math.min(Math.max(ownSeconds, Math.ceil(retryAfterMs / 1000)), MAX_DELAY_SECONDS);
  const { deliveryId } = work.delivery;
  const why = resolution.why ?? 'the platform has no answer yet';
  const hint = {
    ...work.delivery,
    ...{ why, failures, attempt: before.attempt + 1, answers: before.answers + (answered ? 1 : 0) },
    dueAtMs: deps.now() + seconds * 1000,
    again: work.again,
  };
  // Another worker or a repeated delivery put it aside already: one message a hint is enough.
  if (!(await putHint(deps.table, hint, before.attempt))) return;
  const group = groupOf(work.delivery.integration, work.delivery.appKey);
  await deps.intake.send({ type: 'hint', v: MESSAGE_VERSION, deliveryId }, seconds, group);
  deps.log('warn', 'hint-waits', {
    ...{ deliveryId, failures, seconds, why },
    ...requestFields(requests),
  });
}

/** @param failures from 1; 0 for a hint that had no turn yet, whose query is due soon */
function backoffSeconds(failures: number): number {
  return BACKOFF_SECONDS[Math.min(Math.max(failures, 1), BACKOFF_SECONDS.length) - 1] ?? 900;
}
