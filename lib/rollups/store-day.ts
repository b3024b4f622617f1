import * as z from 'zod';
import { type Platform, platformSchema } from '../events/id.ts';
import { ByteReader, ByteWriter } from '../ledger/bytes.ts';
import type { Entry } from '../ledger/entry.ts';
import { addRollups, type Rollup, readRollup, writeRollup } from '../ledger/rollup.ts';
import { hourOf, minuteOf, PREFIX } from '../store/keys.ts';
import type { Item } from '../store/table.ts';

/** One store's total for one provider and business day. */
export interface StoreDay {
  readonly platform: Platform;
  readonly storeId: string;
  readonly merchantId: string;
  readonly rollup: Rollup;
}

/** The smallest thing that is rolled up: one store's hour for one provider. */
export interface StoreHour {
  readonly providerId: string;
  readonly platform: Platform;
  readonly storeId: string;
  readonly merchantId: string;
  readonly day: string;
  /** `00` to `23`, Asia/Shanghai. */
  readonly hour: string;
  /** The minutes that changed, `00` to `59`; absent: any of them. */
  readonly minutes?: readonly string[];
}

/** The store-hour that an entry is rolled up in. */
export function storeHourOf(entry: Entry): StoreHour {
  const { providerId, platform, storeId, merchantId, businessDay, occurredAt } = entry;
  const place = { providerId, platform, storeId, merchantId };
  const minutes = [minuteOf(occurredAt)];
  return { ...place, day: businessDay, hour: hourOf(occurredAt), minutes };
}

const storeDaySchema = z.object({
  platform: platformSchema,
  storeId: z.string(),
  merchantId: z.string(),
});

export const hourAttribute = (hour: string) => `h${hour}`;

/** True where an hour is the sum of its slots: see `rollUpBySlots`. */
export const slottedAttribute = (hour: string) => `s${hour}`;

export const HOURS = Array.from({ length: 24 }, (_, hour) =>
  hourAttribute(String(hour).padStart(2, '0')),
);

/**
 * Up to this many bytes of a store-day, what an hour's entries say of their sales stands in it too; more
 * has an item of its own. So a store-day costs one write unit, and 50 of them are listed for five read units.
 */
const STORE_DAY_BYTES = 480;

/** A store-day as its item keeps it: by hours, each an attribute of its own. */
export function storeDayOf(item: Item): StoreDay {
  const hours = HOURS.flatMap((hour) => readHour(item[hour])?.rollup ?? []);
  return { ...storeDaySchema.parse(item), rollup: addRollups(hours) };
}

/** The hours of a store-day's item, each with its rollup. */
export function hoursOf(item: Item): { hour: string; rollup: Rollup }[] {
  return HOURS.flatMap((name) => {
    const rollup = readHour(item[name])?.rollup;
    return rollup === undefined ? [] : [{ hour: name.slice(1), rollup }];
  });
}

/** What store-days say of their sales. */
export interface Details {
  readonly details: readonly Uint8Array[];
  /** How many entries both the store-days and the details have seen. */
  readonly entryCount: number;
}

/**
 * The details of store-days, each hour's once: in the store-day itself or in an item of its own. Where
 * both stand, two workers thought differently of the room there was, and the store-day's is the newer.
 * Items are read one after the other, so an hour may be newer than the detail that was read before it.
 */
export function detailsOf(storeDays: readonly Item[], own: readonly Item[]): Details {
  const apart = new Map(own.map((item) => [item.sk.slice(PREFIX.detail.length), ownDetail(item)]));
  const inline: Uint8Array[] = [];
  let entryCount = 0;
  for (const item of storeDays) {
    for (const name of HOURS) {
      const hour = readHour(item[name]);
      if (hour === undefined) continue;
      const place = `${item.sk.slice(PREFIX.store.length)}#${name.slice(1)}`;
      if (item[slottedAttribute(name.slice(1))] === true) {
        // What is older than the slots has the same entries once more.
        apart.delete(place);
        entryCount += Math.min(seenBySlots(apart, place), hour.rollup.entryCount);
        continue;
      }
      if (hour.detail !== null) {
        inline.push(hour.detail);
        apart.delete(place);
      }
      const seen =
        hour.detail !== null ? hour.rollup.entryCount : (apart.get(place)?.entryCount ?? 0);
      entryCount += Math.min(seen, hour.rollup.entryCount);
    }
  }
  return { details: [...inline, ...[...apart.values()].map(({ detail }) => detail)], entryCount };
}

function seenBySlots(apart: ReadonlyMap<string, { entryCount: number }>, place: string): number {
  let seen = 0;
  for (let minute = 0; minute < 60; minute += 1) {
    seen += apart.get(`${place}:${String(minute).padStart(2, '0')}`)?.entryCount ?? 0;
  }
  return seen;
}

/** Whether an hour's detail still fits its store-day. An hour that has its detail apart keeps it there. */
export function hasRoom(item: Item | undefined, attribute: string, detail: Uint8Array): boolean {
  if (item === undefined) return detail.byteLength <= STORE_DAY_BYTES;
  const before = item[attribute];
  if (before instanceof Uint8Array && readHour(before)?.detail === null) return false;
  const others = HOURS.filter((hour) => hour !== attribute).map((hour) => item[hour]);
  const bytes = others.reduce(
    (sum: number, hour) => sum + (hour instanceof Uint8Array ? hour.byteLength + 3 : 0),
    detail.byteLength,
  );
  return bytes <= STORE_DAY_BYTES;
}

/** @param detail null where it has an item of its own */
export function packHour(rollup: Rollup, detail: Uint8Array | null): Uint8Array {
  const writer = new ByteWriter().version(rollup.entryCount);
  writeRollup(writer, rollup);
  if (detail !== null) writer.raw(detail);
  return writer.finish();
}

export interface StoredHour {
  readonly rollup: Rollup;
  /** Null where it has an item of its own. */
  readonly detail: Uint8Array | null;
}

/** An hour as a store-day keeps it; undefined where there is none. */
export function readHour(bytes: unknown): StoredHour | undefined {
  if (!(bytes instanceof Uint8Array)) return undefined;
  const reader = new ByteReader(bytes);
  reader.version();
  const rollup = readRollup(reader);
  return { rollup, detail: reader.isAtEnd ? null : reader.rest() };
}

/** What the item of a detail keeps as `d`. */
export function packOwnDetail(entryCount: number, detail: Uint8Array): Uint8Array {
  return new ByteWriter().version(entryCount).raw(detail).finish();
}

/** What an item of a detail keeps. @throws RangeError when it keeps none */
export function ownDetail(item: Item): { entryCount: number; detail: Uint8Array } {
  if (item.d instanceof Uint8Array) {
    return { entryCount: new ByteReader(item.d).version(), detail: item.d.subarray(4) };
  }
  throw new RangeError('a stored detail has no bytes');
}
