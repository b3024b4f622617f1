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
   * Takes the next slot when it is at most `patienceMs` away. Those for whom it is too far are told
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
