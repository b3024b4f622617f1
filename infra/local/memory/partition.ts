import type { Item } from '../../../lib/store/table.ts';
import { compareText } from './conditions.ts';

export interface Range {
  readonly from: string;
  /** Included; undefined: to the end of `startsWith`. */
  readonly to: string | undefined;
  readonly startsWith: string;
  readonly backwards: boolean;
  /** Goes on behind this key, in the direction of reading. */
  readonly after: string | undefined;
  readonly most: number;
}

/** The items under one partition key, in the order of their sort keys, and what each was before. */
export class Partition {
  private readonly items = new Map<string, Item>();
  private readonly olds = new Map<string, Item>();
  /** Sorted; sort keys mostly come in order, so that a new one goes to the end. */
  private readonly order: string[] = [];

  /** The same items, which are frozen, for a table of its own. */
  copy(): Partition {
    const copy = new Partition();
    for (const [sk, item] of this.items) copy.items.set(sk, item);
    for (const [sk, item] of this.olds) copy.olds.set(sk, item);
    copy.order.push(...this.order);
    return copy;
  }

  get size(): number {
    return this.items.size;
  }

  get(sk: string): Item | undefined {
    return this.items.get(sk);
  }

  /** As a weakly consistent read may still see it. */
  before(sk: string): Item | undefined {
    return this.olds.get(sk);
  }

  all(): Item[] {
    return this.order.map((sk) => this.items.get(sk) as Item);
  }

  set(sk: string, item: Item): this {
    const standing = this.items.get(sk);
    if (standing === undefined) this.order.splice(this.placeOf(sk), 0, sk);
    this.remember(sk, standing);
    this.items.set(sk, item);
    return this;
  }

  delete(sk: string): void {
    const standing = this.items.get(sk);
    if (standing === undefined) return;
    this.order.splice(this.placeOf(sk), 1);
    this.remember(sk, standing);
    this.items.delete(sk);
  }

  /** The sort keys of one page, and whether another page may follow. */
  range({ from, to, startsWith, backwards, after, most }: Range) {
    let low = this.placeOf(from);
    let high = to === undefined ? this.endOf(low, startsWith) : this.placeBehind(to);
    if (after !== undefined && !backwards) low = this.placeBehind(after);
    if (after !== undefined && backwards) high = this.placeOf(after);
    high = Math.max(low, high);
    const count = Math.min(most, high - low);
    const keys = backwards
      ? this.order.slice(high - count, high).reverse()
      : this.order.slice(low, low + count);
    return { keys, hasMore: count < high - low };
  }

  private remember(sk: string, item: Item | undefined): void {
    if (item === undefined) this.olds.delete(sk);
    else this.olds.set(sk, item);
  }

  /** Where it stands, or would. */
  private placeOf(sk: string): number {
    const last = this.order.at(-1);
    if (last === undefined || compareText(last, sk) < 0) return this.order.length;
    return this.first((one) => compareText(one, sk) >= 0);
  }

  private placeBehind(sk: string): number {
    return this.first((one) => compareText(one, sk) > 0);
  }

  private endOf(low: number, startsWith: string): number {
    if (startsWith === '') return this.order.length;
    return this.first(
      (one) => compareText(one, startsWith) > 0 && !one.startsWith(startsWith),
      low,
    );
  }

  /** The first place where it holds; from there on it holds everywhere. */
  private first(test: (sk: string) => boolean, from = 0): number {
    let [low, high] = [from, this.order.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (test(this.order[middle] as string)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
