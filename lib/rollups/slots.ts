import { mapLimit } from '../async/map-limit.ts';
import { ByteReader, versionBytes } from '../ledger/bytes.ts';
import { detailOf, packDetail } from '../ledger/detail.ts';
import type { Entry } from '../ledger/entry.ts';
import { addRollups, type Rollup, rollUpEntries } from '../ledger/rollup.ts';
import { keys, minuteOf, PREFIX } from '../store/keys.ts';
import { entriesOfHour, entriesOfMinute } from '../store/ledger/entries.ts';
import type { Condition, Item, Table } from '../store/table.ts';
import {
  HOURS,
  hourAttribute,
  packHour,
  packOwnDetail,
  readHour,
  type StoreHour,
  slottedAttribute,
} from './store-day.ts';

/**
 * A busy store's hour is added up by minutes, each a slot: it is made of its own entries, and has its own guard. So
 * what comes in one minute rereads that minute and no hour. The hour is the sum of its slots, which stand
 * together in one item. What they say of their sales is rolled up on the slower beat of the dimensions.
 */

/** From so many entries on an hour has slots: rereading fewer costs less than one write more. */
export const SLOTTED_FROM = 100;

const READS_AT_ONCE = 4;
const WRITES_AT_ONCE = 8;

const MINUTES = Array.from({ length: 60 }, (_, minute) => String(minute).padStart(2, '0'));
export const minuteAttribute = (minute: string) => `m${minute}`;

/**
 * Rolls up an hour by its slots: those of the minutes that changed, where every slot is known to stand; else all. An
 * hour begins to have slots when a worker reads that it holds many entries. Whoever read it before that had
 * written its entries already, so they are in the first slots; whoever reads it after writes the slots of its own.
 * @param isSlotted whether the store-day says that all slots stand
 */
export async function rollUpBySlots(
  table: Table,
  place: StoreHour,
  isSlotted: boolean,
): Promise<void> {
  const { providerId, platform, storeId, merchantId, day, hour, minutes } = place;
  const changed = isSlotted && minutes !== undefined ? minutes : undefined;
  const byMinute = await readMinutes(table, place, changed);
  const key = keys.storeSlots(providerId, day, platform, storeId, hour);
  // As the last of the writes left it: what others wrote before is in it, and they see this when they write after.
  const item = (await writeSlots(table, key, byMinute)) ?? (await table.get(key));
  const total = addRollups(item === undefined ? [] : slotsOf(item).values());
  const attribute = hourAttribute(hour);
  await table.set(
    keys.storeDay(providerId, day, platform, storeId),
    {
      ...{ platform, storeId, merchantId, [attribute]: packHour(total, null) },
      ...(isSlotted ? {} : { [slottedAttribute(hour)]: true }),
    },
    newerThan(attribute, total.entryCount, !isSlotted),
  );
}

/** Holds where nothing stands or what stands has seen fewer entries: it begins with their number. */
export function newerThan(attribute: string, entryCount: number, orAsMany = false): Condition {
  return {
    expression: 'attribute_not_exists(#f) OR #f < :count',
    names: { '#f': attribute },
    // What has seen as many begins with the same bytes and goes on, so it sorts before the next number.
    values: { ':count': versionBytes(orAsMany ? entryCount + 1 : entryCount) },
  };
}

/** How many entries a packed rollup has seen, which is what its guard compares. */
export function versionOf(bytes: Uint8Array): number {
  return new ByteReader(bytes).version();
}

/** The totals of an hour's minutes. */
export function slotsOf(item: Item): Map<string, Rollup> {
  return new Map(
    MINUTES.flatMap((minute) => {
      const slot = readHour(item[minuteAttribute(minute)]);
      return slot === undefined ? [] : [[minute, slot.rollup] as const];
    }),
  );
}

