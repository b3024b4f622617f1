import { html } from 'hono/html';
import { PLATFORMS, type Platform } from '../../../../lib/events/id.ts';
import { amount, count } from '../../../../lib/i18n/format.ts';
import { FILE_FORMATS } from '../../files.ts';
import type { Html } from '../html.ts';
import { nameOf, placeKey, type StoreName, storeHref } from '../names.ts';
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
import type { StoreRow, StoreSums } from './rows.ts';

/** What the list is sorted by where it is by a number. */
export const SORTS = {
  redeemed: 'redeemedFen',
  count: 'redeemedCount',
  refunded: 'refundedFen',
  commission: 'commissionFen',
} as const;
export type Sort = keyof typeof SORTS | 'change' | 'store';

export interface StoresView {
  readonly period: Period;
  readonly platform: Platform | null;
  readonly sort: Sort;
  readonly order: 'asc' | 'desc';
  readonly q: string;
  /** What of the address is neither the period nor the page. */
  readonly filters: Readonly<Record<string, string>>;
  readonly stores: readonly StoreRow[];
  readonly names: ReadonlyMap<string, StoreName>;
  /** Of all stores of the filter, not only of this page. */
  readonly total: StoreSums;
  /** What of the total is no store's; null for nothing, or where somebody searches. */
  readonly rest: StoreSums | null;
  /** Which rows of how many these are; null where the list is too long to be counted. */
  readonly place: { readonly first: number; readonly found: number } | null;
  /** All stores were read, with their days and the period before: they can be searched and sorted by everything. */
  readonly isWhole: boolean;
  /** These are the largest of each day, of more than were read. */
  readonly isLargest: boolean;
  /** False where there are too many to be sorted. */
  readonly isRanked: boolean;
  readonly nextHref: string | null;
  /** The first day with anything booked, read where no row is. */
  readonly firstDay: string | null;
}

type Row = StoreRow | { readonly sum: StoreSums; readonly is: 'total' | 'rest' };

export function storesView(speech: Speech, view: StoresView): Html {
  const { say, language } = speech;
  const { period, isWhole, nextHref, filters, total } = view;
  const note = isWhole ? '' : say(noteOf(view));
  return html`<div class="head"><div><h1>${say('stores')}</h1><p class="note">${wholeDaysLine(say, language, period)}</p></div>
<div class="tools">${periodTools(say, '/stores', period, filters)}</div></div>
<section class="card" id="rows"><header><h2>${say('stores.rows')}</h2>${note === '' ? '' : html`<p class="note">${note}</p>`}</header>
${filtersOf(speech, view)}
${rowsOf(speech, view)}
${pager(say, shownOf(speech, view), nextHref)}</section>
<p class="note">${say('figure.paid')} ${amount(total.paidFen)} ${say('unit.yuan')} · ${say('stores.paid')}</p>`;
}

function noteOf({
  isRanked,
  isLargest,
}: StoresView): 'stores.largest' | 'stores.many' | 'unranked' {
  if (isLargest) return 'stores.largest';
  return isRanked ? 'stores.many' : 'unranked';
}

function filtersOf({ say }: Speech, view: StoresView): Html {
  const { period, filters, platform, isWhole, q } = view;
  const { platform: _platform, q: _q, ...kept } = filters;
  const query = { ...periodQuery(period), ...filters };
  const links = FILE_FORMATS.map(
    (file, at) =>
      html`${at === 0 ? '' : ' · '}<a href="/stores?${new URLSearchParams({ ...query, file })}" download>${file.toUpperCase()}</a>`,
  );
  return filterForm(say, {
    ...{ action: '/stores', kept: { ...periodQuery(period), ...kept }, files: html`${links}` },
    fields: [
      ...(isWhole ? [{ name: 'q', label: say('stores.find'), value: q }] : []),
      {
        ...{ name: 'platform', label: say('platform'), value: platform ?? '' },
        choices: [['', say('filter.all')], ...PLATFORMS.map((one) => [one, say(one)] as const)],
      },
    ],
  });
}

function rowsOf(speech: Speech, view: StoresView): Html {
  const { say } = speech;
  const { stores, q, period, filters, total, rest } = view;
  if (stores.length === 0 && rest === null) {
    if (q === '') {
      return html`<p class="in form note" role="status">${view.firstDay === null ? say('nothing') : emptyNote(speech, { path: '/stores', period, firstDay: view.firstDay })}</p>`;
    }
    const { q: _q, ...kept } = filters;
    const clear = `/stores?${new URLSearchParams({ ...periodQuery(period), ...kept })}`;
    return html`<p class="in form note">${say('dimension.no-hit', { q })} <a href="${clear}">${say('dimension.clear')}</a></p>`;
  }
  const isLast = view.nextHref === null;
  return table<Row>({
    caption: say('stores'),
    columns: columnsOf(speech, view),
    rows: [...stores, ...(isLast && rest !== null ? [{ sum: rest, is: 'rest' } as const] : [])],
    // A sum of what a search left out would look like the whole.
    ...(q === '' ? { sum: { sum: total, is: 'total' } as const } : {}),
  });
}

