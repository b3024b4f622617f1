/** Failures in a row before an app's platform is left alone … */
const FAILURES = 3;
/** … for this long. */
const OPEN_MS = 5_000;

/**
 * Remembers per app whether its platform answers, so that hints about a platform that is down are
 * put aside at once instead of each waiting for its own time-out. Lives as long as its worker.
 */
export class Breakers {
  private readonly states = new Map<string, { failures: number; openUntilMs: number }>();

  /** How long to leave the platform alone, in ms; 0 when it may be called. */
  openForMs(key: string, nowMs: number): number {
    return Math.max(0, (this.states.get(key)?.openUntilMs ?? 0) - nowMs);
  }

  note(key: string, failed: boolean, nowMs: number): void {
    if (!failed) {
      this.states.delete(key);
      return;
    }
    const failures = (this.states.get(key)?.failures ?? 0) + 1;
    this.states.set(key, { failures, openUntilMs: failures >= FAILURES ? nowMs + OPEN_MS : 0 });
  }
}