async function readMinutes(
  table: Table,
  { providerId, platform, storeId, day, hour }: StoreHour,
  changed: readonly string[] | undefined,
): Promise<Map<string, Entry[]>> {
  const span = { providerId, platform, storeId };
  if (changed === undefined) {
    const entries = await entriesOfHour(table, span, day, hour);
    return Map.groupBy(entries, ({ occurredAt }) => minuteOf(occurredAt));
  }
  const read = await mapLimit(changed, READS_AT_ONCE, async (minute) => {
    const entries = await entriesOfMinute(table, span, day, hour, minute);
    return [minute, entries] as const;
  });
  return new Map(read);
}

/** @returns the item as the last of these writes left it; undefined where others were ahead in every minute */
async function writeSlots(
  table: Table,
  key: { pk: string; sk: string },
  byMinute: ReadonlyMap<string, readonly Entry[]>,
): Promise<Item | undefined> {
  const slots = [...byMinute].flatMap(([minute, entries]) =>
    entries.length === 0 ? [] : [{ name: minuteAttribute(minute), rollup: rollUpEntries(entries) }],
  );
  const [first] = slots;
  if (first === undefined) return undefined;
  const written = await setSlots(table, key, slots);
  if (written !== undefined || slots.length === 1) return written;
  let last: Item | undefined;
  for (const slot of slots) last = (await setSlots(table, key, [slot])) ?? last;
  return last;
}

function setSlots(
  table: Table,
  key: { pk: string; sk: string },
  slots: readonly { readonly name: string; readonly rollup: Rollup }[],
): Promise<Item | undefined> {
  const fields = slots.map(({ name, rollup }) => [name, packHour(rollup, null)]);
  const guards = slots.map(
    (_, index) => `(attribute_not_exists(#f${index}) OR #f${index} < :count${index})`,
  );
  const names = slots.map(({ name }, index) => [`#f${index}`, name]);
  const values = slots.map(({ rollup }, index) => [
    `:count${index}`,
    versionBytes(rollup.entryCount),
  ]);
  return table.setAndGet(key, Object.fromEntries(fields), {
    expression: guards.join(' AND '),
    names: Object.fromEntries(names),
    values: Object.fromEntries(values),
  });
}

/**
 * What the slots of a day's store-hours say of their sales, where the items that keep it know fewer entries than
 * the slots do: read again from the minutes' entries, and kept unless this only compares.
 * @returns as items of details
 */
export async function refreshSlotDetails(
  table: Table,
  { providerId, day }: { providerId: string; day: string },
  read: {
    readonly storeDays: readonly Item[];
    readonly apart: readonly Item[];
    readonly slots: readonly Item[];
  },
  isKept: boolean,
): Promise<Item[]> {
  const known = new Map(read.apart.map((item) => [item.sk, item]));
  const slots = new Map(read.slots.map((item) => [item.sk, item]));
  const behind = read.storeDays.flatMap((storeDay) => {
    const { platform, storeId } = storeDay as Item & { platform: string; storeId: string };
    return HOURS.flatMap((name) => {
      const hour = name.slice(1);
      const item = slots.get(keys.storeSlots(providerId, day, platform, storeId, hour).sk);
      if (storeDay[slottedAttribute(hour)] !== true || item === undefined) return [];
      return [...slotsOf(item)].flatMap(([minute, { entryCount }]) => {
        const key = keys.storeHourDetail(providerId, day, platform, storeId, `${hour}:${minute}`);
        const d = known.get(key.sk)?.d;
        const seen = d instanceof Uint8Array ? versionOf(d) : 0;
        return seen < entryCount
          ? [{ key, span: { providerId, platform, storeId }, hour, minute }]
          : [];
      });
    });
  });
  return mapLimit(behind, WRITES_AT_ONCE, async ({ key, span, hour, minute }) => {
    const entries = await entriesOfMinute(table, span, day, hour, minute);
    const d = packOwnDetail(entries.length, packDetail(detailOf(entries)));
    if (isKept) await table.set(key, { d }, newerThan('d', entries.length));
    return { ...key, d };
  });
}

/** Whether an item keeps an hour's slots. */
export const isSlots = ({ sk }: Item) => sk.startsWith(PREFIX.slots);
