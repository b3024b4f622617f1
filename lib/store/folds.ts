import * as z from 'zod';
import type { Platform } from '../events/event.ts';
import { PLATFORMS, platformSchema } from '../events/event.ts';
import { ByteReader, ByteWriter, versionBytes } from '../ledger/bytes.ts';
import { addFolds, type Fold, readFold, writeFold } from '../ledger/fold.ts';
import { BUCKETS, bucketPartition, keys, PREFIX, providerPartition } from './keys.ts';
import type { Condition, Item, Table } from './table.ts';

/** One store's total for one provider and business day. */
export interface StoreDay {
  readonly platform: Platform;
  readonly storeId: string;
  readonly merchantId: string;
  readonly fold: Fold;
}

/** Totals by platform: what the upper levels keep, so that a platform's share needs no rereading. */
export type PlatformFolds = Partial<Record<Platform, Fold>>;

const storeDaySchema = z.object({
  platform: platformSchema,
  storeId: z.string(),
  merchantId: z.string(),
});

const HOURS = Array.from({ length: 24 }, (_, hour) => `h${twoDigits(hour)}`);

/**
 * Up to this many bytes of a store-day, what an hour's entries tell of their sales stands in it too; more
 * has an item of its own. So a store-day costs one write unit, and 50 of them are listed for five read units.
 */
const STORE_DAY_BYTES = 480;

/**
 * Writes one hour of a store-day where it is newer than what stands. A store's day is kept by hours,
 * each with its own guard, so that a busy store rereads the hour that changed and not its day.
 * @param detail the hour's cells and buyers: see `packDetail`
 */
export async function foldStoreHour(
  table: Table,
  providerId: string,
  day: string,
  hour: string,
  total: StoreDay,
  detail: Uint8Array,
): Promise<void> {
  const key = keys.storeDay(providerId, day, total.platform, total.storeId);
  const attribute = `h${hour}`;
  const { entryCount } = total.fold;
  const item = await table.get(key);
  const standing = item?.[attribute];
  // Reading is a fraction of a refused write's price, and a repeated message changes nothing.
  if (standing instanceof Uint8Array && versionOf(standing) >= entryCount) return;
  const writer = new ByteWriter().version(entryCount);
  writeFold(writer, total.fold);
  const own = keys.storeHourDetail(providerId, day, total.platform, total.storeId, hour);
  if (hasRoom(item, attribute, detail)) writer.raw(detail);
  else {
    // First, so that an hour that stands has its detail, whatever died in between.
    const bytes = new ByteWriter().version(entryCount).raw(detail).finish();
    await table.set(own, { d: bytes }, newerThan('d', entryCount));
  }
  const { platform, storeId, merchantId } = total;
  await table.set(
    key,
    { platform, storeId, merchantId, [attribute]: writer.finish() },
    newerThan(attribute, entryCount),
  );
}

/**
 * Refolds buckets of a provider's day from their store-days, each with its own guard, in one write.
 * @param askForDimensions asks for the day's dimensions, unless that was done and not yet worked on
 */
export async function foldBuckets(
  table: Table,
  providerId: string,
  day: string,
  buckets: readonly number[],
  askForDimensions: () => Promise<void>,
): Promise<void> {
  const folded = await Promise.all(
    buckets.map(async (bucket) => {
      const stores: StoreDay[] = [];
      for await (const store of storeDays(table, providerId, day, bucket)) stores.push(store);
      return { bucket, folds: byPlatform(stores) };
    }),
  );
  const key = keys.providerDay(providerId, day);
  const standing = await table.get(key);
  const newer = folded.filter(({ bucket, folds }) => {
    const before = standing?.[bucketAttribute(bucket)];
    const { entryCount } = overPlatforms(folds);
    return entryCount > (before instanceof Uint8Array ? versionOf(before) : 0);
  });
  if (newer.length === 0) return;
  if (standing?.asked !== true) await askForDimensions();
  if (await setBuckets(table, key, newer)) return;
  // Another worker was ahead in one of them: each stands for itself then.
  for (const one of newer) await setBuckets(table, key, [one]);
}

/** The store-days of one bucket, in key order, after `afterKey` when given. */
export async function* storeDays(
  table: Table,
  providerId: string,
  day: string,
  bucket: number,
  consistent = true,
): AsyncGenerator<StoreDay> {
  const pk = bucketPartition(providerId, day, bucket);
  for await (const item of table.query(pk, { startsWith: PREFIX.store, consistent })) {
    yield storeDayOf(item);
  }
}

/** So many store-days of one bucket after a sort key, with theirs. */
export async function storeDaysAfter(
  table: Table,
  bucketDay: { providerId: string; day: string; bucket: number },
  after: string | null,
  limit: number,
): Promise<{ sk: string; store: StoreDay }[]> {
  const { providerId, day, bucket } = bucketDay;
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

export interface ProviderDay {
  readonly day: string;
  readonly folds: PlatformFolds;
  /** Those that hold anything, by number. */
  readonly buckets: ReadonlyMap<number, PlatformFolds>;
}

/** A provider's days within a window: at most one small item a day. */
export async function readProviderDays(
  table: Table,
  providerId: string,
  window: { from: string; to: string },
  consistent = false,
): Promise<ProviderDay[]> {
  const days: ProviderDay[] = [];
  const between = [`${PREFIX.day}${window.from}`, `${PREFIX.day}${window.to}`] as const;
  for await (const item of table.query(providerPartition(providerId), { between, consistent })) {
    days.push(providerDayOf(item));
  }
  return days;
}

export function providerDayOf(item: Item): ProviderDay {
  const buckets = new Map<number, PlatformFolds>();
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    const bytes = item[bucketAttribute(bucket)];
    if (bytes instanceof Uint8Array) buckets.set(bucket, unpackPlatforms(bytes));
  }
  const folds = addPlatforms([...buckets.values()]);
  return { day: item.sk.slice(PREFIX.day.length), folds, buckets };
}

