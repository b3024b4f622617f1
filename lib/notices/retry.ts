/** When what was not taken is told again. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** After each failure, the example of Standard Webhooks: three days and some hours in all. */
const WAITS_MS = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
] as const;

/** A receiver may put us off for longer than we would wait, and no longer than this. */
const LONGEST_MS = 24 * HOUR_MS;

/** An endpoint of which nothing is taken for so long is disabled. */
export const FAILING_MS = 5 * 24 * HOUR_MS;

/**
 * @param failures since it was first told, this one included
 * @param retryAfterMs what the receiver said, if anything
 * @returns undefined when it is given up
 */
export function waitAfter(failures: number, retryAfterMs: number | null): number | undefined {
  const waitMs = WAITS_MS[failures - 1];
  if (waitMs === undefined) return undefined;
  return Math.max(waitMs, Math.min(retryAfterMs ?? 0, LONGEST_MS));
}
