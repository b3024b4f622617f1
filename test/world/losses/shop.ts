import type { Outgoing, Player } from '../../../lib/integrations/sandbox-kit/player.ts';
import type { Entry } from '../../../lib/ledger/entry.ts';

/** A platform where people buy and use vouchers by a script: the same script comes to the same truth. */
export interface Shop extends Player {
  /** Redemptions so far, whatever became of them. */
  readonly redemptions: number;
  /** What people do next, and the messages about it. @param random of this act alone */
  live(random: () => number): readonly Outgoing[];
  /** Calls of ours a second by endpoint that its platform allows, by the path's end; null: it documents none. */
  readonly limits: Readonly<Record<string, number>> | null;
  /** How many readings may ask this at most: as they come on at the live edge, of a whole day, and a week later. */
  readingsOf(question: string): number;
  /** What names the same fact in another run: its entries come to the same. */
  nameOf(entry: Entry): string;
}

export interface ShopOptions {
  /** Epoch ms. */
  readonly now: () => number;
  readonly nextId: () => string;
}

/** What can be taken out at any place at once. */
export class Pool<T> {
  private readonly all: T[] = [];

  get size(): number {
    return this.all.length;
  }

  put(one: T): void {
    this.all.push(one);
  }

  take(random: () => number): T | undefined {
    const at = Math.floor(random() * this.all.length);
    const taken = this.all[at];
    const last = this.all.pop();
    if (last !== undefined && at < this.all.length) this.all[at] = last;
    return taken;
  }
}

/** A use that may still be taken back or refunded. */
export interface Use {
  readonly atMs: number;
  isOver: boolean;
}

/** Uses: somebody takes a late one back, or wants the money of any. */
export class Uses<T extends Use> {
  private readonly all = new Pool<T>();
  private late: T[] = [];

  put(use: T): void {
    this.all.put(use);
    this.late.push(use);
  }

  /** One of after this moment that nothing happened to. */
  takeLate(random: () => number, afterMs: number): T | undefined {
    this.late = this.late.filter((use) => !use.isOver && use.atMs > afterMs);
    return over(this.late[Math.floor(random() * this.late.length)]);
  }

  takeAny(random: () => number): T | undefined {
    const use = this.all.take(random);
    return use?.isOver === true ? undefined : over(use);
  }
}

function over<T extends Use>(use: T | undefined): T | undefined {
  if (use !== undefined) use.isOver = true;
  return use;
}
