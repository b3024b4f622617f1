import { type Event, isUnpriced } from './event.ts';

/** Our clock and the platform's, or two of the platform's, may report one act this far apart. */
const SAME_TIME_MS = 60_000;

/** Where the fact came from and when we wrote it: two notifications need not agree on these. */
const PROVENANCE = new Set([
  ...[
    'deliveryId',
    'recordedAt',
    'appKey',
    'integration',
    'complete',
    'source',
    'platformRequests',
  ],
  ...['isTimeEstimated', 'estimatedAt'],
]);

/**
 * Whether two notifications of one event cannot both be true. What one of them does not report (a store, a
 * channel) is no contradiction.
 */
export function contradicts(a: Event, b: Event): boolean {
  // Of two incomplete notifications neither has the act's own time; and two clocks never agree to the second.
  const gapMs = Math.abs(Date.parse(a.occurredAt) - Date.parse(b.occurredAt));
  const isGuess = (!a.complete && !b.complete) || hasEstimatedTime(a) || hasEstimatedTime(b);
  const sameTime = isGuess || gapMs <= SAME_TIME_MS;
  // Where one reports no price, the other's is news.
  const saysNoWorth = isUnpriced(a) || isUnpriced(b);
  const passOver = new Set([
    ...PROVENANCE,
    ...(sameTime ? ['occurredAt'] : []),
    ...(saysNoWorth ? ['amounts', 'unpriced'] : []),
  ]);
  return differ(withoutBuyer(a), withoutBuyer(b), passOver);
}

/** Whether its time is ours, until the platform reports its own. */
export function hasEstimatedTime(event: Event): boolean {
  return 'isTimeEstimated' in event && event.isTimeEstimated === true;
}

/** A platform names one buyer by several ids (a user of the app, of the merchant): no money hangs on it. */
function withoutBuyer(event: Event): object {
  return 'sale' in event ? { ...event, sale: { ...event.sale, buyer: null } } : event;
}

function differ(a: unknown, b: unknown, passOver?: ReadonlySet<string>): boolean {
  if (a === b || isAbsent(a) || isAbsent(b)) return false;
  // A list is complete: an absent place is one fewer, and null has a meaning of its own.
  if (Array.isArray(a) || Array.isArray(b)) return JSON.stringify(a) !== JSON.stringify(b);
  if (!isRecord(a) || !isRecord(b)) return true;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].some((key) => !passOver?.has(key) && differ(a[key], b[key]));
}

function isAbsent(value: unknown): boolean {
  return value === null || value === undefined || value === 'unknown';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
