/** The arithmetic of docs/cost.md, apart from its words: units × prices, and a total only of what is known. */
import { MB_PER_PROCESSOR } from '../../memory.ts';
import type { ItemName, RegionPrices } from './prices.ts';

/** How much of each item something takes. */
export type Usage = Readonly<Partial<Record<ItemName, number>>>;

export interface Line {
  readonly item: ItemName;
  readonly units: number;
  /** Of one unit; absent when nobody could read the price. */
  readonly each?: number;
  /** Of all units; absent with the price. */
  readonly cost?: number;
}

export interface Estimate {
  readonly lines: readonly Line[];
  /** Absent while a single price is: what is known would pass for the whole. */
  readonly total?: number;
  readonly missing: readonly ItemName[];
}

/** What a usage costs in a region, in the region's currency. */
export function estimate(usage: Usage, { prices }: Pick<RegionPrices, 'prices'>): Estimate {
  const lines = Object.entries(usage).map(([name, units]): Line => {
    const item = name as ItemName;
    const amount = prices[item]?.amount;
    if (amount === undefined) return { item, units };
    const each = amount / unitsOfPrice(item);
    return { item, units, each, cost: units * each };
  });
  const missing = lines.filter(({ cost }) => cost === undefined).map(({ item }) => item);
  if (missing.length > 0) return { lines, missing };
  return { lines, missing, total: lines.reduce((sum, { cost = 0 }) => sum + cost, 0) };
}

/** The end of an item's name says how many units its price is for. */
const unitsOfPrice = (item: ItemName) => (item.endsWith('Million') ? 1e6 : 1);

/** The part of a processor that a function has for its memory. */
const processorsOf = (memoryMb: number) => memoryMb / MB_PER_PROCESSOR;

/** What a call is billed that needs so much of a whole processor, and waits for nothing. */
export function gigabyteSeconds(processorMicros: number, memoryMb: number): number {
  return (processorMicros / 1e6 / processorsOf(memoryMb)) * (memoryMb / 1024);
}
