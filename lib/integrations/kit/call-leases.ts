/** How often a platform lets one app call one endpoint. */
export interface CallLimit {
  /** The endpoint as the platform's page names it; for error texts. */
  readonly name: string;
  /** Calls a second, over 0: documented, or chosen where no page says any. */
  readonly perSecond: number;
}

/** Who calls: a buyer waits at the till, webhooks wait behind hints, and nobody waits for records. */
export type CallPurpose = 'till' | 'hints' | 'records';

type Counts = Readonly<Record<CallPurpose, number>>;

/** What was leased of an endpoint's calls in one span of time, and in the one before. */
export interface SpanLease {
  /** Spans since 1970. */
  readonly span: number;
  readonly leased: Counts;
  readonly before: Counts;
  /** Beside those: calls of each second for a while. See `standing-leases.ts`. */
  readonly standing: readonly StandingLease[];
}

/** Calls of each span that hints keep, up to one and with it. Those of several workers with one end are one. */
export interface StandingLease {
  readonly until: number;
  readonly calls: number;
}

/** An app's leases by endpoint, with how often they were changed: the guard. */
export interface AppLeases {
  readonly step: number;
  readonly endpoints: Readonly<Record<string, SpanLease>>;
}

/** Where leases are kept, for all workers. */
export interface LeaseStore {
  read(integration: string, appKey: string): Promise<AppLeases | undefined>;
  /** @returns false when another worker was faster */
  write(
    integration: string,
    appKey: string,
    next: AppLeases,
    before: AppLeases | undefined,
  ): Promise<boolean>;
}

/**
 * A platform counts by its own clock and by when a call arrives: a tenth is left, so that calls at the edge of a
 * second do not make one too many.
 */
const USABLE = 0.9;

/** A limit below one call a second is one call in a longer span. */
export function spanMsOf({ perSecond }: CallLimit): number {
  return perSecond * USABLE >= 1 ? 1000 : Math.ceil(1000 / (perSecond * USABLE));
}

/** Calls of a span. */
export function usableOf({ perSecond }: CallLimit): number {
  return Math.max(1, Math.floor(perSecond * USABLE));
}

const NONE: Counts = { till: 0, hints: 0, records: 0 };

/**
 * How many of the wanted calls may be leased in a span, and what stands then. The till may take all that is left;
 * hints leave what the till took the span before, and a tenth at least; records leave what hints took then, but for
 * one call, so that they come on at all.
 */
export function grant(
  limit: CallLimit,
  standing: SpanLease | undefined,
  { span, callFor, wanted }: { span: number; callFor: CallPurpose; wanted: number },
): { readonly granted: number; readonly next: SpanLease } {
  const now = spanAt(standing, span);
  const usable = usableOf(limit);
  const { till, hints, records } = now.leased;
  const left = usable - till - hints - records - standingCalls(now);
  const forTill = reserved(Math.max(now.before.till, Math.floor(usable / 10)), till);
  const forHints = reserved(now.before.hints, hints);
  const free = {
    till: left,
    hints: left - forTill,
    records: Math.max(left - forTill - forHints, records === 0 ? Math.min(1, left - forTill) : 0),
  }[callFor];
  const granted = Math.max(0, Math.min(wanted, free));
  const leased = { ...now.leased, [callFor]: now.leased[callFor] + granted };
  return { granted, next: { ...now, leased } };
}

/** What of a reserve is not taken yet. */
function reserved(reserve: number, taken: number): number {
  return Math.max(0, reserve - taken);
}

/** What stands in a span. A worker whose clock is behind goes on in the span that others are in. */
export function spanAt(lease: SpanLease | undefined, span: number): SpanLease {
  if (lease === undefined) return { span, leased: NONE, before: NONE, standing: [] };
  if (lease.span >= span) return lease;
  const before = lease.span === span - 1 ? lease.leased : NONE;
  // A span longer than it says: the clock of whoever holds it may be behind.
  const standing = lease.standing.filter(({ until }) => until + 1 >= span);
  return { span, leased: NONE, before, standing };
}

/** How many calls of the span are kept by leases of several spans. */
export function standingCalls({ standing }: SpanLease): number {
  return standing.reduce((sum, { calls }) => sum + calls, 0);
}

/** In one process's memory: where nothing else is plugged in. */
export class MemoryLeases implements LeaseStore {
  private readonly leases = new Map<string, AppLeases>();

  async read(integration: string, appKey: string): Promise<AppLeases | undefined> {
    return this.leases.get(JSON.stringify([integration, appKey]));
  }

  async write(
    integration: string,
    appKey: string,
    next: AppLeases,
    before: AppLeases | undefined,
  ): Promise<boolean> {
    const key = JSON.stringify([integration, appKey]);
    if (this.leases.get(key)?.step !== before?.step) return false;
    this.leases.set(key, next);
    return true;
  }
}
