import type { Key } from '../../lib/store/keys.ts';
import { type Condition, type Item, type QueryOptions, Table } from '../../lib/store/table.ts';

/**
 * The table as a map, for properties that are tried thousands of times: it knows the one condition that
 * booking uses, that nothing stands there. What it holds is never changed in place. Workers take turns and die as a test says.
 */
export class MemoryTable extends Table {
  readonly items = new Map<string, Map<string, Item>>();
  writes = 0;
  /** Writes until the worker dies. */
  private lives = Number.POSITIVE_INFINITY;
  /** How long each call takes, in turns; calls beyond take none. */
  private readonly turns: number[];

  constructor(turns: readonly number[] = []) {
    super(undefined as never, 'memory');
    this.turns = [...turns];
  }

  dieAfter(writes: number): void {
    this.lives = writes;
  }

  override async get(key: Key): Promise<Item | undefined> {
    await this.turn();
    return this.items.get(key.pk)?.get(key.sk);
  }

  override async put(key: Key, fields: object, condition?: Condition | null): Promise<boolean> {
    await this.turn();
    if (this.lives === 0) throw new Error('killed');
    const partition = this.items.get(key.pk) ?? new Map<string, Item>();
    if (condition !== null && partition.has(key.sk)) return false;
    this.lives -= 1;
    this.writes += 1;
    this.items.set(key.pk, partition);
    partition.set(key.sk, { ...fields, ...key });
    return true;
  }

  override async *query(pk: string, options: QueryOptions = {}): AsyncGenerator<Item> {
    await this.turn();
    const { startsWith = '', between: [from, to] = ['', '\u{10ffff}'] } = options;
    const found = [...(this.items.get(pk) ?? [])]
      .filter(([sk]) => sk.startsWith(startsWith) && sk >= from && sk <= to)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [, item] of found) yield item;
  }

  /** Everything whose partition begins so. */
  all(prefix: string): Item[] {
    return [...this.items].flatMap(([pk, items]) =>
      pk.startsWith(prefix) ? [...items.values()] : [],
    );
  }

  private async turn(): Promise<void> {
    for (let left = this.turns.shift() ?? 0; left > 0; left -= 1) await Promise.resolve();
  }
}