function shownOf({ say }: Speech, { stores, place }: StoresView): string {
  if (place === null) return say('stores.shown', { n: stores.length });
  if (stores.length === 0) return '';
  const { first, found } = place;
  return say('dimension.shown', { from: first + 1, to: first + stores.length, all: found });
}

function columnsOf(speech: Speech, view: StoresView): Column<Row>[] {
  const { say } = speech;
  const { isWhole } = view;
  const number = (of: (sums: StoreRow | StoreSums) => string) => ({
    isNumber: true,
    cell: (row: Row) => of('sum' in row ? row.sum : row),
  });
  const ofStore = (of: (row: StoreRow) => Html | string) => (row: Row) =>
    'sum' in row ? '' : of(row);
  return [
    { head: say('store'), role: 'name', ...sortOf(view, 'store'), cell: nameCell(speech, view) },
    {
      ...{ head: say('platform'), role: 'pair' },
      cell: ofStore(({ platform }) => platformCell(speech, platform)),
    },
    ...(isWhole ? [courseColumn(speech, ofStore)] : []),
    {
      ...{ head: say('redeemedGmv'), role: 'main', ...sortOf(view, 'redeemed') },
      isNumber: true,
      cell: (row: Row) => {
        const sums = 'sum' in row ? row.sum : row;
        const text = amount(sums.redeemedFen);
        return 'isLeast' in sums && sums.isLeast ? `≥ ${text}` : text;
      },
    },
    ...(isWhole
      ? [
          {
            ...{ head: say('top.versus'), role: 'pair' as const, isNumber: true },
            ...sortOf(view, 'change'),
            cell: ofStore(({ compared }) => {
              if (compared === null) return '—';
              const { nowFen, beforeFen } = compared;
              return movement(nowFen, beforeFen) ?? (nowFen === 0 ? '—' : say('movers.new'));
            }),
          },
        ]
      : []),
    {
      ...{ head: say('redeemedCount'), role: 'pair', ...sortOf(view, 'count') },
      ...number((one) => count(one.redeemedCount)),
    },
    {
      ...{ head: say('refunded'), label: say('figure.refunded'), role: 'pair', isLow: true },
      ...{ ...sortOf(view, 'refunded'), ...number((one) => amount(one.refundedFen)) },
    },
    {
      ...{ head: say('commission'), label: say('figure.commission'), role: 'pair' },
      ...{ ...sortOf(view, 'commission'), ...number((one) => amount(one.commissionFen)) },
    },
  ];
}

function courseColumn(
  { say }: Speech,
  ofStore: (of: (row: StoreRow) => Html | string) => (row: Row) => Html | string,
): Column<Row> {
  return {
    ...{ head: say('top.trend'), role: 'desk', isLow: true },
    cell: ofStore(({ course }) =>
      course === null || course.length < 2 ? '—' : sparkline(course, [], 'sp mini'),
    ),
  };
}

function nameCell({ say }: Speech, { names, period }: StoresView) {
  return (row: Row): Html | string => {
    if ('sum' in row) return say(row.is === 'total' ? 'total' : 'stores.rest');
    const known = names.get(placeKey(row));
    const name = nameOf(say, { storeId: row.storeId, name: known?.name ?? null });
    const city = known?.city ?? null;
    return html`<a href="${storeHref(row, periodQuery(period))}">${name}</a>${city === null ? '' : html` <span class="dim">${city}</span>`}`;
  };
}

/** Sorts by a column: the largest first, a name from its beginning; and the other way round when it is so already. */
function sortOf(view: StoresView, by: Sort): Pick<Column<Row>, 'sort'> {
  const { period, filters, sort, order, isRanked, isWhole } = view;
  if (!isRanked || (!isWhole && (by === 'change' || by === 'store'))) return {};
  const { sort: _sort, order: _order, ...others } = filters;
  const isNow = by === sort;
  const first = by === 'store' ? 'asc' : 'desc';
  const next = isNow && isWhole ? (order === 'desc' ? 'asc' : 'desc') : first;
  const href = `/stores?${new URLSearchParams({
    ...periodQuery(period),
    ...others,
    ...(by === 'redeemed' ? {} : { sort: by }),
    ...(next === 'desc' ? {} : { order: next }),
  })}`;
  const now = isNow ? (order === 'desc' ? ('descending' as const) : ('ascending' as const)) : null;
  return { sort: { href, now } };
}
