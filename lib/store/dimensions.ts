import { fingerprint } from '../crypto/hash.ts';
import { PLATFORMS, type Platform } from '../events/event.ts';
import { addBuyers, type Buyers, packBuyers, unpackBuyers } from '../ledger/buyers.ts';
import { addDetails, type Detail, unpackDetail } from '../ledger/detail.ts';
import {
  addRows,
  CELL_DIMENSIONS,
  packRows,
  type Row,
  rowsBy,
  unpackRows,
} from '../ledger/dimensions.ts';
import { detailsOf, providerDayOf, type StoreDay, storeDayOf } from './folds.ts';
import { bucketPartition, dimensionPartition, keys, PREFIX } from './keys.ts';
import { refoldStoreHour } from './refold.ts';
import { storesOfMerchant } from './registry.ts';
import type { Item, Table } from './table.ts';
import { listedPlaces } from './v1-folds.ts';

/** What a provider's day is folded by, beside its days, stores and platforms. */
export const DIMENSIONS = [...CELL_DIMENSIONS, 'merchant', 'city'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** More rows than this go to another page: a page of long ids stays under 300 KB. */
const ROWS_A_PAGE = 1_500;

/**
 * Folds a provider's day by every dimension, from all its store-days. That reads the whole day, so it is
 * asked for minutes after a change and not at each.
 */
export async function foldDimensions(table: Table, providerId: string, day: string): Promise<void> {
  await forgetAsked(table, providerId, day);
  const item = await table.get(keys.providerDay(providerId, day));
  if (item === undefined) return;
  const buckets = [...providerDayOf(item).buckets.keys()];
  let { items, apart } = await readDay(table, providerId, day, buckets);
  if (await refoldListed(table, providerId, day, items)) {
    ({ items, apart } = await readDay(table, providerId, day, buckets));
  }
  const stores = items.map(storeDayOf);
  const detail = addDetails(detailsOf(items, apart).map(unpackDetail));
  const entryCount = stores.reduce((sum, { fold }) => sum + fold.entryCount, 0);
  const folded = new Map<string, Uint8Array[]>();
  for (const dimension of DIMENSIONS) {
    const rows = await rowsOf(dimension, stores, detail, table);
    folded.set(dimension, pagesOf(rows).map(packRows));
  }
  folded.set(BUYERS, [packBuyers(detail.buyers)]);
  await putFolded(table, { providerId, day, entryCount }, folded);
}

async function readDay(table: Table, providerId: string, day: string, buckets: readonly number[]) {
  const items: Item[] = [];
  const apart: Item[] = [];
  for (const bucket of buckets) {
    for await (const own of table.query(bucketPartition(providerId, day, bucket))) {
      (own.sk.startsWith(PREFIX.store) ? items : apart).push(own);
    }
  }
  return { items, apart };
}

/** Hours of the first version tell nothing of their sales: they are folded again. @returns whether any was */
async function refoldListed(
  table: Table,
  providerId: string,
  day: string,
  items: readonly Item[],
): Promise<boolean> {
  const hours = items.flatMap((item) => listedPlaces(providerId, day, item));
  for (const hour of hours) await refoldStoreHour(table, hour);
  return hours.length > 0;
}

const BUYERS = 'buyers';

/** All dimensions of a small day, in one item. */
const TOGETHER = 'all';

/** Up to this many bytes they stand together: one write instead of seven. */
const TOGETHER_BYTES = 6_000;

async function putFolded(
  table: Table,
  { providerId, day, entryCount }: { providerId: string; day: string; entryCount: number },
  folded: ReadonlyMap<string, readonly Uint8Array[]>,
): Promise<void> {
  const put = (dimension: string, page: number, fields: object) =>
    putNewer(table, keys.dimensionDay(providerId, dimension, day, page), entryCount, fields);
  const all = [...folded.values()].flat();
  const bytes = all.reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (bytes <= TOGETHER_BYTES) {
    const own = [...folded].map(([dimension, [first]]) => [dimension, first]);
    return put(TOGETHER, 0, { pages: 1, ...Object.fromEntries(own) });
  }
  for (const [dimension, pages] of folded) {
    for (const [page, own] of pages.entries()) {
      await put(dimension, page, { pages: pages.length, [dimension]: own });
    }
  }
}

/**
 * The rows of a provider's days by a dimension, summed over the window. Each day is at most a few
 * items, however many stores it has.
 */
export async function readDimension(
  table: Table,
  providerId: string,
  dimension: Dimension,
  window: { from: string; to: string },
): Promise<Row[]> {
  const pages = await readPages(table, providerId, dimension, window);
  return addRows(pages.flatMap(unpackRows));
}

/** The buyers of a window, exact or sampled alike on every day. */
export async function readBuyers(
  table: Table,
  providerId: string,
  window: { from: string; to: string },
): Promise<Buyers> {
  const days = await readPages(table, providerId, BUYERS, window);
  return addBuyers(days.map(unpackBuyers), Number.POSITIVE_INFINITY);
}

/** One store's buyers, from its own days. */
export async function readStoreBuyers(
  table: Table,
  place: { providerId: string; platform: Platform; storeId: string },
  days: readonly string[],
): Promise<Buyers> {
  const { providerId, platform, storeId } = place;
  const found: Buyers[] = [];
  for (const day of days) {
    const key = keys.storeDay(providerId, day, platform, storeId);
    const item = await table.get(key, false);
    if (item === undefined) continue;
    const own = keys.storeHourDetail(providerId, day, platform, storeId, '');
    const apart: Item[] = [];
    for await (const one of table.query(own.pk, { startsWith: own.sk, consistent: false })) {
      apart.push(one);
    }
    found.push(...detailsOf([item], apart).map((bytes) => unpackDetail(bytes).buyers));
  }
  return addBuyers(found, Number.POSITIVE_INFINITY);
}

/** Before the day is read, so that whatever changes afterwards asks again. */
async function forgetAsked(table: Table, providerId: string, day: string): Promise<void> {
  const key = keys.providerDay(providerId, day);
  if ((await table.get(key))?.asked !== true) return;
  await table.set(key, { asked: false }, { expression: 'attribute_exists(pk)' });
}

async function rowsOf(
  dimension: Dimension,
  stores: readonly StoreDay[],
  { cells }: Detail,
  table: Table,
): Promise<Row[]> {
  switch (dimension) {
    case 'merchant':
      return addRows(
        stores.map(({ platform, merchantId, fold }) => ({
          value: `${platform}/${merchantId}`,
          fold,
        })),
      );
    case 'city': {
      const cities = await citiesOf(stores, table);
      return addRows(
        stores.map(({ platform, storeId, fold }) => ({
          value: cities.get(`${platform}/${storeId}`) ?? null,
          fold,
        })),
      );
    }
    case 'loop':
    case 'channel':
    case 'product':
    case 'creator':
      return rowsBy(dimension, cells);
    default:
      return dimension satisfies never;
  }
}

/** A query a merchant, not a read a store: the lists of merchants say where their stores are. */
async function citiesOf(stores: readonly StoreDay[], table: Table): Promise<Map<string, string>> {
  const cities = new Map<string, string>();
  for (const platform of PLATFORMS) {
    const own = stores.filter((store) => store.platform === platform);
    for (const merchantId of new Set(own.map((store) => store.merchantId))) {
      for (const { storeId, city } of await storesOfMerchant(table, platform, merchantId)) {
        if (city !== null) cities.set(`${platform}/${storeId}`, city);
      }
    }
  }
  return cities;
}

/** By a hash of the value, so that a row keeps its page while there are as many pages. */
function pagesOf(rows: readonly Row[]): Row[][] {
  const pages = Math.max(1, Math.ceil(rows.length / ROWS_A_PAGE));
  const pageOf = ({ value }: Row) =>
    pages === 1 ? 0 : Number.parseInt(fingerprint(value ?? '').slice(0, 8), 16) % pages;
  const groups = Map.groupBy(rows, pageOf);
  return Array.from({ length: pages }, (_, page) => groups.get(page) ?? []);
}

/**
 * A dimension's pages of each day, from the item of all dimensions or from its own items: whichever has
 * seen more entries, since a day grows from the one into the other.
 */
async function readPages(
  table: Table,
  providerId: string,
  dimension: string,
  window: { from: string; to: string },
): Promise<Uint8Array[]> {
  const days = new Map<string, Item[]>();
  for (const prefix of [TOGETHER, dimension]) {
    for (const [day, pages] of await pagesByDay(table, providerId, prefix, window)) {
      const before = days.get(day);
      if (before === undefined || countOf(pages) >= countOf(before)) days.set(day, pages);
    }
  }
  return [...days.values()].flat().flatMap((item) => {
    const bytes = item[dimension];
    return bytes instanceof Uint8Array ? [bytes] : [];
  });
}

/** Pages that a fold with more of them left behind are passed over. */
async function pagesByDay(
  table: Table,
  providerId: string,
  prefix: string,
  { from, to }: { from: string; to: string },
): Promise<Map<string, Item[]>> {
  const between = [`${prefix}#${from}`, `${prefix}#${to}$`] as const;
  const days = new Map<string, Item[]>();
  const pk = dimensionPartition(providerId);
  for await (const item of table.query(pk, { between, consistent: false })) {
    const [, day = '', page = ''] = item.sk.split('#');
    const pages = days.get(day) ?? [];
    if (Number(page) < Number(pages[0]?.pages ?? item.pages)) days.set(day, [...pages, item]);
  }
  return days;
}

function countOf(pages: readonly Item[]): number {
  return Number(pages[0]?.n ?? 0);
}

/** Of as many entries it is written again: a store may have found its city. */
async function putNewer(
  table: Table,
  key: { pk: string; sk: string },
  entryCount: number,
  fields: object,
): Promise<void> {
  const standing = Number((await table.get(key))?.n ?? 0);
  if (standing > entryCount) return;
  await table.put(
    key,
    { ...fields, n: entryCount },
    {
      expression: 'attribute_not_exists(pk) OR n <= :count',
      values: { ':count': entryCount },
    },
  );
}
