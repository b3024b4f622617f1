import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { mapLimit } from '../../../lib/async/map-limit.ts';
import { Problem } from '../../../lib/errors/problem.ts';
import { platformSchema } from '../../../lib/events/id.ts';
import { byCause } from '../../../lib/ledger/changes.ts';
import type { Row as DimensionRow } from '../../../lib/ledger/dimensions.ts';
import { addRollups, type Rollup, rollUpEntries } from '../../../lib/ledger/rollup.ts';
import { DIMENSIONS, type Dimension, readDimension } from '../../../lib/rollups/dimensions.ts';
import { readOverallDays } from '../../../lib/rollups/overall.ts';
import type { ProviderDay } from '../../../lib/rollups/provider-day.ts';
import { readVersionedDays } from '../../../lib/rollups/rollups.ts';
import { readMerchant } from '../../../lib/store/accounts/parties.ts';
import { asOfInput, readBooksAsOf, requireCome } from '../as-of.ts';
import { GROUPINGS, type Grouping, groupedBy, readCatalogue } from '../catalogue.ts';
import { ifChanged, sliceOf } from '../changed.ts';
import { writeCursor } from '../cursors.ts';
import type { ApiDeps } from '../deps.ts';
import { dayRowsOf, dimensionRowsOf, platformRowsOf, storeRowsOf } from '../gmv-as-of.ts';
import { limitInput, readPosition, type Window, windowOf, windowShape } from '../input.ts';
import {
  ALL_PROVIDERS,
  type OverallDimension,
  overallBy,
  overallRows,
  overallTotal,
} from '../overall.ts';
import {
  pageOfStores,
  type StoreOrder,
  type StorePlace,
  storePlaceSchema,
} from '../ranked-stores.ts';
import { dayRows, platformRows, type Row, storeKey } from '../reports.ts';
import { answer, forProvider } from '../route.ts';

const BY = ['day', 'store', 'platform', ...DIMENSIONS, ...GROUPINGS] as const;

const MAX_ROWS = 1_000;

export const gmvGet = forProvider('GET /v1/gmv', {
  needs: 'reports:read',
  query: z.object({
    ...windowShape,
    by: z.enum(BY).default('day'),
    asOf: asOfInput,
    limit: limitInput(MAX_ROWS, MAX_ROWS),
    cursor: z.string().optional(),
  }),
});

/** `GET /v1/gmv?from&to&by=…`: a provider's GMV, by rows and in total. */
export function gmvRoute(api: Hono, deps: ApiDeps): void {
  answer(api, deps, gmvGet, async ({ providerId, query }, c) => {
    const { by, limit, cursor } = query;
    const window = windowOf(query, deps.now());
    const isLive = query.asOf === undefined;
    const positionSchema: z.ZodType<Position> =
      by === 'store' && isLive ? storePlaceSchema : rowPosition;
    const page = { position: readPosition(cursor, positionSchema), limit };
    if (query.asOf !== undefined) {
      return asOfAnswer(c, query.asOf, { providerId, window, by, page }, deps);
    }
    if (providerId === ALL_PROVIDERS) return ofAll(c, overallBy(by), deps, window, page);
    const { days, version } = await readVersionedDays(deps.table, providerId, window);
    const isWhole = by === 'day' || by === 'platform';
    const madeOf = [providerId, version, isWhole ? '' : sliceOf(deps.now())];
    return ifChanged(c, madeOf, async () => {
      const rows = await rowsBy(c, by, deps, { providerId, window, days }, page);
      return c.json({
        ...rows,
        total: amountsOf(addRollups(dayRows(days).map(({ rollup }) => rollup))),
      });
    });
  });
}

/** Over all providers, from totals of its own. No provider's token gets here: `providerOf`. */
async function ofAll(
  c: Context,
  by: OverallDimension,
  { table }: ApiDeps,
  window: Window,
  { position, limit }: Page,
): Promise<Response> {
  const { days, version } = await readOverallDays(table, window);
  return ifChanged(c, [ALL_PROVIDERS, version], () => {
    const { rows, next } = paged(c, overallRows(by, days), position, limit);
    const total = amountsOf(overallTotal(days));
    const named =
      by === 'loop' || by === 'channel' ? rows.map((row) => valued(by, row)) : keyed(rows);
    return c.json({ rows: named, ...(next !== null && { next }), total });
  });
}

function valued(by: 'loop' | 'channel', { key, rollup }: Row): object {
  return { key, [by]: key, ...amountsOf(rollup) };
}

interface AsOfWanted {
  readonly providerId: string;
  readonly window: Window;
  readonly by: (typeof BY)[number];
  readonly page: Page;
}

