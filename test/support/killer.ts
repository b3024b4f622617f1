import { aroundCalls } from './around.ts';

/**
 * Lets whoever uses these clients die at one of its calls: just before the call goes out, or just after it
 * was done but before the caller knew. Dead is dead: nothing that it tries afterwards goes out.
 */
export class Killer {
  calls = 0;
  private at: number | null = null;
  private when: 'before' | 'after' = 'before';

  constructor(...clients: readonly { readonly middlewareStack: object }[]) {
    for (const client of clients) aroundCalls(client, (next) => this.call(next));
  }

  arm(at: number, when: 'before' | 'after'): void {
    this.calls = 0;
    this.at = at;
    this.when = when;
  }

  disarm(): void {
    this.calls = 0;
    this.at = null;
  }

  /**
   * Runs `work` once for each call that it makes, dying there, until it lives to its end.
   * @param after looks at what is left, with the killer disarmed
   * @returns how many deaths there were
   */
  async atEveryCall(
    when: 'before' | 'after',
    work: (run: number) => Promise<unknown>,
    after: (run: number) => Promise<void>,
  ): Promise<number> {
    for (let run = 1; run <= 200; run += 1) {
      this.arm(run, when);
      const isDead = await work(run).then(
        () => false,
        (error: unknown) => {
          if (error instanceof Error && error.message === 'killed') return true;
          throw error;
        },
      );
      this.disarm();
      await after(run);
      if (!isDead) return run - 1;
    }
    throw new Error('it made more calls than anything should');
  }

  private async call(next: () => Promise<object>): Promise<object> {
    this.calls += 1;
    const mine = this.calls;
    if (this.at !== null && (mine > this.at || (mine === this.at && this.when === 'before'))) {
      throw new Error('killed');
    }
    const result = await next();
    if (this.at === mine) throw new Error('killed');
    return result;
  }
}
