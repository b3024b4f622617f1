/**
 * One run of a function. When it dies, what it waits for never comes: no `finally` runs and no error is seen, as
 * when the machine under it is gone.
 */
export class Life {
  /** `normalize`, `ingest`, `operator` … */
  readonly stage: string;
  isOver = false;
  /** The moment of what it works on: what it sends is of that moment too. */
  originMs: number;
  /**
   * It calls a platform that refuses to repeat what it did, and says no more than that: an answer that is lost there
   * is a gap that ARCHITECTURE.md names.
   */
  isCareful = false;
  private readonly whenDead: () => void;

  constructor(stage: string, originMs: number, whenDead: () => void = () => {}) {
    this.stage = stage;
    this.originMs = originMs;
    this.whenDead = whenDead;
  }

  end(): void {
    this.isOver = true;
  }

  die(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.whenDead();
  }
}
