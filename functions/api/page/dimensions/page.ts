import type { Context } from 'hono';
import * as z from 'zod';
import { sayIn } from '../../../../lib/i18n/words.ts';
import { firstProviderDay } from '../../../../lib/rollups/rollups.ts';
import { noteChange, withTrail } from '../../audit.ts';
import { type Catalogue, readCatalogue } from '../../catalogue.ts';
import type { ApiDeps } from '../../deps.ts';
import { answerFile, FILE_FORMATS } from '../../files.ts';
import { check } from '../../input.ts';
import { answerPage } from '../page.ts';
import { type Period, periodOf, periodQuery, periodShape } from '../period.ts';
import type { Viewer } from '../viewer.ts';
import { fileRows } from './file-rows.ts';
import { membersOf } from './members.ts';
import { type DimensionKind, type DimensionRow, rolledUpAs, SORTS, type Sort } from './model.ts';
import { merchantNames, nameOfRow } from './names.ts';
import { readRows } from './read.ts';
import { type ValueView, valueView } from './value.ts';
import { dimensionView } from './view.ts';

const PAGE = 50;

/** Of pages of other dimensions. */
const NO_CATALOGUE: Catalogue = new Map();
const MOST_PAGES = 10_000;

export const dimensionShape = {
  ...periodShape,
  q: z.string().trim().max(100).optional(),
  sort: z
    .enum(['redeemed', 'paid', 'count', 'refunded', 'commission', 'change'])
    .default('redeemed'),
  order: z.enum(['desc', 'asc']).default('desc'),
  page: z.coerce.number().int().min(1).max(MOST_PAGES).default(1),
  /** One row: its days. */
  row: z.string().max(300).optional(),
  file: z.enum(FILE_FORMATS).optional(),
};

const dimensionQuery = z.object(dimensionShape);
type Query = z.infer<typeof dimensionQuery>;

/** `GET /products` and the like: a provider's GMV split by one dimension. */
export function dimensionPage(kind: DimensionKind) {
  return async (c: Context, deps: ApiDeps, viewer: Viewer): Promise<Response> => {
    const query = check(dimensionQuery, c.req.query());
    const period = periodOf(query, deps.now());
    const { rolledUp } = rolledUpAs(kind);
    const catalogue =
      rolledUp === 'product' ? await readCatalogue(deps.table, deps.now()) : NO_CATALOGUE;
    const all = await readRows(deps.table, viewer.providerId, kind, period, catalogue);
    const names = await namesOf(deps, kind, all.rows, catalogue);
    const rows = wanted(all.rows, query, (row) => namesOfRow(kind, row, names));
    if (query.file !== undefined) {
      const { from, to } = period.window;
      const name = `${kind.title}-${from}-${to}`;
      const file = { format: query.file, name, sheet: kind.title };
      // Whatever leaves the house leaves a trace, from a page as from the API.
      noteChange(c, { subject: `${name}.${query.file}` });
      const trail = { call: `GET ${kind.path}`, principal: viewer.principal };
      return withTrail(c, trail, deps, () =>
        answerFile(c, {
          ...file,
          rows: fileRows(kind, rows, { names, catalogue }, period, all.rows),
        }),
      );
    }
    if (query.row !== undefined) {
      const members = membersOf(kind, query.row, all.ungrouped, catalogue);
      return rowPage(c, viewer, { kind, period, names, key: query.row, all: all.rows, members });
    }
    const isEmpty = all.rows.length === 0;
    const firstDay = isEmpty ? await firstProviderDay(deps.table, viewer.providerId) : null;
    const last = Math.max(1, Math.ceil(rows.length / PAGE));
    const page = Math.min(query.page, last);
    return answerPage(c, {
      title: ({ say }) => say(kind.title),
      main: (speech) =>
        dimensionView(speech, {
          ...{
            kind,
            period,
            names,
            catalogue,
            all,
            firstDay,
            query: addressOf(query, period),
            sort: query.sort,
          },
          ...{ order: query.order, q: query.q ?? '', found: rows.length },
          rows: rows.slice((page - 1) * PAGE, page * PAGE),
          first: (page - 1) * PAGE,
          nextPage: page < last ? page + 1 : null,
        }),
      viewer,
    });
  };
}

function rowPage(c: Context, viewer: Viewer, view: Omit<ValueView, 'row'>): Promise<Response> {
  const { kind, names, key } = view;
  const row = view.all.find((one) => one.key === key) ?? null;
  return answerPage(c, {
    title: ({ say }) => (row === null ? say(kind.title) : nameOfRow(say, kind, row, names).name),
    main: (speech) => valueView(speech, { ...view, row }),
    viewer,
  });
}

/** What of an address stays when something else of it changes. */
function addressOf(query: Query, period: Period): Record<string, string> {
  return {
    ...periodQuery(period),
    ...(query.q ? { q: query.q } : {}),
    ...(query.sort === 'redeemed' ? {} : { sort: query.sort }),
    ...(query.order === 'desc' ? {} : { order: query.order }),
  };
}

async function namesOf(
  { table, now }: ApiDeps,
  { dimension }: DimensionKind,
  rows: readonly DimensionRow[],
  catalogue: Catalogue,
): Promise<ReadonlyMap<string, string>> {
  if (dimension === 'product') {
    const named = [...catalogue].flatMap(([id, { name }]) =>
      name === null ? [] : [[id, name] as const],
    );
    return new Map(named);
  }
  if (dimension !== 'merchant') return new Map();
  return merchantNames(
    table,
    rows.flatMap(({ value }) => value ?? []),
    now(),
  );
}

/** In either language: whoever searches may have read the page in the other one. */
function namesOfRow(
  kind: DimensionKind,
  row: DimensionRow,
  names: ReadonlyMap<string, string>,
): string {
  const own = (['zh', 'en'] as const).map((language) =>
    nameOfRow(sayIn(language), kind, row, names),
  );
  return own.flatMap(({ name, more }) => [name, more ?? '']).join('\n');
}

/** The rows that a search keeps, in their order; equal ones by their key, so that pages agree. */
function wanted(
  rows: readonly DimensionRow[],
  { q, sort, order }: Query,
  text: (row: DimensionRow) => string,
): DimensionRow[] {
  const needle = (q ?? '').toLowerCase();
  const sign = order === 'asc' ? -1 : 1;
  return rows
    .filter((row) => text(row).toLowerCase().includes(needle))
    .toSorted((a, b) => sign * (measure(b, sort) - measure(a, sort)) || (a.key < b.key ? -1 : 1));
}

function measure({ rollup, compared }: DimensionRow, sort: Sort | 'change'): number {
  if (sort !== 'change') return rollup[SORTS[sort]];
  return compared === null ? 0 : compared.nowFen - compared.beforeFen;
}
