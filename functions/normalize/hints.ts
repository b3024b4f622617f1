import { mapLimit } from '../../lib/async/map-limit.ts';
import type { Platform } from '../../lib/events/event.ts';
import type { App } from '../../lib/integrations/app.ts';
import type { Hint, Resolution, ResolveContext } from '../../lib/integrations/integration.ts';
import type { Log } from '../../lib/log/log.ts';
import { type IntakeMessage, MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import type { Queue } from '../../lib/queue/queue.ts';
import { putHint } from '../../lib/store/deliveries.ts';
import { readEvents } from '../../lib/store/events.ts';
import { readStore, storesOfMerchant } from '../../lib/store/registry.ts';
import type { Table } from '../../lib/store/table.ts';
import type { Breakers } from './breakers.ts';
import type { Finding } from './record.ts';

export interface AskDeps {
  readonly table: Table;
  readonly intake: Queue<IntakeMessage>;
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => number;
  readonly rateShare: number;
  readonly breakers: Breakers;
  readonly log: Log;
}

/** A delivery that is a hint, before the platform was asked. */
export interface HintWork extends Omit<Finding, 'outcome' | 'events' | 'stores'> {
  readonly hint: Hint;
  readonly app: App;
}

/** Orders asked about at once. */
const ORDERS_AT_ONCE = 8;

/** Seconds before a hint is asked about again, by how often it was. SQS delays at most 900 s. */
const BACKOFF_SECONDS = [1, 2, 4, 8, 15, 30, 60, 60, 120, 300, 600, 900] as const;

/**
 * Asks the platforms about hints, those of one order together. A hint that cannot be answered yet is
 * put aside with a time to ask again, so that nothing waits behind it.
 * @returns what was found; hints that wait may have findings too
 */
export async function askAboutHints(works: readonly HintWork[], deps: AskDeps): Promise<Finding[]> {
  const byOrder = Map.groupBy(works, ({ app, hint }) =>
    JSON.stringify([app.integration, app.appKey, hint.merchantId, hint.orderId]),
  );
  const findings = await mapLimit([...byOrder.values()], ORDERS_AT_ONCE, async (group) => {
    try {
      return await askAboutOrder(group, deps);
    } catch (error) {
      for (const work of group) work.fail(error);
      return [];
    }
  });
  return findings.flat();
}

async function askAboutOrder(works: readonly HintWork[], deps: AskDeps): Promise<Finding[]> {
  const first = works[0];
  if (first === undefined) return [];
  const resolutions = await resolveTogether(first, works, deps);
  const findings: Finding[] = [];
  for (const [index, work] of works.entries()) {
    const resolution = resolutions[index];
    if (resolution === undefined) throw new Error('an integration left a hint without an answer');
    const { events, stores, why } = resolution;
    const { hint: _hint, app: _app, ...base } = work;
    if (resolution.outcome === 'wait') {
      await putAside(work, resolution, deps);
      // What the platform did show is written now; the delivery itself is not done.
      if (events.length > 0) findings.push({ ...base, outcome: 'waiting', events, stores });
      continue;
    }
    const outcome = resolution.outcome === 'resolved' ? 'hint' : 'parked';
    findings.push({ ...base, outcome, events, stores, ...(why === undefined ? {} : { why }) });
  }
  return findings;
}

async function resolveTogether(
  { app, integration }: HintWork,
  works: readonly HintWork[],
  deps: AskDeps,
): Promise<readonly Resolution[]> {
  const breaker = `${app.integration} ${app.appKey}`;
  const openForMs = deps.breakers.openForMs(breaker, deps.now());
  if (openForMs > 0) {
    const why = 'the platform did not answer lately';
    return works.map(() => ({
      ...{ outcome: 'wait' as const, why, events: [], stores: [], retryAfterMs: openForMs },
    }));
  }
  const context = contextOf(app, integration.platform, works, deps);
  const resolutions = await integration.resolve(
    works.map((work) => work.hint),
    context,
  );
  const unavailable = resolutions.some((resolution) => resolution.unavailable);
  deps.breakers.note(breaker, unavailable, deps.now());
  return resolutions;
}

function contextOf(
  app: App,
  platform: Platform,
  works: readonly HintWork[],
  { table, fetch, now, rateShare }: AskDeps,
): ResolveContext {
  return {
    app,
    fetch,
    now,
    rateShare,
    attempt: Math.min(...works.map((work) => work.waiting?.attempt ?? 0)),
    history: (voucherId) => readEvents(table, { of: 'voucher', platform, id: voucherId }),
    isKnownStore: async (storeId) => (await readStore(table, platform, storeId)) !== undefined,
    storesOf: async (merchantId) =>
      (await storesOfMerchant(table, platform, merchantId)).map((store) => store.storeId),
  };
}

/** The item says that the hint waits; the message, that its time has come. The item is what counts. */
async function putAside(work: HintWork, resolution: Resolution, deps: AskDeps): Promise<void> {
  const attempt = work.waiting?.attempt ?? 0;
  const backoff = BACKOFF_SECONDS[Math.min(attempt, BACKOFF_SECONDS.length - 1)] ?? 900;
  const told = Math.ceil((resolution.retryAfterMs ?? 0) / 1000);
  const seconds = Math.min(Math.max(backoff, told), 900);
  const { deliveryId } = work.delivery;
  const why = resolution.why ?? 'the platform has no answer yet';
  const dueAtMs = deps.now() + seconds * 1000;
  const hint = { ...work.delivery, attempt: attempt + 1, dueAtMs, why };
  // Another worker or a repeated delivery put it aside already: one message a hint is enough.
  if (!(await putHint(deps.table, hint, attempt))) return;
  await deps.intake.send({ type: 'hint', v: MESSAGE_VERSION, deliveryId }, seconds);
  deps.log('warn', 'hint-waits', { deliveryId, attempt: attempt + 1, seconds, why });
}
