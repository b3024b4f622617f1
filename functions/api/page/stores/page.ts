import type { Context } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../../lib/errors/problem.ts';
import { platformSchema } from '../../../../lib/events/event.ts';
import { emptyRollup } from '../../../../lib/ledger/rollup.ts';
import { MOST_STORES } from '../../../../lib/rollups/day-summary.ts';
import { addPlatforms, overPlatforms } from '../../../../lib/rollups/provider-day.ts';
import { firstProviderDay, readProviderDays } from '../../../../lib/rollups/rollups.ts';
import { noteChange, withTrail } from '../../audit.ts';
import type { ApiDeps } from '../../deps.ts';
import { answerFile, FILE_FORMATS, type FileFormat } from '../../files.ts';
import { check, cursorInput } from '../../input.ts';
import { pageOfStores, storePlaceSchema } from '../../ranked-stores.ts';
import { hasRedemptions } from '../../stores.ts';
import { storeNames } from '../names.ts';
import { answerPage } from '../page.ts';
import { pageCursor } from '../page-cursor.ts';
import { periodOf, periodQuery, periodShape } from '../period.ts';
import type { Viewer } from '../viewer.ts';
import { fileRows } from './file-rows.ts';
import { readAllStores, restOf, type StoreRow } from './rows.ts';
import { isFound, sortedBy } from './sorted.ts';
import { SORTS, type StoresView, storesView } from './view.ts';

/** As many as the reference has; a name is a read where it is not known yet. */
const PAGE = 16;
/** Where the list is too long to be read whole. */
const LONG_PAGE = 50;
const MOST_PAGES = 10_000;

/** A file of more stores is asked for in shorter periods. */
const MOST_IN_FILE = 5_000;

export const storesShape = {
  ...periodShape,
  platform: platformSchema.or(z.literal('')).optional(),
  q: z.string().trim().max(100).optional(),
  sort: z
    .enum(['redeemed', 'count', 'refunded', 'commission', 'change', 'store'])
    .default('redeemed'),
  order: z.enum(['desc', 'asc']).default('desc'),
  page: z.coerce.number().int().min(1).max(MOST_PAGES).default(1),
  file: z.enum(FILE_FORMATS).optional(),
  /** Every store with all its days, where there are many: dear to read. */
  list: z.enum(['all']).optional(),
};

const storesQuery = z.object({ ...storesShape, cursor: cursorInput(storePlaceSchema) });
type Query = z.infer<typeof storesQuery>;

