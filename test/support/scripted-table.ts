import { MemoryTable } from '../world/store/table.ts';

/** A table in memory whose worker dies after so many writes, and whose calls take as long as a list says. */
export class ScriptedTable extends MemoryTable {
  private lives = Number.POSITIVE_INFINITY;

  /** @param turns how many promises each call waits; calls beyond wait for none */
  constructor(turns: readonly number[] = []) {
    const left = [...turns];
    super({
      take: async (_what, kind) => {
        for (let wait = left.shift() ?? 0; wait > 0; wait -= 1) await Promise.resolve();
        if (kind !== 'write') return undefined;
        if (this.lives === 0) throw new Error('killed');
        // A refused write costs no life: only what took effect does.
        const { writes } = this;
        return {
          after: () => {
            if (this.writes > writes) this.lives -= 1;
          },
        };
      },
    });
  }

  dieAfter(writes: number): void {
    this.lives = writes;
  }
}
