import { type BodyKeys, NO_BODY_KEYS } from '../../../lib/crypto/body-keys.ts';
import type { Key } from '../../../lib/store/keys.ts';
import {
  type Condition,
  ITEM_VERSION,
  type Item,
  type QueryOptions,
  readItem,
  Table,
} from '../../../lib/store/table.ts';
import { holds } from './conditions.ts';
import { kept } from './kept.ts';
import { Partition } from './partition.ts';
import { type Scanning, scannerOf } from './scanner.ts';
import { readUnits, writeUnits } from './size.ts';
import type { Take } from './take.ts';

/**
 * The table in memory: for the demo's past, and for properties and worlds that are tried thousands of times. It is held to the emulator by
 * `test/world/store/table.test.ts`. What it holds is frozen, so nobody changes it in place.
 */

type Partitions = Map<string, Partition>;

const ABSENT: Condition = { expression: 'attribute_not_exists(pk)' };

const NOW: Take = async () => {};

/** What a call would cost: a write, also one that its condition refuses, or a read. */
export interface Charge {
  readonly isWrite: boolean;
  readonly pk: string;
  /** Of a query its first words: `startsWith`, or the lower end. */
  readonly sk: string;
  readonly units: number;
  readonly isRefused: boolean;
}

export interface Shared {
  readonly items: Partitions;
  readonly bodyKeys: BodyKeys;
  readonly take: Take;
  /** Learns what each call costs; nobody does where it is absent. */
  readonly charge: ((charge: Charge) => void) | undefined;
  /** Items that a query or a scan reads at once. */
  readonly pageSize: number;
  /** What each item that is written carries: the version of its shape. */
  readonly stamp: Readonly<Record<string, unknown>>;
  /** How a scan reads; pages end with their partitions where a caller takes turns. */
  readonly scanning: Partial<Pick<Scanning, 'partitionsAPage' | 'isBackwards'>>;
}

const STAMP = { v: ITEM_VERSION } as const;

/** Of another version than ours, as `Table` reads it. */
function asRead(item: Item | undefined): Item | undefined {
  const isOurs = item?.v === ITEM_VERSION || item?.v === undefined;
  return isOurs ? item : readItem(item);
}

export class MemoryTable extends Table {
  readonly items: Partitions;
  writes = 0;
  private readonly take: Take;
  private readonly charge: Shared['charge'];
  private readonly pageSize: number;
  private readonly stamp: Shared['stamp'];

  constructor({
    items = new Map(),
    bodyKeys = NO_BODY_KEYS,
    take = NOW,
    charge,
    pageSize = Number.POSITIVE_INFINITY,
    stamp = STAMP,
    scanning = {},
  }: Partial<Shared> = {}) {
    super(undefined as never, 'memory', bodyKeys);
    this.items = items;
    this.take = take;
    this.charge = charge;
    this.pageSize = pageSize;
    this.stamp = stamp;
    const how = {
      ...{ pageSize, partitionsAPage: Number.POSITIVE_INFINITY, isBackwards: false },
      ...scanning,
    };
    Object.assign(this, { client: scannerOf(items, take, how) });
  }

  /** A table that begins with the same items. */
  copy(): MemoryTable {
    return new MemoryTable({
      items: new Map([...this.items].map(([pk, partition]) => [pk, partition.copy()])),
      bodyKeys: this.bodyKeys,
    });
  }

  /**
   * The same items for one worker, whose calls take turns.
   * @param pageSize items that a query reads at once
   * @param how.partitionsAPage that a scan reads at once
   * @param how.stamp what it writes into each item: another version's worker has its own
   */
  seenBy(
    take: Take,
    pageSize = Number.POSITIVE_INFINITY,
    {
      partitionsAPage = 1,
      stamp = STAMP,
    }: Partial<Pick<Scanning, 'partitionsAPage'> & Pick<Shared, 'stamp'>> = {},
  ): MemoryTable {
    const scanning = { partitionsAPage };
    const { items, bodyKeys, charge } = this;
    return new MemoryTable({ items, bodyKeys, take, charge, pageSize, stamp, scanning });
  }

  /** The same, and a scan comes to the partitions in the other order. */
  scannedBackwardsBy(take: Take): MemoryTable {
    const scanning = { partitionsAPage: 1, isBackwards: true };
    const { items, bodyKeys } = this;
    return new MemoryTable({ items, bodyKeys, take, scanning });
  }

  override async get({ pk, sk }: Key, consistent = true): Promise<Item | undefined> {
    const fate = await this.take(`get ${pk} ${sk}`, consistent ? 'read' : 'weak read');
    const partition = this.items.get(pk);
    const item = fate?.isStale === true ? partition?.before(sk) : partition?.get(sk);
    this.chargeRead(pk, sk, [item], consistent);
    await fate?.after?.();
    return asRead(item);
  }

  override async put(
    key: Key,
    fields: object,
    condition: Condition | null = ABSENT,
    _withinMs?: number,
  ): Promise<boolean> {
    const item = kept({ ...fields, ...this.stamp, pk: key.pk, sk: key.sk }) as Item;
    return (await this.write('put', key, condition, () => item)).isMet;
  }

