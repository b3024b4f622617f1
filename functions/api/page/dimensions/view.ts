import { html } from 'hono/html';
import { amount, count, share } from '../../../../lib/i18n/format.ts';
import type { Rollup } from '../../../../lib/ledger/rollup.ts';
import type { Catalogue } from '../../catalogue.ts';
import { FILE_FORMATS } from '../../files.ts';
import type { Html } from '../html.ts';
import { platformCell } from '../overview/view.ts';
import type { Speech } from '../page.ts';
import { emptyNote } from '../parts/empty.ts';
import { movement } from '../parts/figure.ts';
import { filterForm } from '../parts/filters.ts';
import { pager } from '../parts/pager.ts';
import { periodTools, wholeDaysLine } from '../parts/periods.ts';
import { sparkline } from '../parts/sparkline.ts';
import { type Column, table } from '../parts/table.ts';
import { type Period, periodQuery } from '../period.ts';
import { type DimensionKind, type DimensionRow, OF_PRODUCTS, type Sort } from './model.ts';
import { earnsBy, merchantOf, nameOfRow } from './names.ts';
import { paidCell, paidIs } from './paid.ts';
import type { DimensionRows } from './read.ts';
import { sharesOf } from './shares.ts';

export interface DimensionView {
  readonly kind: DimensionKind;
  readonly period: Period;
  readonly names: ReadonlyMap<string, string>;
  /** What is known of products, on their page. */
  readonly catalogue: Catalogue;
  readonly all: DimensionRows;
  /** The first day with anything booked, read where no row is. */
  readonly firstDay: string | null;
  /** What of the address stays when something else of it changes. */
  readonly query: Readonly<Record<string, string>>;
  readonly sort: Sort | 'change';
  readonly order: 'desc' | 'asc';
  /** What is searched for. */
  readonly q: string;
  readonly rows: readonly DimensionRow[];
  /** How many rows the search found, on all pages. */
  readonly found: number;
  readonly first: number;
  readonly nextPage: number | null;
}

type Row = DimensionRow | { readonly sum: Rollup };

export function dimensionView(speech: Speech, view: DimensionView): Html {
  const { say } = speech;
  const { kind, period, all, query, rows, firstDay } = view;
  const { period: _period, from: _from, to: _to, ...others } = query;
  const isEmpty = all.rows.length === 0;
  return html`<div class="head"><div><h1>${say(kind.title)}</h1><p class="note">${wholeDaysLine(say, speech.language, period)}</p></div>
<div class="tools">${viewsOf(speech, view)}${periodTools(say, kind.path, period, others)}</div></div>
${lateNote(speech, all)}${isEmpty ? '' : sharesOf(speech, view)}
<section class="card" id="rows"><header><h2>${say('dimension.rows')}</h2></header>
${filters(speech, view)}
${isEmpty ? html`<p class="in form note" role="status">${firstDay === null || firstDay <= period.window.to ? say('dimension.none') : emptyNote(speech, { path: kind.path, period, firstDay })}</p>` : rows.length === 0 ? noHit(speech, view) : rowsOf(speech, view)}
${pager(say, shownOf(speech, view), nextHref(view))}</section>`;
}

/** The same sales by product, supply and category, of the same period. */
function viewsOf({ say }: Speech, { kind, period }: DimensionView): Html | string {
  if (!OF_PRODUCTS.includes(kind)) return '';
  return html`<nav class="seg" aria-label="${say('dimension.by')}">${OF_PRODUCTS.map(
    (one) =>
      html`<a href="${one.path}?${new URLSearchParams(periodQuery(period))}"${one === kind ? html` aria-current="true"` : ''}>${say(one.one)}</a>`,
  )}</nav>`;
}

/** The rows are rolled up after the totals; how many entries each knows is its version, whatever they come to. */
function lateNote({ say }: Speech, { sum, total }: DimensionRows): Html | string {
  const n = total.entryCount - sum.entryCount;
  return n <= 0 ? '' : html`<p class="note" role="status">${say('dimension.late', { n })}</p>`;
}

function filters({ say }: Speech, { kind, query, q }: DimensionView): Html {
  const { q: _q, ...kept } = query;
  const links = FILE_FORMATS.map(
    (file, at) =>
      html`${at === 0 ? '' : ' · '}<a href="${kind.path}?${new URLSearchParams({ ...query, file })}" download>${file.toUpperCase()}</a>`,
  );
  return filterForm(say, {
    ...{ action: kind.path, kept, files: html`${links}` },
    fields: [{ name: 'q', label: say('dimension.find'), value: q }],
  });
}

function noHit({ say }: Speech, { kind, query, q }: DimensionView): Html {
  const { q: _q, ...kept } = query;
  return html`<p class="in form note">${say('dimension.no-hit', { q })} <a href="${kind.path}?${new URLSearchParams(kept)}">${say('dimension.clear')}</a></p>`;
}

function shownOf({ say }: Speech, { rows, first, found }: DimensionView): string {
  if (rows.length === 0) return '';
  return say('dimension.shown', { from: first + 1, to: first + rows.length, all: found });
}

function nextHref({ kind, query, nextPage }: DimensionView): string | null {
  if (nextPage === null) return null;
  return `${kind.path}?${new URLSearchParams({ ...query, page: String(nextPage) })}`;
}

