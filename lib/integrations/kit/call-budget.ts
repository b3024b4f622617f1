import { wait } from '../../time/wait.ts';
import type { App } from './app.ts';
import {
  type CallLimit,
  type CallPurpose,
  type LeaseStore,
  MemoryLeases,
  spanMsOf,
  usableOf,
} from './call-leases.ts';
import { type EndpointCalls, type LeasePart, partFor, take } from './lease-part.ts';
import { PlatformError } from './platform-error.ts';
import { keptBy } from './standing-leases.ts';

export type { CallLimit } from './call-leases.ts';

/** An app's calls to its platform, which all workers share. */
export interface CallBudget {
  /**
   * Waits until a call may be made.
   * @throws PlatformError, retryable, with the time to come back at: its turn is too far away
   */
  turn(limit: CallLimit): Promise<void>;
}

/** The budgets of all apps. */
export interface Budgets {
  of(app: CallerApp, callFor: CallPurpose): CallBudget;
}

/** Whose calls they are, and in what part of the documented rates. */
export type CallerApp = Pick<App, 'integration' | 'appKey' | 'settings'>;

/** How long a call may wait for its turn before its caller waits instead. */
const PATIENCE_MS = 1_500;

/** Others may lease at the same moment, each time once. */
const TRIES = 8;

interface Lane {
  /** By endpoint: what is leased and not used yet, and what was used, in the span at hand and the one before. */
  readonly endpoints: Map<string, EndpointCalls>;
  leasing: Promise<void> | undefined;
}

/**
 * One worker's part of the budgets that all workers share. Of a calm app it keeps a few calls of each second for a
 * minute (`standing-leases.ts`). What goes beyond them it leases in blocks, for every endpoint that it uses at once: one
 * conditional write for an app and a second as a rule, and not one for each call. A block is as large as what the
 * worker used the second before, so a busy worker has what idle ones do not take.
 */
export class CallBudgets implements Budgets {
  private readonly store: LeaseStore;
  private readonly now: () => number;
  private readonly lanes = new Map<string, Lane>();

  /** @param now epoch ms */
  constructor(store: LeaseStore, now: () => number) {
    this.store = store;
    this.now = now;
  }

  of(app: CallerApp, callFor: CallPurpose): CallBudget {
    const { integration, appKey } = app;
    const { rateFactor = 1 } = app.settings;
    const key = JSON.stringify([integration, appKey, callFor]);
    const lane = this.lanes.get(key) ?? { endpoints: new Map(), leasing: undefined };
    this.lanes.set(key, lane);
    return {
      turn: ({ name, perSecond }) =>
        this.turn(lane, app, callFor, { name, perSecond: perSecond * rateFactor }),
    };
  }

  private async turn(
    lane: Lane,
    app: CallerApp,
    callFor: CallPurpose,
    limit: CallLimit,
  ): Promise<void> {
    // By what was waited, so that a clock that stands still ends it too.
    for (let waitedMs = 0; ; ) {
      const held = this.heldOf(lane, limit);
      if (held.left > 0) {
        Object.assign(held, { left: held.left - 1, used: held.used + 1, usedIn: held.span });
        return;
      }
      if (!held.isEmpty) {
        lane.leasing ??= this.lease(lane, app, callFor, limit).finally(() => {
          lane.leasing = undefined;
        });
        await lane.leasing;
        continue;
      }
      const spanMs = spanMsOf(limit);
      const nextMs = (held.span + 1) * spanMs;
      const waitMs = Math.max(1, nextMs - this.now());
      if (waitedMs + waitMs > PATIENCE_MS) throw tooFar(held, nextMs, this.now());
      await wait(waitMs);
      waitedMs += waitMs;
    }
  }

  /** What is held of an endpoint in the span that it is now. */
  private heldOf(lane: Lane, limit: CallLimit): EndpointCalls {
    const span = Math.floor(this.now() / spanMsOf(limit));
    const held = lane.endpoints.get(limit.name);
    if (held !== undefined && held.span >= span) return held;
    const usedBefore = held !== undefined && held.span === span - 1 ? held.used : 0;
    const left = keptBy(held?.own, span);
    const anew = { limit, span, left, leased: 0, used: 0, usedBefore, isEmpty: false };
    if (held !== undefined) return Object.assign(held, anew);
    const first = { ...anew, own: undefined, usedIn: 0, promised: 0 };
    lane.endpoints.set(limit.name, first);
    return first;
  }

  /** Leases for the endpoint that is wanted, and for the others that were used lately, in one write. */
  private async lease(
    lane: Lane,
    { integration, appKey }: CallerApp,
    callFor: CallPurpose,
    wanted: CallLimit,
  ): Promise<void> {
    for (let left = TRIES; left > 0; left -= 1) {
      const standing = await this.store.read(integration, appKey);
      const endpoints = { ...standing?.endpoints };
      const leased: { held: EndpointCalls; part: LeasePart }[] = [];
      for (const { limit } of [...lane.endpoints.values()]) {
        const held = this.heldOf(lane, limit);
        const part = partFor(held, endpoints[limit.name], callFor, limit.name === wanted.name);
        if (part === undefined) continue;
        endpoints[limit.name] = part.next;
        leased.push({ held, part });
      }
      const next = { step: (standing?.step ?? 0) + 1, endpoints };
      if (!(await this.store.write(integration, appKey, next, standing))) continue;
      for (const { held, part } of leased) take(held, part);
      return;
    }
    // Everybody else got theirs: this worker comes back.
    throw new PlatformError('the calls of the app are being shared out', {
      retryable: true,
      retryAfterMs: PATIENCE_MS,
    });
  }
}

/** Those for whom a turn is too far away learn one span after the other, so that they do not all come back at once. */
function tooFar(held: EndpointCalls, nextMs: number, nowMs: number): PlatformError {
  const spanMs = spanMsOf(held.limit);
  const step = spanMs / usableOf(held.limit);
  held.promised = Math.max(held.promised + step, nextMs);
  return new PlatformError(`${held.limit.name} is at its rate limit`, {
    retryable: true,
    retryAfterMs: Math.ceil(held.promised - nowMs),
  });
}

const budgetsOf = new WeakMap<() => number, CallBudgets>();

/** Waits for the turn of a call. Without a budget that is shared, this process has one of its own for each clock. */
export function turnOf(
  {
    app,
    now,
    calls,
  }: { readonly app: CallerApp; readonly now: () => number; readonly calls?: CallBudget },
  limit: CallLimit,
): Promise<void> {
  if (calls !== undefined) return calls.turn(limit);
  const budgets = budgetsOf.get(now) ?? new CallBudgets(new MemoryLeases(), now);
  budgetsOf.set(now, budgets);
  return budgets.of(app, 'hints').turn(limit);
}
