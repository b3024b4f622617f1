import {
  type CallLimit,
  type CallPurpose,
  grant,
  type SpanLease,
  type StandingLease,
} from './call-leases.ts';
import { endsSoon, keptBy, standFor } from './standing-leases.ts';

/** The least that is leased at once. */
const LEAST = 2;

/** Seconds after which an endpoint that was not used is not leased with others. */
const USED_LATELY = 60;

/** What a worker has of an endpoint's calls, in the span that it was in last. */
export interface EndpointCalls {
  limit: CallLimit;
  span: number;
  left: number;
  leased: number;
  used: number;
  usedBefore: number;
  /** Calls of each span for a while, and the last span in which the worker used any. */
  own: StandingLease | undefined;
  usedIn: number;
  /** Nothing more is to be had in this span. */
  isEmpty: boolean;
  /** Up to where callers were told to come back. */
  promised: number;
}

/** What one write leases of an endpoint for a worker. */
export interface LeasePart {
  readonly next: SpanLease;
  /** Calls of the span at hand. */
  readonly granted: number;
  /** Kept for longer, from now on. */
  readonly own?: StandingLease;
}

/** What is to be leased of it. @returns undefined for an endpoint that needs nothing now */
export function partFor(
  held: EndpointCalls,
  lease: SpanLease | undefined,
  callFor: CallPurpose,
  isWanted: boolean,
): LeasePart | undefined {
  const { limit, span, own, usedBefore } = held;
  const isUsed =
    isWanted || usedBefore > 0 || (own !== undefined && held.usedIn > span - USED_LATELY);
  if (callFor === 'hints' && isUsed && endsSoon(own, span)) {
    const stood = standFor(limit, lease, { span, own });
    if (stood !== undefined) return { ...stood, granted: stood.own.calls - keptBy(own, span) };
  }
  if (!isWanted && (usedBefore === 0 || held.leased > 0 || held.left > 0)) return undefined;
  const wanted = Math.max(LEAST, Math.ceil(usedBefore * 1.25) - keptBy(own, span), held.leased);
  return grant(limit, lease, { span, callFor, wanted });
}

/** The write was made: they are the worker's. */
export function take(held: EndpointCalls, { next, granted, own }: LeasePart): void {
  if (own !== undefined) held.own = own;
  // Another's clock is ahead: what it leaves of its second is for then. Or the second was over before the write was.
  if (next.span !== held.span) Object.assign(held, { span: next.span, leased: 0, used: 0 });

  const block = own === undefined ? granted : 0;
  Object.assign(held, { left: held.left + granted, leased: held.leased + block });
  if (own === undefined) held.isEmpty = granted === 0;
}