/** The same as it was known at an instant, and what changed since by cause: together they are what is known now. */
async function asOfAnswer(
  c: Context,
  asOf: string,
  { providerId, window, by, page: { position, limit } }: AsOfWanted,
  { table, now }: ApiDeps,
): Promise<Response> {
  if (providerId === ALL_PROVIDERS) {
    const detail = 'asOf: of one provider; name it with providerId';
    throw new Problem('request-invalid', detail, { fields: ['asOf'] });
  }
  requireCome(asOf, now());
  const { known, since } = await readBooksAsOf(table, { providerId, window }, asOf);
  const page = async (): Promise<Answer> => {
    if (by !== 'day' && by !== 'store' && by !== 'platform') {
      const found = isGrouping(by)
        ? groupedBy(
            by,
            await dimensionRowsOf('product', known, table),
            await readCatalogue(table, now()),
          )
        : await dimensionRowsOf(by, known, table);
      const all = found.sort(largestFirst);
      const { rows, next } = paged(c, all, position, limit);
      return { rows: await mapLimit(rows, 8, (row) => named(by, row, { table })), next };
    }
    const all = { day: dayRowsOf, store: storeRowsOf, platform: platformRowsOf }[by](known);
    const { rows, next } = paged(c, all, position, limit);
    return { rows: keyed(rows), ...(by === 'store' ? { order: 'redeemedFen' } : {}), next };
  };
  const later = byCause(since.map(({ entry }) => entry));
  return c.json({
    ...(await page()),
    total: amountsOf(rollUpEntries(known)),
    asOf,
    since: later.map(({ cause, rollup }) => ({
      ...{ cause, entryCount: rollup.entryCount, ...amountsOf(rollup) },
    })),
  });
}

/** A rollup as readers of GMV see it. */
function amountsOf(rollup: Rollup) {
  const { paidFen, redeemedFen, reversedFen, refundedFen, redeemedCount, commissionFen } = rollup;
  return { paidFen, redeemedFen, reversedFen, refundedFen, redeemedCount, commissionFen };
}

/** Rows but those of stores go on by their place among all. */
const rowPosition = z.int().min(0);
type Position = StorePlace | number;

interface Page {
  readonly position: Position | undefined;
  readonly limit: number;
}

/** Whose, when, and the totals of its days. */
interface Whole {
  readonly providerId: string;
  readonly window: Window;
  readonly days: readonly ProviderDay[];
}

interface Answer {
  readonly rows: object[];
  /** Of stores. */
  readonly order?: StoreOrder;
  readonly next?: string | null;
}

async function rowsBy(
  c: Context,
  by: (typeof BY)[number],
  { table, now }: ApiDeps,
  { providerId, window, days }: Whole,
  { position, limit }: Page,
): Promise<Answer> {
  switch (by) {
    case 'day': {
      const { rows, next } = paged(c, dayRows(days), position, limit);
      return { rows: keyed(rows), ...(next !== null && { next }) };
    }
    case 'platform': {
      const { rows, next } = paged(c, platformRows(days), position, limit);
      return { rows: keyed(rows), ...(next !== null && { next }) };
    }
    case 'store': {
      const from = typeof position === 'object' ? position : undefined;
      const { stores, order, next } = await pageOfStores(table, providerId, window, {
        position: from,
        limit,
      });
      const rows = stores.map((store) => ({ key: storeKey(store), rollup: store.rollup }));
      return { rows: keyed(rows), order, next: next === null ? null : writeCursor(c, next) };
    }
    case 'loop':
    case 'channel':
    case 'product':
    case 'creator':
    case 'merchant':
    case 'city': {
      const all = await readDimension(table, providerId, by, window);
      const { rows, next } = paged(c, all.sort(largestFirst), position, limit);
      return { rows: await mapLimit(rows, 8, (row) => named(by, row, { table })), next };
    }
    case 'supply':
    case 'category': {
      const products = await readDimension(table, providerId, 'product', window);
      const all = groupedBy(by, products, await readCatalogue(table, now()));
      const { rows, next } = paged(c, all.sort(largestFirst), position, limit);
      return { rows: await mapLimit(rows, 8, (row) => named(by, row, { table })), next };
    }
    default:
      return by satisfies never;
  }
}

/** Of rows that are all at hand, those from a place on. */
function paged<Row>(
  c: Context,
  all: readonly Row[],
  position: Position | undefined,
  limit: number,
): { readonly rows: Row[]; readonly next: string | null } {
  const first = typeof position === 'number' ? position : 0;
  const end = first + limit;
  return { rows: all.slice(first, end), next: end < all.length ? writeCursor(c, end) : null };
}

function keyed(rows: readonly { key: string; rollup: Rollup }[]): object[] {
  return rows.map(({ key, rollup }) => ({ key, ...amountsOf(rollup) }));
}

/** Equal ones by name, so that pages agree. */
function largestFirst(a: DimensionRow, b: DimensionRow): number {
  const name = ({ value, cpsKind }: DimensionRow) => JSON.stringify([value, cpsKind]);
  return b.rollup.redeemedFen - a.rollup.redeemedFen || (name(a) < name(b) ? -1 : 1);
}

function isGrouping(by: string): by is Grouping {
  return GROUPINGS.some((one) => one === by);
}

/** What nobody reported is `unknown`. A merchant is named by platform and id, and by its name where known. */
async function named(
  by: Dimension | Grouping,
  { value, cpsKind, rollup }: DimensionRow,
  { table }: Pick<ApiDeps, 'table'>,
): Promise<object> {
  const amounts = amountsOf(rollup);
  if (by !== 'merchant') {
    const kind = cpsKind === undefined ? {} : { cpsKind: cpsKind ?? UNKNOWN };
    const key = value ?? UNKNOWN;
    return { key, [by]: key, ...kind, ...amounts };
  }
  const [platform = '', ...rest] = (value ?? '').split('/');
  const merchant = rest.join('/');
  const known = await readMerchant(table, platformSchema.parse(platform), merchant);
  return { key: value, merchant, platform, name: known?.name ?? null, ...amounts };
}

const UNKNOWN = 'unknown';
