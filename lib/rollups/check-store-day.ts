import { detailOf, packDetail, unpackDetail } from '../ledger/detail.ts';
import { packCells } from '../ledger/dimensions.ts';
import { type Entry, entrySchema } from '../ledger/entry.ts';
import { rollUpEntries } from '../ledger/rollup.ts';
import { hourOf, keys, ledgerPartition, minuteOf, PREFIX } from '../store/keys.ts';
import type { Condition, Item, Table } from '../store/table.ts';
import { minuteAttribute, slotsOf } from './slots.ts';
import {
  hasRoom,
  hourAttribute,
  ownDetail,
  packHour,
  packOwnDetail,
  readHour,
  type StoreHour,
  slottedAttribute,
} from './store-day.ts';
import { rollUpHour } from './store-hour.ts';

/**
 * A store's day against its entries. A total that is wrong with the right count, or that counted too much,
 * is no news to a rollup: it is put right here, while it still stands as it was found.
 */

export type StoreDayPlace = Omit<StoreHour, 'hour' | 'minutes'>;

/** One hour's entries. Of an erased one the buyer is gone, and totals rolled up before still count the hash. */
interface Hour {
  readonly entries: Entry[];
  isErased: boolean;
}

/** @returns the hours that are not what their entries come to */
export async function wrongHours(table: Table, place: StoreDayPlace): Promise<string[]> {
  const { item, apart, slots } = await readStanding(table, place);
  const hours = await readHours(table, place);
  return [...hours].flatMap(([hour, own]) => {
    const standing = readHour(item?.[hourAttribute(hour)]);
    if (item?.[slottedAttribute(hour)] === true) {
      const isRight = isSame(standing?.rollup ?? {}, rollUpEntries(own.entries));
      return isRight && areSlotsRight(hour, own, slots.get(hour), apart) ? [] : [hour];
    }
    const detail =
      standing?.detail ?? (apart.get(hour) && ownDetail(apart.get(hour) as Item).detail);
    if (standing === undefined || !isSame(standing.rollup, rollUpEntries(own.entries)))
      return [hour];
    return detail !== undefined && isSameDetail(detail, own) ? [] : [hour];
  });
}

/** Writes an hour as its entries have it, whatever stands there. Twice is harmless. */
export async function mendHour(table: Table, place: StoreDayPlace, hour: string): Promise<void> {
  const attribute = hourAttribute(hour);
  // Before the entries: what is written in between is newer, and stays.
  const { item, apart, slots } = await readStanding(table, place);
  const own = (await readHours(table, place)).get(hour)?.entries ?? [];
  const isSlotted = item?.[slottedAttribute(hour)] === true;
  if (isSlotted) await mendSlots(table, { ...place, hour }, own, slots.get(hour), apart);
  const rollup = rollUpEntries(own);
  const standing = readHour(item?.[attribute]);
  if (standing === undefined || standing.rollup.entryCount < rollup.entryCount) {
    return rollUpHour(table, { ...place, hour });
  }
  const { providerId, day, platform, storeId } = place;
  const detail = packDetail(detailOf(own));
  const isInline = !isSlotted && hasRoom(item, attribute, detail);
  if (!isInline && !isSlotted) {
    const key = keys.storeHourDetail(providerId, day, platform, storeId, hour);
    const d = packOwnDetail(rollup.entryCount, detail);
    await table.set(key, { d }, unchanged('d', apart.get(hour)?.d));
  }
  const packed = packHour(rollup, isInline ? detail : null);
  const key = keys.storeDay(providerId, day, platform, storeId);
  await table.set(key, { [attribute]: packed }, unchanged(attribute, item?.[attribute]));
}

/** Whether an hour's slots are what their entries come to, and so is what was kept of their sales. */
function areSlotsRight(
  hour: string,
  { entries, isErased }: Hour,
  item: Item | undefined,
  apart: ReadonlyMap<string, Item>,
): boolean {
  const slots = item === undefined ? new Map() : slotsOf(item);
  return [...byMinute(entries)].every(([minute, own]) => {
    if (!isSame(slots.get(minute) ?? {}, rollUpEntries(own))) return false;
    const kept = apart.get(`${hour}:${minute}`);
    // What is behind is rolled up with the dimensions.
    if (kept === undefined || ownDetail(kept).entryCount < own.length) return true;
    return isSameDetail(ownDetail(kept).detail, { entries: own, isErased });
  });
}

/** Writes an hour's slots as their entries have them, where they still stand as they were found. */
async function mendSlots(
  table: Table,
  { providerId, day, platform, storeId, hour }: StoreHour,
  entries: readonly Entry[],
  item: Item | undefined,
  apart: ReadonlyMap<string, Item>,
): Promise<void> {
  const key = keys.storeSlots(providerId, day, platform, storeId, hour);
  for (const [minute, own] of byMinute(entries)) {
    const attribute = minuteAttribute(minute);
    const packed = packHour(rollUpEntries(own), null);
    await table.set(key, { [attribute]: packed }, unchanged(attribute, item?.[attribute]));
    const name = `${hour}:${minute}`;
    const d = packOwnDetail(own.length, packDetail(detailOf(own)));
    const detailKey = keys.storeHourDetail(providerId, day, platform, storeId, name);
    await table.set(detailKey, { d }, unchanged('d', apart.get(name)?.d));
  }
}

const byMinute = (entries: readonly Entry[]) =>
  Map.groupBy(entries, ({ occurredAt }) => minuteOf(occurredAt));

/** Holds while what was read still stands. */
export function unchanged(attribute: string, standing: unknown): Condition {
  const names = { '#f': attribute };
  if (standing === undefined) return { expression: 'attribute_not_exists(#f)', names };
  return { expression: '#f = :standing', names, values: { ':standing': standing } };
}

async function readStanding(table: Table, place: StoreDayPlace) {
  const { providerId, day, platform, storeId } = place;
  const item = await table.get(keys.storeDay(providerId, day, platform, storeId));
  const apart = new Map<string, Item>();
  const { pk, sk } = keys.storeHourDetail(providerId, day, platform, storeId, '');
  for await (const own of table.query(pk, { startsWith: sk })) apart.set(lastOf(own), own);
  const slots = new Map<string, Item>();
  const ofStore = sk.replace(PREFIX.detail, PREFIX.slots);
  for await (const own of table.query(pk, { startsWith: ofStore })) slots.set(lastOf(own), own);
  return { item, apart, slots };
}

/** The hour that an item is of, or the hour and its minute. */
const lastOf = ({ sk }: Item) => sk.slice(sk.lastIndexOf('#') + 1);

async function readHours(table: Table, place: StoreDayPlace): Promise<Map<string, Hour>> {
  const { providerId, day, platform, storeId } = place;
  const hours = new Map<string, Hour>();
  const pk = ledgerPartition(providerId, platform, storeId);
  for await (const item of table.query(pk, { startsWith: `${day}#` })) {
    const entry = entrySchema.parse(item);
    const hour = hourOf(entry.occurredAt);
    const own = hours.get(hour) ?? { entries: [], isErased: false };
    own.entries.push(entry);
    own.isErased ||= item.erasedBy !== undefined;
    hours.set(hour, own);
  }
  return hours;
}

function isSameDetail(standing: Uint8Array, { entries, isErased }: Hour): boolean {
  const expected = detailOf(entries);
  if (!isErased) return Buffer.compare(standing, packDetail(expected)) === 0;
  return Buffer.compare(packCells(unpackDetail(standing).cells), packCells(expected.cells)) === 0;
}

function isSame(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