/** One total over all platforms. */
export function overPlatforms(folds: PlatformFolds): Fold {
  return addFolds(Object.values(folds));
}

export function addPlatforms(all: readonly PlatformFolds[]): PlatformFolds {
  const sum: PlatformFolds = {};
  for (const platform of PLATFORMS) {
    const own = all.flatMap((folds) => folds[platform] ?? []);
    if (own.length > 0) sum[platform] = addFolds(own);
  }
  return sum;
}

export function storeDayOf(item: Item): StoreDay {
  const hours = HOURS.flatMap((hour) => readHour(item[hour])?.fold ?? []);
  return { ...storeDaySchema.parse(item), fold: addFolds(hours) };
}

/**
 * The details of store-days, each hour's once: in the store-day itself or in an item of its own. Where
 * both stand, two workers thought differently of the room there was, and the store-day's is the newer.
 */
export function detailsOf(storeDays: readonly Item[], own: readonly Item[]): Uint8Array[] {
  const inline = new Map<string, Uint8Array>();
  for (const item of storeDays) {
    for (const hour of HOURS) {
      const detail = readHour(item[hour])?.detail;
      if (detail) inline.set(`${item.sk.slice(PREFIX.store.length)}#${hour.slice(1)}`, detail);
    }
  }
  const apart = own.filter(({ sk }) => !inline.has(sk.slice(PREFIX.detail.length)));
  return [...inline.values(), ...apart.map(ownDetail)];
}

function ownDetail(item: Item): Uint8Array {
  if (item.d instanceof Uint8Array) return item.d.subarray(4);
  throw new RangeError('a stored detail has no bytes');
}

/** How many entries a packed fold has seen, which is what its guard compares. */
export function versionOf(bytes: Uint8Array): number {
  return new ByteReader(bytes).version();
}

/** Holds where nothing stands or what stands has seen fewer entries: it begins with their number. */
export function newerThan(attribute: string, entryCount: number): Condition {
  return {
    expression: 'attribute_not_exists(#f) OR #f < :count',
    names: { '#f': attribute },
    values: { ':count': versionBytes(entryCount) },
  };
}

/** An hour that has its detail apart keeps it there. */
function hasRoom(item: Item | undefined, attribute: string, detail: Uint8Array): boolean {
  if (item === undefined) return detail.byteLength <= STORE_DAY_BYTES;
  const before = readHour(item[attribute]);
  if (before !== undefined && before.detail === null) return false;
  const others = HOURS.filter((hour) => hour !== attribute).map((hour) => item[hour]);
  const bytes = others.reduce(
    (sum: number, hour) => sum + (hour instanceof Uint8Array ? hour.byteLength + 3 : 0),
    detail.byteLength,
  );
  return bytes <= STORE_DAY_BYTES;
}

async function setBuckets(
  table: Table,
  key: { pk: string; sk: string },
  folded: readonly { bucket: number; folds: PlatformFolds }[],
): Promise<boolean> {
  const fields = folded.map(({ bucket, folds }) => [bucketAttribute(bucket), packPlatforms(folds)]);
  const guards = folded.map(({ bucket, folds }, index) => ({
    expression: `(attribute_not_exists(#f${index}) OR #f${index} < :count${index})`,
    name: [`#f${index}`, bucketAttribute(bucket)] as const,
    value: [`:count${index}`, versionBytes(overPlatforms(folds).entryCount)] as const,
  }));
  return table.set(
    key,
    { ...Object.fromEntries(fields), asked: true },
    {
      expression: guards.map(({ expression }) => expression).join(' AND '),
      names: Object.fromEntries(guards.map(({ name }) => name)),
      values: Object.fromEntries(guards.map(({ value }) => value)),
    },
  );
}

const bucketAttribute = (bucket: number) => `b${twoDigits(bucket)}`;

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

function byPlatform(stores: readonly StoreDay[]): PlatformFolds {
  return addPlatforms(stores.map(({ platform, fold }) => ({ [platform]: fold })));
}

function readHour(bytes: unknown): { fold: Fold; detail: Uint8Array | null } | undefined {
  if (!(bytes instanceof Uint8Array)) return undefined;
  const reader = new ByteReader(bytes);
  reader.version();
  const fold = readFold(reader);
  return { fold, detail: reader.isAtEnd ? null : reader.rest() };
}

function packPlatforms(folds: PlatformFolds): Uint8Array {
  const writer = new ByteWriter().version(overPlatforms(folds).entryCount);
  for (const platform of PLATFORMS) {
    const fold = folds[platform];
    if (fold !== undefined) writeFold(writer.text(platform), fold);
  }
  return writer.finish();
}

function unpackPlatforms(bytes: Uint8Array): PlatformFolds {
  const reader = new ByteReader(bytes);
  reader.version();
  const folds: PlatformFolds = {};
  while (!reader.isAtEnd) folds[platformSchema.parse(reader.text())] = readFold(reader);
  return folds;
}