/** `GET /stores`: the stores in which a provider's vouchers were redeemed. */
export async function storesPage(c: Context, deps: ApiDeps, viewer: Viewer): Promise<Response> {
  const { table } = deps;
  const cursor = await pageCursor(c, table, viewer, storesQuery);
  const query = check(storesQuery, cursor.query);
  const period = periodOf(query, deps.now());
  const platform = query.platform || null;
  const whole =
    query.cursor === undefined && query.list === undefined
      ? await readAllStores(table, viewer.providerId, period, platform)
      : undefined;
  const filters = filtersOf(query);
  const own = { period, platform, sort: query.sort, order: query.order, filters, q: query.q ?? '' };
  if (whole?.isWhole === true) {
    const isNamed = query.q || query.sort === 'store' || query.file !== undefined;
    const known = isNamed
      ? await storeNames(table, whole.rows, deps.now(), viewer.providerId)
      : new Map();
    const rows = sortedBy(
      whole.rows.filter((row) => isFound(row, known, query.q ?? '')),
      known,
      query,
    );
    if (query.file !== undefined) {
      return answerStores(c, deps, viewer, query.file, own, fileRows(rows, known, period));
    }
    const last = Math.max(1, Math.ceil(rows.length / PAGE));
    const page = Math.min(query.page, last);
    const shown = rows.slice((page - 1) * PAGE, page * PAGE);
    const names = await storeNames(table, shown, deps.now(), viewer.providerId);
    const next = page < last ? { ...periodQuery(period), ...filters, page: `${page + 1}` } : null;
    return answerStoresPage(c, deps, viewer, {
      ...{ ...own, names, total: whole.total, stores: shown, isWhole: true, isRanked: true },
      isLargest: false,
      rest: query.q ? null : restOf(whole.total, whole.rows),
      place: { first: (page - 1) * PAGE, found: rows.length },
      nextHref: next === null ? null : `/stores?${new URLSearchParams(next)}`,
    });
  }
  const isFile = query.file !== undefined;
  const isStandard = query.sort === 'redeemed' && query.order === 'desc' && !query.q && !isFile;
  if (whole !== undefined && isStandard && whole.rows.length > 0) {
    // The largest of each day: of one day they are exact, and the list goes on after them.
    const stores = whole.rows.filter(({ redeemedFen }) => redeemedFen > 0).slice(0, MOST_STORES);
    const last = stores.at(-1);
    const isExact = whole.dayCount === 1 && last !== undefined;
    const goesOn = { ...periodQuery(period), ...filters };
    const key = JSON.stringify([last?.platform, last?.storeId]);
    const next = isExact
      ? cursor.next(goesOn, { redeemedFen: last.redeemedFen, key })
      : { ...goesOn, list: 'all' };
    return answerStoresPage(c, deps, viewer, {
      ...{ ...own, stores, total: whole.total, rest: null, place: null, isWhole: false },
      names: await storeNames(table, stores, deps.now(), viewer.providerId),
      ...{ isRanked: true, isLargest: true },
      nextHref: `/stores?${new URLSearchParams(next)}`,
    });
  }
  const by = query.sort === 'change' || query.sort === 'store' ? 'redeemed' : query.sort;
  const found = await pageOfStores(
    table,
    viewer.providerId,
    period.window,
    { position: query.cursor, limit: isFile ? MOST_IN_FILE : LONG_PAGE },
    (store) => hasRedemptions(store) && (platform === null || store.platform === platform),
    undefined,
    SORTS[by],
  );
  const stores = found.stores.map(({ platform: of, storeId, rollup }): StoreRow => {
    const { redeemedFen, redeemedCount, refundedFen, commissionFen } = rollup;
    const sums = { redeemedFen, redeemedCount, refundedFen, commissionFen };
    return { platform: of, storeId, ...sums, isLeast: false, course: null, compared: null };
  });
  const names = await storeNames(table, stores, deps.now(), viewer.providerId);
  if (query.file !== undefined) {
    if (found.next !== null) throw tooManyForFile();
    return answerStores(c, deps, viewer, query.file, own, fileRows(stores, names, period));
  }
  const days = await readProviderDays(table, viewer.providerId, period.window);
  const rollups = addPlatforms(days.map((day) => day.rollups));
  const next =
    found.next === null ? null : cursor.next({ ...periodQuery(period), ...filters }, found.next);
  return answerStoresPage(c, deps, viewer, {
    ...{ ...own, sort: by, order: 'desc', names, stores, rest: null, place: null, isWhole: false },
    total: platform === null ? overPlatforms(rollups) : (rollups[platform] ?? emptyRollup()),
    ...{ isRanked: found.order === 'redeemedFen', isLargest: false },
    nextHref: next === null ? null : `/stores?${new URLSearchParams(next)}`,
  });
}

/** Half a file would look like a whole one. */
function tooManyForFile(): Problem {
  const detail = `from, to, platform: a file has at most ${MOST_IN_FILE} stores. Choose fewer days, or one platform.`;
  return new Problem('request-invalid', detail, { fields: ['from', 'to', 'platform'] });
}

/** What of an address is neither the period nor the page. */
function filtersOf({ platform, sort, order, q }: Query): Record<string, string> {
  return {
    ...(platform ? { platform } : {}),
    ...(q ? { q } : {}),
    ...(sort === 'redeemed' ? {} : { sort }),
    ...(order === 'desc' ? {} : { order }),
  };
}

async function answerStoresPage(
  c: Context,
  deps: ApiDeps,
  viewer: Viewer,
  rows: Omit<StoresView, 'firstDay'>,
): Promise<Response> {
  const isEmpty = rows.stores.length === 0;
  const firstDay = isEmpty ? await firstProviderDay(deps.table, viewer.providerId) : null;
  const view = { ...rows, firstDay };
  return answerPage(c, {
    title: ({ say }) => say('stores'),
    main: (speech) => storesView(speech, view),
    viewer,
  });
}

/** Whatever leaves the house leaves a trace, from a page as from the API. */
function answerStores(
  c: Context,
  deps: ApiDeps,
  { principal }: Viewer,
  format: FileFormat,
  { period }: Pick<StoresView, 'period'>,
  rows: ReturnType<typeof fileRows>,
): Promise<Response> {
  const name = `stores-${period.window.from}-${period.window.to}`;
  noteChange(c, { subject: `${name}.${format}` });
  return withTrail(c, { call: 'GET /stores', principal }, deps, () =>
    answerFile(c, { format, name, sheet: 'stores', rows }),
  );
}