  override async set(
    key: Key,
    fields: Record<string, unknown>,
    guard: Condition,
  ): Promise<boolean> {
    return (await this.setAndGet(key, fields, guard)) !== undefined;
  }

  override async setAndGet(
    key: Key,
    fields: Record<string, unknown>,
    guard: Condition,
  ): Promise<Item | undefined> {
    const wrong = Object.keys(fields).find((name) => name === 'pk' || name === 'sk');
    if (wrong !== undefined) throw new Error(`ValidationException: ${wrong} is part of the key`);
    const absent = Object.entries(fields).find(([, value]) => value === undefined);
    if (absent !== undefined) throw new Error(`ValidationException: ${absent[0]} has no value`);
    const set = kept({ ...fields, ...this.stamp });
    const what = `set ${Object.keys(fields).join(' ')}`;
    const { item } = await this.write(what, key, guard, (standing) =>
      Object.freeze({ ...standing, ...set, pk: key.pk, sk: key.sk }),
    );
    return asRead(item);
  }

  override async delete(key: Key, condition: Condition | null = null): Promise<boolean> {
    return (await this.write('delete', key, condition, () => undefined)).isMet;
  }

  override async *query(pk: string, options: QueryOptions = {}): AsyncGenerator<Item> {
    const { startsWith = '', between: [from, to] = [startsWith, undefined] } = options;
    const { limit = Number.POSITIVE_INFINITY, backwards = false, consistent = true } = options;
    let left = limit;
    let after: string | undefined;
    do {
      const what = `query ${pk}${after === undefined ? '' : ` after ${after}`}`;
      const fate = await this.take(what, consistent ? 'read' : 'weak read');
      const found = this.items.get(pk)?.range({
        ...{ from, to, startsWith: options.between === undefined ? startsWith : '' },
        ...{ backwards, after, most: Math.min(left, this.pageSize) },
      });
      const page = found?.keys ?? [];
      const items = page.map((sk) => this.seen(pk, sk, fate?.isStale === true));
      after = found?.hasMore === true ? page.at(-1) : undefined;
      this.chargeRead(pk, from, items, consistent);
      await fate?.after?.();
      for (const item of items) if (item !== undefined) yield asRead(item) as Item;
      left -= page.length;
    } while (after !== undefined && left > 0);
  }

  override async count(pk: string): Promise<number> {
    const fate = await this.take(`count ${pk}`, 'read');
    const { size = 0 } = this.items.get(pk) ?? {};
    await fate?.after?.();
    return size;
  }

  /** Everything whose partition begins so. */
  all(prefix: string): Item[] {
    return [...this.items].flatMap(([pk, partition]) =>
      pk.startsWith(prefix) ? partition.all() : [],
    );
  }

  /**
   * What DynamoDB's time to live has deleted by now, a day or two late or not at all.
   * @param isDeleted of each that has expired
   */
  expire(nowSeconds: number, isDeleted: (item: Item) => boolean = () => true): number {
    let expired = 0;
    for (const item of this.all('')) {
      const { pk, sk, expiresAt } = item;
      if (typeof expiresAt !== 'number' || expiresAt > nowSeconds || !isDeleted(item)) continue;
      this.items.get(pk)?.delete(sk);
      expired += 1;
    }
    return expired;
  }

  private seen(pk: string, sk: string, isStale: boolean): Item | undefined {
    const partition = this.items.get(pk);
    return isStale ? partition?.before(sk) : partition?.get(sk);
  }

  private async write(
    what: string,
    { pk, sk }: Key,
    condition: Condition | null,
    next: (standing: Item | undefined) => Item | undefined,
  ): Promise<{ isMet: boolean; item: Item | undefined }> {
    if (pk === '' || sk === '') throw new Error('ValidationException: a key is empty');
    const fate = await this.take(`${what} ${pk} ${sk}`, 'write');
    const standing = this.items.get(pk)?.get(sk);
    const isMet = condition === null || holds(condition, standing);
    const item = next(standing);
    if (isMet) this.apply(pk, sk, item);
    const units = this.charge === undefined ? 0 : writeUnits(standing, item);
    this.charge?.({ isWrite: true, pk, sk, units, isRefused: !isMet });
    await fate?.after?.();
    return { isMet, item: isMet ? item : undefined };
  }

  private chargeRead(
    pk: string,
    sk: string,
    items: readonly (Item | undefined)[],
    consistent: boolean,
  ): void {
    if (this.charge === undefined) return;
    const units = readUnits(items, consistent);
    this.charge({ isWrite: false, pk, sk, units, isRefused: false });
  }

  private apply(pk: string, sk: string, item: Item | undefined): void {
    this.writes += 1;
    const partition = this.items.get(pk);
    if (item === undefined) {
      partition?.delete(sk);
      return;
    }
    if (partition !== undefined) partition.set(sk, item);
    else this.items.set(pk, new Partition().set(sk, item));
  }
}
