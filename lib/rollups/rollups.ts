import type { Platform } from '../events/id.ts';
import { versionBytes } from '../ledger/bytes.ts';
import type { Rollup } from '../ledger/rollup.ts';
import { bucketPartition, keys, PREFIX, providerPartition } from '../store/keys.ts';
import type { Item, Table } from '../store/table.ts';
import { markOfDay } from './dimensions-due.ts';
import {
  bucketAttribute,
  byPlatform,
  overPlatforms,
  type PlatformRollups,
  type ProviderDay,
  packPlatforms,
  providerDayOf,
} from './provider-day.ts';
import { newerThan, versionOf } from './slots.ts';
import {
  hasRoom,
  hourAttribute,
  hoursOf,
  packHour,
  packOwnDetail,
  type StoreDay,
  storeDayOf,
} from './store-day.ts';

/**
 * Writes one hour of a store-day where it is newer than what stands. A store's day is kept by hours,
 * each with its own guard, so that a busy store rereads the hour that changed and not its day.
 * @param detail the hour's cells and buyers: see `packDetail`
 * @param read the store-day's item, where the caller has read it
 */
export async function rollUpStoreHour(
  table: Table,
  providerId: string,
  day: string,
  hour: string,
  total: StoreDay,
  detail: Uint8Array,
  read?: { readonly item: Item | undefined },
): Promise<void> {
  const key = keys.storeDay(providerId, day, total.platform, total.storeId);
  const attribute = hourAttribute(hour);
  const { entryCount } = total.rollup;
  const { item } = read ?? { item: await table.get(key) };
  const standing = item?.[attribute];
  // Reading is a fraction of a refused write's price, and a repeated message changes nothing.
  if (standing instanceof Uint8Array && versionOf(standing) >= entryCount) return;
  const isInline = hasRoom(item, attribute, detail);
  if (!isInline) {
    const own = keys.storeHourDetail(providerId, day, total.platform, total.storeId, hour);
    // First, so that an hour that stands has its detail, whatever died in between.
    await table.set(own, { d: packOwnDetail(entryCount, detail) }, newerThan('d', entryCount));
  }
  const packed = packHour(total.rollup, isInline ? detail : null);
  const { platform, storeId, merchantId } = total;
  await table.set(
    key,
    { platform, storeId, merchantId, [attribute]: packed },
    newerThan(attribute, entryCount),
  );
}

/**
 * Rolls up buckets of a provider's day from their store-days, each with its own guard, in one write.
 * @returns the day as this left it, where it wrote anything
 */
export async function rollUpBuckets(
  table: Table,
  providerId: string,
  day: string,
  buckets: readonly number[],
): Promise<Item | undefined> {
  const key = keys.providerDay(providerId, day);
  // It only spares a write that would be refused, so it may be a moment behind.
  const standing = await table.get(key, false);
  const rolledUp = await Promise.all(
    buckets.map(async (bucket) => {
      const stores: StoreDay[] = [];
      const pk = bucketPartition(providerId, day, bucket);
      for await (const item of table.query(pk, { startsWith: PREFIX.store })) {
        stores.push(storeDayOf(item));
      }
      return { bucket, rollups: byPlatform(stores) };
    }),
  );
  const newer = rolledUp.filter(({ bucket, rollups }) => {
    const before = standing?.[bucketAttribute(bucket)];
    const { entryCount } = overPlatforms(rollups);
    return entryCount > (before instanceof Uint8Array ? versionOf(before) : 0);
  });
  if (newer.length === 0) return undefined;
  const written = await setBuckets(table, key, newer);
  if (written !== undefined || newer.length === 1) return written;
  // Another worker was ahead in one of them: each stands for itself then.
  let last: Item | undefined;
  for (const one of newer) last = (await setBuckets(table, key, [one])) ?? last;
  return last;
}

async function setBuckets(
  table: Table,
  key: { pk: string; sk: string },
  rolledUp: readonly { bucket: number; rollups: PlatformRollups }[],
): Promise<Item | undefined> {
  const fields = rolledUp.map(({ bucket, rollups }) => [
    bucketAttribute(bucket),
    packPlatforms(rollups),
  ]);
  const guards = rolledUp.map(({ bucket, rollups }, index) => ({
    expression: `(attribute_not_exists(#f${index}) OR #f${index} < :count${index})`,
    name: [`#f${index}`, bucketAttribute(bucket)] as const,
    value: [`:count${index}`, versionBytes(overPlatforms(rollups).entryCount)] as const,
  }));
  return table.setAndGet(key, Object.fromEntries(fields), {
    expression: guards.map(({ expression }) => expression).join(' AND '),
    names: Object.fromEntries(guards.map(({ name }) => name)),
    values: Object.fromEntries(guards.map(({ value }) => value)),
  });
}

