import { wait } from '../../time/wait.ts';
import { PlatformError } from './platform-error.ts';

/** How long a call may wait for its slot before the caller waits instead. */
const PATIENCE_MS = 1_500;

/** By the clock that their times are of: one for each worker. */
const limitsOf = new WeakMap<() => number, Map<string, RateLimit>>();

/**
 * Waits for a slot under a platform's rate.
 * @param what the endpoint's name, for error texts
 * @param of whose rate it is: the address, the app, the endpoint
 * @param perSecond this worker's part, over 0
 * @throws PlatformError where the slot is too far away
 */
export async function waitForSlot(
  what: string,
  of: readonly (string | undefined)[],
  perSecond: number,
  now: () => number,
): Promise<void> {
  const key = JSON.stringify([...of, perSecond]);
  const limits = limitsOf.get(now) ?? new Map<string, RateLimit>();
  limitsOf.set(now, limits);
  const limit = limits.get(key) ?? new RateLimit(perSecond);
  limits.set(key, limit);
  const slot = limit.take(now(), PATIENCE_MS);
  if ('tooFarMs' in slot) {
    const retryAfterMs = slot.tooFarMs;
    throw new PlatformError(`${what} is at its rate limit`, { retryable: true, retryAfterMs });
  }
  if (slot.waitMs > 0) await wait(slot.waitMs);
}

/**
 * Keeps the calls of one app to one endpoint under the platform's rate, one slot after another. A
 * limiter lives as long as its worker; several workers each take their share of the rate.
 */
export class RateLimit {
  private nextFreeMs = 0;
  private promisedMs = 0;
  private readonly gapMs: number;

  /** @param perSecond calls a second, over 0 */
  constructor(perSecond: number) {
    this.gapMs = 1000 / perSecond;
  }

  /**
   * Takes the next slot when it is at most `patienceMs` away. Those for whom it is too far learn
   * one time after the other, so that they do not all come back at once.
   * @returns how many ms to wait for the slot, or in how many ms to ask again
   */
  take(nowMs: number, patienceMs: number): { waitMs: number } | { tooFarMs: number } {
    const waitMs = Math.max(0, this.nextFreeMs - nowMs);
    if (waitMs > patienceMs) {
      this.promisedMs = Math.max(this.promisedMs + this.gapMs, this.nextFreeMs);
      return { tooFarMs: this.promisedMs - nowMs };
    }
    this.nextFreeMs = nowMs + waitMs + this.gapMs;
    return { waitMs };
  }
}
