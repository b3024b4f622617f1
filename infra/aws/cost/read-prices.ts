/**
 * `npm run docs:cost -- --region cn-northwest-1 --source https://… --as-of 2026-11-30 < prices.txt`: takes a region's price list as
 * somebody pasted it, one price a line (`tableWriteMillion 5.6`), in the region's currency and for what the name's end says.
 */
import { type RegionTraits, regionTraits } from '../regions.ts';
import { ITEM_NAMES, ITEMS, type ItemName, offerFile, type RegionPrices } from './prices.ts';

export interface PastedPrices {
  readonly region: string;
  /** Where the list was read. */
  readonly source: string;
  /** What day it speaks of, YYYY-MM-DD. */
  readonly asOf: string;
  readonly text: string;
}

/**
 * A region's prices with those of a pasted list in the place of all that stood.
 * @throws for a line that is missing, doubled or not understood: each is named, with where its price is to be read
 */
export function readPasted(
  { region, source, asOf, text }: PastedPrices,
  { currency, notes }: Omit<RegionPrices, 'prices'>,
): RegionPrices {
  const traits = regionTraits(region);
  const problems: string[] = [];
  const amounts = new Map<ItemName, number>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [name = '', given = '', ...rest] = line.trim().split(/[\s:=]+/);
    const at = `line ${index + 1}`;
    if (!isItem(name)) problems.push(`${at}: "${name}" is nothing that is paid for here.`);
    else if (rest.length > 0 || !/^\d+(\.\d+)?$/.test(given) || Number(given) === 0) {
      problems.push(`${at}: ${name} needs one amount over 0, such as 0.625, and no unit.`);
    } else if (amounts.has(name)) problems.push(`${at}: ${name} stands twice.`);
    else amounts.set(name, Number(given));
  }
  for (const item of ITEM_NAMES) {
    if (!amounts.has(item)) problems.push(`no line for ${item}: ${whereOf(item, traits)}`);
  }
  if (problems.length > 0) {
    throw new Error(`The price list of ${region} was not taken:\n- ${problems.join('\n- ')}`);
  }
  const prices = [...amounts].map(([item, amount]) => [item, { amount, source, asOf }] as const);
  return { currency, prices: Object.fromEntries(prices), notes };
}

const isItem = (name: string): name is ItemName => Object.hasOwn(ITEMS, name);

function whereOf(item: ItemName, traits: RegionTraits): string {
  const { unit, find } = ITEMS[item];
  return `the price of ${unit}, ${find} of ${offerFile(traits, item)}`;
}
