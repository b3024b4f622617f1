import type { App } from '../integrations/kit/app.ts';
import type { Budgets } from '../integrations/kit/call-budget.ts';
import type { Integration } from '../integrations/kit/integration.ts';
import type { LiveTokens } from '../integrations/kit/live-tokens.ts';
import type { RecordsContext } from '../integrations/kit/platform-records.ts';
import { PlatformRequests } from '../integrations/kit/platform-requests.ts';
import type { Log } from '../log/log.ts';
import type { IntakeMessage } from '../queue/messages.ts';
import type { Queue } from '../queue/queue.ts';
import { knownOf } from '../store/known.ts';
import type { Table } from '../store/table.ts';
import { askAgain } from './ask-again.ts';

export interface ReconciliationDeps {
  readonly table: Table;
  readonly intake: Queue<IntakeMessage>;
  readonly fetch: typeof globalThis.fetch;
  /** Epoch ms. */
  readonly now: () => number;
  readonly tokens: LiveTokens;
  readonly budgets: Budgets;
  /** 0 to 1: so that repetitions do not come all at once. */
  readonly random: () => number;
  readonly buyerKey: () => Promise<string>;
  readonly find: (integration: string) => Integration | undefined;
  readonly log: Log;
}

/** An app with its integration, at work on its records until a deadline. */
export interface Reconciler {
  readonly app: App;
  readonly integration: Integration;
  readonly deps: ReconciliationDeps;
  readonly context: RecordsContext;
  /** How many calls were made so far, requests for tokens among them. */
  readonly calls: () => number;
}

/**
 * How often a platform was asked about these facts before, as far as its integration cares: records of a day
 * that is over do not lag any more, so the last resorts are taken.
 */
const ANSWERS = { edge: 0, day: 6, late: 6 } as const;

/** @param deadlineMs epoch ms: what is not answered by then is read again later */
export function reconcilerOf(
  app: App,
  integration: Integration,
  { pass, deadlineMs }: { readonly pass: keyof typeof ANSWERS; readonly deadlineMs: number },
  deps: ReconciliationDeps,
): Reconciler {
  const { table, now, tokens, budgets } = deps;
  let calls = 0;
  const fetch: typeof globalThis.fetch = (...question) => {
    calls += 1;
    return deps.fetch(...question);
  };
  const context = {
    ...{ app, fetch, now, tokens, deadlineMs, answers: ANSWERS[pass] },
    ...knownOf(table, integration.platform),
    calls: budgets.of(app, 'records'),
    requests: new PlatformRequests(),
    again: <T>(ask: () => Promise<T>) => askAgain(ask, { deadlineMs, now, random: deps.random }),
  };
  return { app, integration, deps, context, calls: () => calls };
}
