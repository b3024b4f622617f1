import * as z from 'zod';
import type { Platform } from '../events/event.ts';
import { PLATFORMS, platformSchema } from '../events/event.ts';
import { ByteReader, ByteWriter, versionBytes } from '../ledger/bytes.ts';
import { addFolds, type Fold, listedFold, readFold, writeFold } from '../ledger/fold.ts';
import { BUCKETS, bucketPartition, keys, PREFIX, providerPartition } from './keys.ts';
import type { Condition, Item, QueryOptions, Table } from './table.ts';
import { isV1Day, readV1StoreDay, takeOverStoreDays, v1Folds, v1StoreDays } from './v1-folds.ts';

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
 * A day of the first version is taken over as a whole.
 * @param askForDimensions asks for the day's dimensions, unless that was done and not yet worked on;
 *   null when what changes needs none
 */
export async function foldBuckets(
  table: Table,
  providerId: string,
  day: string,
  buckets: readonly number[],
  askForDimensions: (() => Promise<void>) | null,
): Promise<void> {
  const key = keys.providerDay(providerId, day);
  const standing = await table.get(key);
  const isV1 = isV1Day(standing);
  if (isV1) await takeOverStoreDays(table, providerId, day);
  const folded = await Promise.all(
    (isV1 ? ALL_BUCKETS : buckets).map(async (bucket) => {
      const stores: StoreDay[] = [];
      const pk = bucketPartition(providerId, day, bucket);
      for await (const item of table.query(pk, { startsWith: PREFIX.store })) {
        stores.push(storeDayOf(item));
      }
      return { bucket, folds: byPlatform(stores) };
    }),
  );
  const newer = folded.filter(({ bucket, folds }) => {
    const before = standing?.[bucketAttribute(bucket)];
    const { entryCount } = overPlatforms(folds);
    return entryCount > (before instanceof Uint8Array ? versionOf(before) : 0);
  });
  if (newer.length === 0) return;
  if (askForDimensions !== null && standing?.asked !== true) await askForDimensions();
  const fields = {
    ...(askForDimensions === null ? {} : { asked: true }),
    ...(isV1 ? { platforms: null } : {}),
  };
  if (await setBuckets(table, key, newer, fields)) return;
  // Another worker was ahead in one of them: each stands for itself then.
  for (const one of newer) await setBuckets(table, key, [one], fields);
}

/** The store-days of one bucket, in key order, after `afterKey` when given. */
export async function* storeDays(
  table: Table,
  providerId: string,
  day: Pick<ProviderDay, 'day' | 'isV1'>,
  bucket: number,
): AsyncGenerator<StoreDay> {
  const place = { providerId, ...day, bucket };
  const options = { startsWith: PREFIX.store, consistent: false };
  for await (const item of storeDayItems(table, place, options)) yield storeDayOf(item);
}

interface BucketDay extends Pick<ProviderDay, 'day' | 'isV1'> {
  readonly providerId: string;
  readonly bucket: number;
}

async function* storeDayItems(
  table: Table,
  place: BucketDay,
  options: QueryOptions,
): AsyncGenerator<Item> {
  if (place.isV1) yield* await v1StoreDays(table, place, options);
  else yield* table.query(bucketPartition(place.providerId, place.day, place.bucket), options);
}

/** So many store-days of one bucket after a sort key, with theirs. */
export async function storeDaysAfter(
  table: Table,
  bucketDay: BucketDay,
  after: string | null,
  limit: number,
): Promise<{ sk: string; store: StoreDay }[]> {
  const found: { sk: string; store: StoreDay }[] = [];
  // '$' sorts right after '#', and a space before everything that an escaped id begins with.
  const between = [after === null ? PREFIX.store : `${after} `, 'STORE$'] as const;
  for await (const item of storeDayItems(table, bucketDay, { between, limit, consistent: false })) {
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
  const item =
    (await table.get(keys.storeDay(providerId, day, platform, storeId), false)) ??
    (await readV1StoreDay(table, { providerId, day, platform, storeId }));
  return item === undefined ? undefined : storeDayOf(item);
}

export interface ProviderDay {
  readonly day: string;
  readonly folds: PlatformFolds;
  /** Still as the first version kept it. */
  readonly isV1: boolean;
  /** Those that hold anything, by number; of a first version's day all, and nobody knows how much. */
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
  const day = item.sk.slice(PREFIX.day.length);
  if (isV1Day(item)) {
    const all = new Map(ALL_BUCKETS.map((bucket) => [bucket, {}]));
    return { day, isV1: true, folds: v1Folds(item), buckets: all };
  }
  const buckets = new Map<number, PlatformFolds>();
  for (const bucket of ALL_BUCKETS) {
    const bytes = item[bucketAttribute(bucket)];
    if (bytes instanceof Uint8Array) buckets.set(bucket, unpackPlatforms(bytes));
  }
  const folds = addPlatforms([...buckets.values()]);
  return { day, isV1: false, folds, buckets };
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

/**
 * Holds where nothing stands or what stands has seen fewer entries: it begins with their number. A first
 * version's list gives way to one of as many, which tells more.
 */
export function newerThan(attribute: string, entryCount: number): Condition {
  return {
    expression:
      'attribute_not_exists(#f) OR #f < :count OR (attribute_type(#f, :list) AND #f[0] <= :seen)',
    names: { '#f': attribute },
    values: { ':count': versionBytes(entryCount), ':list': 'L', ':seen': entryCount },
  };
}

/** An hour that has its detail apart keeps it there. */
function hasRoom(item: Item | undefined, attribute: string, detail: Uint8Array): boolean {
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

async function setBuckets(
  table: Table,
  key: { pk: string; sk: string },
  folded: readonly { bucket: number; folds: PlatformFolds }[],
  others: Record<string, unknown>,
): Promise<boolean> {
  const fields = folded.map(({ bucket, folds }) => [bucketAttribute(bucket), packPlatforms(folds)]);
  const guards = folded.map(({ bucket, folds }, index) => ({
    expression: `(attribute_not_exists(#f${index}) OR #f${index} < :count${index})`,
    name: [`#f${index}`, bucketAttribute(bucket)] as const,
    value: [`:count${index}`, versionBytes(overPlatforms(folds).entryCount)] as const,
  }));
  return table.set(
    key,
    { ...Object.fromEntries(fields), ...others },
    {
      expression: guards.map(({ expression }) => expression).join(' AND '),
      names: Object.fromEntries(guards.map(({ name }) => name)),
      values: Object.fromEntries(guards.map(({ value }) => value)),
    },
  );
}

const ALL_BUCKETS = Array.from({ length: BUCKETS }, (_, bucket) => bucket);

const bucketAttribute = (bucket: number) => `b${twoDigits(bucket)}`;

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

function byPlatform(stores: readonly StoreDay[]): PlatformFolds {
  return addPlatforms(stores.map(({ platform, fold }) => ({ [platform]: fold })));
}

function readHour(bytes: unknown): { fold: Fold; detail: Uint8Array | null } | undefined {
  if (Array.isArray(bytes)) return { fold: listedFold(bytes), detail: null };
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
