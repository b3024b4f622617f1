import {
  type CallLimit,
  grant,
  type SpanLease,
  type StandingLease,
  spanAt,
  spanMsOf,
  standingCalls,
  usableOf,
} from './call-leases.ts';

/** A worker keeps so many calls of each second: as many as a redemption or two make of one endpoint. */
const STANDING_CALLS = 2;

/** For a minute, or up to ten seconds longer: ends are rounded, so that those of many workers are few. */
const SPANS = 60;
const ROUNDED_TO = 10;

/** One that ends this soon is renewed whenever its worker writes anyway. */
const SOON_SPANS = 15;

/** How many calls of a span its worker has of it. */
export function keptBy(own: StandingLease | undefined, span: number): number {
  return own !== undefined && span <= own.until ? own.calls : 0;
}

/** Whether it has to be renewed with the next write. */
export function endsSoon(own: StandingLease | undefined, span: number): boolean {
  return own === undefined || own.until < span + SOON_SPANS;
}

/**
 * A lease of some calls in each second of the next minute, for hints. A calm app then pays one write a minute and worker,
 * instead of one a call. All of them together take half of the rate at most, and nobody gets one while the others'
 * blocks and these come to more than that: a busy app's calls are leased second by second, to whoever makes them.
 * @param own what the worker has or had: it is given back by the same write
 * @returns undefined where none is to be had
 */
export function standFor(
  limit: CallLimit,
  lease: SpanLease | undefined,
  { span, own }: { span: number; own: StandingLease | undefined },
): { readonly own: StandingLease; readonly next: SpanLease } | undefined {
  if (spanMsOf(limit) !== 1_000) return undefined;
  const now = spanAt(lease, span);
  const without = { ...now, standing: own ? less(now.standing, own) : now.standing };
  const most = Math.floor(usableOf(limit) / 2);
  const { till, hints, records } = now.before;
  if (till + hints + records + standingCalls(without) + STANDING_CALLS > most) return undefined;
  const wanted = { span: now.span, callFor: 'hints', wanted: STANDING_CALLS } as const;
  if (grant(limit, without, wanted).granted < STANDING_CALLS) return undefined;
  const until = Math.ceil((now.span + SPANS) / ROUNDED_TO) * ROUNDED_TO;
  const fresh = { until, calls: STANDING_CALLS };
  return { own: fresh, next: { ...without, standing: more(without.standing, fresh) } };
}

function more(
  standing: readonly StandingLease[],
  { until, calls }: StandingLease,
): StandingLease[] {
  const had = standing.find((one) => one.until === until)?.calls ?? 0;
  return [...standing.filter((one) => one.until !== until), { until, calls: had + calls }];
}

function less(
  standing: readonly StandingLease[],
  { until, calls }: StandingLease,
): StandingLease[] {
  return standing
    .map((one) => (one.until === until ? { until, calls: one.calls - calls } : one))
    .filter((one) => one.calls > 0);
}
