import type { ScanCommandInput, ScanCommandOutput } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Key } from '../../lib/store/keys.ts';
import {
  type Condition,
  ITEM_VERSION,
  type Item,
  type QueryOptions,
  Table,
} from '../../lib/store/table.ts';
import { holds } from '../support/conditions.ts';
import type { Turn } from '../support/interleave.ts';

type Partitions = Map<string, Map<string, Item>>;

/**
 * The table as a map, for properties that are tried thousands of times. Conditions are read by the
 * emulator's own code. What it holds is never changed in place. Workers take turns and die as a test says:
 * by a list of turns here, or one by one with `seenBy`.
 */
export class MemoryTable extends Table {
  readonly items: Partitions;
  /** What a scan of the whole table sends: it reads one partition a page. */
  override readonly client = {
    send: ({ input }: { input: ScanCommandInput }) => this.scan(input),
  } as never;
  writes = 0;
  /** Writes until the worker dies. */
  private lives = Number.POSITIVE_INFINITY;
  /** How long each call takes, in turns; calls beyond take none. */
  private readonly turns: number[];
  private readonly take: Turn;
  private readonly pageSize: number;
  private readonly scansBackwards: boolean;

  constructor(
    turns: readonly number[] = [],
    {
      items = new Map(),
      take,
      pageSize = Number.POSITIVE_INFINITY,
      scansBackwards = false,
    }: Partial<Shared> = {},
  ) {
    super(undefined as never, 'memory');
    this.items = items;
    this.turns = [...turns];
    this.take = take ?? (() => this.turn());
    this.pageSize = pageSize;
    this.scansBackwards = scansBackwards;
  }

  /** The same items for one worker of `everyOrder`. @param pageSize items that a query reads at once */
  seenBy(take: Turn, pageSize = Number.POSITIVE_INFINITY): MemoryTable {
    return new MemoryTable([], { items: this.items, take, pageSize });
  }

  /** The same, and a scan comes to the partitions in the other order: no order of them means anything. */
  scannedBackwardsBy(take: Turn): MemoryTable {
    return new MemoryTable([], { items: this.items, take, scansBackwards: true });
  }

  dieAfter(writes: number): void {
    this.lives = writes;
  }

  override async get(key: Key): Promise<Item | undefined> {
    await this.take(`get ${key.pk} ${key.sk}`);
    return this.items.get(key.pk)?.get(key.sk);
  }

  override async put(key: Key, fields: object, condition?: Condition | null): Promise<boolean> {
    await this.take(`put ${key.pk} ${key.sk}`);
    if (this.lives === 0) throw new Error('killed');
    const standing = this.items.get(key.pk)?.get(key.sk);
    const isRefused =
      condition === undefined ? standing !== undefined : condition && !holds(condition, standing);
    if (isRefused) return false;
    this.write(key, fields);
    return true;
  }

  override async set(key: Key, fields: Record<string, unknown>, guard: Condition) {
    await this.take(`set ${key.pk} ${key.sk} ${Object.keys(fields).join(' ')}`);
    if (this.lives === 0) throw new Error('killed');
    const standing = this.items.get(key.pk)?.get(key.sk);
    if (!holds(guard, standing)) return false;
    this.write(key, { ...standing, ...fields });
    return true;
  }

  override async delete(key: Key, condition?: Condition): Promise<boolean> {
    await this.take(`delete ${key.pk} ${key.sk}`);
    if (condition !== undefined && !holds(condition, this.items.get(key.pk)?.get(key.sk))) {
      return false;
    }
    this.items.get(key.pk)?.delete(key.sk);
    return true;
  }

  override async *query(pk: string, options: QueryOptions = {}): AsyncGenerator<Item> {
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    let after: string | undefined;
    for (;;) {
      await this.take(`query ${pk}${after === undefined ? '' : ` after ${after}`}`);
      const found = this.range(pk, options, after);
      const page = found.slice(0, Math.min(left, this.pageSize));
      for (const [, item] of page) yield item;
      left -= page.length;
      after = page.at(-1)?.[0];
      if (page.length === found.length || left <= 0) return;
    }
  }

  override async count(pk: string): Promise<number> {
    await this.take(`count ${pk}`);
    return this.items.get(pk)?.size ?? 0;
  }

  /** Everything whose partition begins so. */
  all(prefix: string): Item[] {
    return [...this.items].flatMap(([pk, items]) =>
      pk.startsWith(prefix) ? [...items.values()] : [],
    );
  }

  private async scan({ ExclusiveStartKey }: ScanCommandInput): Promise<Partial<ScanCommandOutput>> {
    const after = ExclusiveStartKey === undefined ? undefined : unmarshall(ExclusiveStartKey).pk;
    await this.take(`scan${after === undefined ? '' : ` after ${after}`}`);
    const way = this.scansBackwards ? -1 : 1;
    const left = [...this.items.keys()]
      .sort((a, b) => (a < b ? -way : way))
      .filter((pk) => after === undefined || (way === 1 ? pk > after : pk < after));
    const [pk] = left;
    const found = pk === undefined ? [] : [...(this.items.get(pk)?.values() ?? [])];
    return {
      Items: found.map((item) =>
        marshall({ ...item, v: ITEM_VERSION }, { removeUndefinedValues: true }),
      ),
      ScannedCount: found.length,
      ...(left.length > 1 && { LastEvaluatedKey: marshall({ pk, sk: '-' }) }),
    };
  }

  private range(pk: string, options: QueryOptions, after: string | undefined): [string, Item][] {
    const { startsWith = '', between: [from, to] = ['', '\u{10ffff}'], backwards } = options;
    const way = backwards === true ? -1 : 1;
    return [...(this.items.get(pk) ?? [])]
      .filter(([sk]) => sk.startsWith(startsWith) && sk >= from && sk <= to)
      .sort(([a], [b]) => (a < b ? -way : way))
      .filter(([sk]) => after === undefined || (way === 1 ? sk > after : sk < after));
  }

  private write(key: Key, fields: object): void {
    const partition = this.items.get(key.pk) ?? new Map<string, Item>();
    this.lives -= 1;
    this.writes += 1;
    this.items.set(key.pk, partition);
    partition.set(key.sk, { ...fields, pk: key.pk, sk: key.sk });
  }

  private async turn(): Promise<void> {
    for (let left = this.turns.shift() ?? 0; left > 0; left -= 1) await Promise.resolve();
  }
}

interface Shared {
  readonly items: Partitions;
  readonly take: Turn;
  readonly pageSize: number;
  readonly scansBackwards: boolean;
}