function rowsOf(speech: Speech, view: DimensionView): Html {
  const { kind, all, rows, q } = view;
  return table<Row>({
    caption: speech.say(kind.title),
    columns: columnsOf(speech, view),
    rows,
    // A sum of what a search left out would look like the whole.
    ...(q === '' ? { sum: { sum: all.sum } } : {}),
  });
}

function columnsOf(speech: Speech, view: DimensionView): Column<Row>[] {
  const { say } = speech;
  const { kind, all } = view;
  const rollupOf = (row: Row) => ('sum' in row ? row.sum : row.rollup);
  const number = (of: (rollup: Rollup) => string) => ({
    isNumber: true,
    cell: (row: Row) => of(rollupOf(row)),
  });
  const ofRow = (of: (row: DimensionRow) => Html | string) => (row: Row) =>
    'sum' in row ? '' : of(row);
  return [
    { head: say(kind.one), role: 'name', cell: (row) => nameCell(speech, view, row) },
    ...ownColumns(speech, view, ofRow),
    {
      ...{ head: say('top.trend'), role: 'desk', isLow: true },
      cell: ofRow(({ days }) =>
        days.length < 2
          ? '—'
          : sparkline(
              days.map(({ redeemedFen }) => redeemedFen),
              [],
              'sp mini',
            ),
      ),
    },
    {
      ...{ head: say('redeemedGmv'), role: 'main', ...sortOf(view, 'redeemed') },
      ...number(({ redeemedFen }) => amount(redeemedFen)),
    },
    {
      ...{ head: say('dimension.share'), role: 'pair', isNumber: true },
      cell: (row) => share(rollupOf(row).redeemedFen, all.sum.redeemedFen) ?? '—',
    },
    {
      ...{ head: say('top.versus'), role: 'pair', isNumber: true, ...sortOf(view, 'change') },
      cell: (row) => {
        const { compared } = 'sum' in row ? all : row;
        if (compared === null) return '—';
        const { nowFen, beforeFen } = compared;
        return movement(nowFen, beforeFen) ?? (nowFen === 0 ? '—' : say('movers.new'));
      },
    },
    {
      ...{ head: say('redeemedCount'), role: 'pair', ...sortOf(view, 'count') },
      ...number(({ redeemedCount }) => count(redeemedCount)),
    },
    {
      ...{ head: say('paidGmv'), label: say('figure.paid'), role: 'pair', isLow: true },
      ...{ ...sortOf(view, 'paid'), isNumber: true },
      cell: (row) => {
        const is = 'sum' in row ? 'known' : paidIs(kind, row, all.rows);
        return paidCell(speech, is, rollupOf(row).paidFen);
      },
    },
    {
      ...{ head: say('refunded'), label: say('figure.refunded'), role: 'pair', isLow: true },
      ...{ ...sortOf(view, 'refunded'), ...number(({ refundedFen }) => amount(refundedFen)) },
    },
    {
      ...{ head: say('commission'), label: say('figure.commission'), role: 'pair' },
      ...{ ...sortOf(view, 'commission'), ...number(({ commissionFen }) => amount(commissionFen)) },
    },
  ];
}

/** What only one dimension has: a merchant's platform, how a creator earns, what a product is said to be. */
function ownColumns(
  speech: Speech,
  { kind: { dimension }, catalogue }: DimensionView,
  ofRow: (of: (row: DimensionRow) => Html | string) => (row: Row) => Html | string,
): Column<Row>[] {
  const { say } = speech;
  if (dimension === 'merchant') {
    const cell = ofRow(({ value }) => platformCell(speech, merchantOf(value ?? '/').platform));
    return [{ head: say('platform'), role: 'pair', cell }];
  }
  if (dimension === 'creator') {
    const cell = ofRow((row) => earnsBy(say, row));
    return [{ head: say('dimension.kind'), role: 'pair', cell }];
  }
  // What nobody said of any product takes no room.
  if (dimension === 'product' && catalogue.size > 0) {
    const said = (what: 'category' | 'supply'): Column<Row> => ({
      ...{ head: say(`dimension.${what}`), role: 'pair', isLow: true },
      cell: ofRow(({ value }) => (value === null ? null : catalogue.get(value)?.[what]) ?? '—'),
    });
    return [said('category'), said('supply')];
  }
  return [];
}

/** A row's name leads to its days. */
function nameCell(
  { say }: Speech,
  { kind, names, period }: DimensionView,
  row: Row,
): Html | string {
  if ('sum' in row) return say('total');
  const { name, more, isId } = nameOfRow(say, kind, row, names);
  const href = `${kind.path}?${new URLSearchParams({ ...periodQuery(period), row: row.key })}`;
  return html`<a href="${href}"${isId ? html` class="id"` : ''}>${name}</a>${more === null ? '' : html` <span class="dim">${more}</span>`}`;
}

/** Sorts by a column: the largest first, and the other way round when it is so already. */
function sortOf(view: DimensionView, by: Sort | 'change'): Pick<Column<Row>, 'sort'> {
  const { kind, query, sort, order } = view;
  const { sort: _sort, order: _order, ...others } = query;
  const isNow = by === sort;
  const href = `${kind.path}?${new URLSearchParams({
    ...others,
    ...(by === 'redeemed' ? {} : { sort: by }),
    ...(isNow && order === 'desc' ? { order: 'asc' } : {}),
  })}#rows`;
  const now = isNow ? (order === 'desc' ? ('descending' as const) : ('ascending' as const)) : null;
  return { sort: { href, now } };
}