/** The store-days of one bucket, in key order. */
export async function* storeDays(
  table: Table,
  providerId: string,
  day: string,
  bucket: number,
): AsyncGenerator<StoreDay> {
  const options = { startsWith: PREFIX.store, consistent: false };
  const pk = bucketPartition(providerId, day, bucket);
  for await (const item of table.query(pk, options)) yield storeDayOf(item);
}

/** So many store-days of one bucket after a sort key, with theirs. */
export async function storeDaysAfter(
  table: Table,
  { providerId, day, bucket }: { providerId: string; day: string; bucket: number },
  after: string | null,
  limit: number,
): Promise<{ sk: string; store: StoreDay }[]> {
  const found: { sk: string; store: StoreDay }[] = [];
  // '$' sorts right after '#', and a space before everything that an escaped id begins with.
  const between = [after === null ? PREFIX.store : `${after} `, 'STORE$'] as const;
  const pk = bucketPartition(providerId, day, bucket);
  for await (const item of table.query(pk, { between, limit, consistent: false })) {
    found.push({ sk: item.sk, store: storeDayOf(item) });
  }
  return found;
}

/** One store's day; undefined when nothing was booked there. */
export async function readStoreDay(
  table: Table,
  providerId: string,
  day: string,
  platform: Platform,
  storeId: string,
): Promise<StoreDay | undefined> {
  const item = await table.get(keys.storeDay(providerId, day, platform, storeId), false);
  return item === undefined ? undefined : storeDayOf(item);
}

/** One store's day by the hour; without what is rolled up of nothing. */
export async function readStoreHours(
  table: Table,
  providerId: string,
  day: string,
  { platform, storeId }: { platform: Platform; storeId: string },
): Promise<Map<string, Rollup>> {
  const item = await table.get(keys.storeDay(providerId, day, platform, storeId), false);
  const hours = item === undefined ? [] : hoursOf(item);
  return new Map(hours.map(({ hour, rollup }) => [hour, rollup]));
}

/**
 * The same, with the version of each day and of its dimensions (`markOfDay`), and all of them in one text: it changes
 * with whatever is made of them.
 */
export async function readVersionedDays(
  table: Table,
  providerId: string,
  window: { from: string; to: string },
): Promise<{
  readonly days: ProviderDay[];
  readonly marks: ReadonlyMap<string, string>;
  readonly version: string;
}> {
  const days: ProviderDay[] = [];
  const marks = new Map<string, string>();
  for await (const item of providerDayItems(table, providerId, window, false)) {
    const day = providerDayOf(item);
    days.push(day);
    marks.set(day.day, markOfDay(item));
  }
  const all = [...marks].map(([day, mark]) => `${day}:${mark}`);
  return { days, marks, version: [window.from, window.to, ...all].join(' ') };
}

/** A provider's days within a window: at most one small item a day. */
export async function readProviderDays(
  table: Table,
  providerId: string,
  window: { from: string; to: string },
  consistent = false,
): Promise<ProviderDay[]> {
  const days: ProviderDay[] = [];
  for await (const item of providerDayItems(table, providerId, window, consistent)) {
    days.push(providerDayOf(item));
  }
  return days;
}

/** The first day with anything booked for a provider: half a read unit. */
export async function firstProviderDay(table: Table, providerId: string): Promise<string | null> {
  const window = { from: '', to: '9' };
  for await (const item of providerDayItems(table, providerId, window, false, 1)) {
    return item.sk.slice(PREFIX.day.length);
  }
  return null;
}

/** Whether anything was booked for a provider within a window: half a read unit. */
export async function hasProviderDay(
  table: Table,
  providerId: string,
  window: { from: string; to: string },
): Promise<boolean> {
  for await (const _day of providerDayItems(table, providerId, window, false, 1)) return true;
  return false;
}

function providerDayItems(
  table: Table,
  providerId: string,
  { from, to }: { from: string; to: string },
  consistent: boolean,
  limit?: number,
): AsyncGenerator<Item> {
  const between = [`${PREFIX.day}${from}`, `${PREFIX.day}${to}`] as const;
  const most = limit === undefined ? {} : { limit };
  return table.query(providerPartition(providerId), { between, consistent, ...most });
}
