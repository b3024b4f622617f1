/**
 * Keeps the calls of one app to one endpoint under the platform's rate, one slot after another. A
 * limiter lives as long as its worker; several workers each take their share of the rate.
 */
export class RateLimit {
  private nextFreeMs = 0;
  private readonly gapMs: number;

  /** @param perSecond calls a second, over 0 */
  constructor(perSecond: number) {
    this.gapMs = 1000 / perSecond;
  }

  /**
   * Takes the next slot when it is at most `patienceMs` away.
   * @returns how many ms to wait for it, or how many ms too far it is
   */
  take(nowMs: number, patienceMs: number): { waitMs: number } | { tooFarMs: number } {
    const waitMs = Math.max(0, this.nextFreeMs - nowMs);
    if (waitMs > patienceMs) return { tooFarMs: waitMs };
    this.nextFreeMs = nowMs + waitMs + this.gapMs;
    return { waitMs };
  }
}
