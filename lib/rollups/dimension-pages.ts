import { fingerprint } from '../crypto/hash.ts';
import type { Row } from '../ledger/dimensions.ts';
import { dimensionPartition, keys } from '../store/keys.ts';
import type { Item, Table } from '../store/table.ts';

/** More rows than this go to another page: a page of long ids stays under 300 KB. */
const ROWS_A_PAGE = 1_500;

/** All dimensions of a small day, in one item; but the summary, which pages read of many days. */
const TOGETHER = 'all';
const APART = 'summary';

/** Up to this many bytes they stand together: one write instead of seven. */
const TOGETHER_BYTES = 6_000;

/**
 * Keeps a provider's day by its dimensions: all in one item while they are small, and else each in pages
 * of its own. Nothing newer is overwritten.
 * @param entryCount how many entries they are rolled up from
 * @param standing puts right what is wrong, whatever it has seen: the items that were found so, by sort key
 *   with their counts. Those stay that changed since.
 */
export async function putPages(
  table: Table,
  { providerId, day, entryCount }: { providerId: string; day: string; entryCount: number },
  rolledUp: ReadonlyMap<string, readonly Uint8Array[]>,
  standing?: ReadonlyMap<string, number>,
): Promise<void> {
  const stale = new Set(standing?.keys());
  const put = async (dimension: string, page: number, fields: object) => {
    const key = keys.dimensionDay(providerId, dimension, day, page);
    stale.delete(key.sk);
    if (standing === undefined) await putNewer(table, key, entryCount, fields);
    else await putInstead(table, key, { ...fields, n: entryCount }, standing.get(key.sk));
  };
  const dimensions = [...rolledUp].filter(([dimension]) => dimension !== APART);
  const all = dimensions.flatMap(([, pages]) => pages);
  const bytes = all.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const isSmall = bytes <= TOGETHER_BYTES;
  if (isSmall) {
    const own = dimensions.map(([dimension, [first]]) => [dimension, first]);
    await put(TOGETHER, 0, { pages: 1, ...Object.fromEntries(own) });
  }
  for (const [dimension, pages] of rolledUp) {
    if (isSmall && dimension !== APART) continue;
    for (const [page, own] of pages.entries()) {
      await put(dimension, page, { pages: pages.length, [dimension]: own });
    }
  }
  // What stood elsewhere would be read instead when it has seen more.
  const { pk } = keys.dimensionDay(providerId, TOGETHER, day, 0);
  for (const sk of stale) await table.delete({ pk, sk });
}

/** The items of a day's dimensions, by sort key: how many entries each has seen. */
export async function standingPages(
  table: Table,
  providerId: string,
  day: string,
  dimensions: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const standing = new Map<string, number>();
  const pk = dimensionPartition(providerId);
  for (const dimension of [TOGETHER, ...dimensions]) {
    for await (const { sk, n } of table.query(pk, { startsWith: `${dimension}#${day}#` })) {
      standing.set(sk, Number(n));
    }
  }
  return standing;
}

async function putInstead(
  table: Table,
  key: { pk: string; sk: string },
  fields: object,
  count: number | undefined,
): Promise<void> {
  const isStanding = { expression: 'n = :standing', values: { ':standing': count } };
  await table.put(key, fields, count === undefined ? undefined : isStanding);
}

/**
 * Of as many entries it is written again: a store may have found its city. It is not looked at first: on the slow beat
 * of the dimensions hardly ever has anybody seen more.
 */
async function putNewer(
  table: Table,
  key: { pk: string; sk: string },
  entryCount: number,
  fields: object,
): Promise<void> {
  await table.put(
    key,
    { ...fields, n: entryCount },
    {
      expression: 'attribute_not_exists(pk) OR n <= :count',
      values: { ':count': entryCount },
    },
  );
}

/** Rows → pages, by a hash of the value, so that a row keeps its page while there are as many pages. */
export function pagesOf(rows: readonly Row[]): Row[][] {
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
export async function readPages(
  table: Table,
  providerId: string,
  dimension: string,
  window: { from: string; to: string },
  consistent = false,
): Promise<{ day: string; bytes: Uint8Array }[]> {
  const days = new Map<string, Item[]>();
  for (const prefix of dimension === APART ? [APART] : [TOGETHER, dimension]) {
    for (const [day, pages] of await pagesByDay(table, providerId, prefix, window, consistent)) {
      const before = days.get(day);
      if (before === undefined || countOf(pages) >= countOf(before)) days.set(day, pages);
    }
  }
  return [...days].flatMap(([day, items]) =>
    items.flatMap((item) => {
      const bytes = item[dimension];
      return bytes instanceof Uint8Array ? [{ day, bytes }] : [];
    }),
  );
}

/** Pages that a rollup with more of them left behind are passed over. */
async function pagesByDay(
  table: Table,
  providerId: string,
  prefix: string,
  { from, to }: { from: string; to: string },
  consistent: boolean,
): Promise<Map<string, Item[]>> {
  const between = [`${prefix}#${from}`, `${prefix}#${to}$`] as const;
  const days = new Map<string, Item[]>();
  const pk = dimensionPartition(providerId);
  for await (const item of table.query(pk, { between, consistent })) {
    const [, day = '', page = ''] = item.sk.split('#');
    const pages = days.get(day) ?? [];
    if (Number(page) < Number(pages[0]?.pages ?? item.pages)) days.set(day, [...pages, item]);
  }
  return days;
}

function countOf(pages: readonly Item[]): number {
  return Number(pages[0]?.n ?? 0);
}
