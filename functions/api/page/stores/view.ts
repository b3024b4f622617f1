import { html } from 'hono/html';
import { PLATFORMS, type Platform } from '../../../../lib/events/id.ts';
import { amount, count } from '../../../../lib/i18n/format.ts';
import type { Rollup } from '../../../../lib/ledger/rollup.ts';
import type { StoreDay } from '../../../../lib/rollups/store-day.ts';
import type { Html } from '../html.ts';
import { nameOf, placeKey, type StoreName, storeHref } from '../names.ts';
import { platformCell } from '../overview/view.ts';
import type { Speech } from '../page.ts';
import { filterForm } from '../parts/filters.ts';
import { pager } from '../parts/pager.ts';
import { periodLine, periodTools } from '../parts/periods.ts';
import { type Column, table } from '../parts/table.ts';
import { type Period, periodQuery } from '../period.ts';

/** What the list is sorted by, the largest first. */
export const SORTS = {
  redeemed: 'redeemedFen',
  count: 'redeemedCount',
  refunded: 'refundedFen',
  commission: 'commissionFen',
} as const;
export type Sort = keyof typeof SORTS;

export interface StoresView {
  readonly period: Period;
  readonly platform: Platform | null;
  readonly sort: Sort;
  /** What of the address is neither the period nor the page. */
  readonly filters: Readonly<Record<string, string>>;
  readonly stores: readonly StoreDay[];
  readonly names: ReadonlyMap<string, StoreName>;
  /** Of all stores of the filter, not only of this page. */
  readonly total: Rollup;
  /** False where there are too many to be sorted. */
  readonly isRanked: boolean;
  readonly nextHref: string | null;
}

type Row = StoreDay | { readonly rollup: Rollup };

export function storesView(speech: Speech, view: StoresView): Html {
  const { say, language } = speech;
  const { period, stores, isRanked, nextHref, filters, total } = view;
  return html`<div class="head"><div><h1>${say('stores')}</h1><p class="note">${periodLine(say, language, period)}</p></div>
<div class="tools">${periodTools(say, '/stores', period, filters)}</div></div>
<section class="card"><header><h2>${say('stores.rows')}</h2>${isRanked ? '' : html`<p class="note">${say('unranked')}</p>`}</header>
${filterForm(say, {
  action: '/stores',
  kept: { ...periodQuery(period), ...(view.sort === 'redeemed' ? {} : { sort: view.sort }) },
  fields: [
    {
      name: 'platform',
      label: say('platform'),
      value: view.platform ?? '',
      choices: [['', say('filter.all')], ...PLATFORMS.map((one) => [one, say(one)] as const)],
    },
  ],
})}
${stores.length === 0 ? html`<p class="in note">${say('nothing')}</p>` : table<Row>({ caption: say('stores'), columns: columnsOf(speech, view), rows: stores, sum: { rollup: total } })}
${pager(say, say('stores.shown', { n: stores.length }), nextHref)}</section>
<p class="note">${say('figure.paid')} ${amount(total.paidFen)} ${say('unit.yuan')} · ${say('stores.paid')}</p>`;
}

function columnsOf(speech: Speech, view: StoresView): Column<Row>[] {
  const { say } = speech;
  const { period, names, sort, isRanked, filters } = view;
  const query = periodQuery(period);
  const sorted = (by: Sort) => {
    if (!isRanked) return {};
    const { sort: _now, ...others } = filters;
    const href = `/stores?${new URLSearchParams({ ...query, ...others, ...(by === 'redeemed' ? {} : { sort: by }) })}`;
    return { sort: { href, now: by === sort ? ('descending' as const) : null } };
  };
  const number = (of: (rollup: Rollup) => string) => ({
    isNumber: true,
    cell: ({ rollup }: Row) => of(rollup),
  });
  return [
    {
      head: say('store'),
      role: 'name',
      cell: (row) => {
        if (!('storeId' in row)) return say('total');
        const known = names.get(placeKey(row));
        const name = nameOf(say, { storeId: row.storeId, name: known?.name ?? null });
        const city = known?.city ?? null;
        return html`<a href="${storeHref(row, query)}">${name}</a>${city === null ? '' : html` <span class="dim">${city}</span>`}`;
      },
    },
    {
      head: say('platform'),
      role: 'pair',
      cell: (row) => ('storeId' in row ? platformCell(speech, row.platform) : ''),
    },
    {
      head: say('redeemedCount'),
      role: 'pair',
      ...sorted('count'),
      ...number((one) => count(one.redeemedCount)),
    },
    {
      head: say('redeemedGmv'),
      role: 'main',
      ...sorted('redeemed'),
      ...number((one) => amount(one.redeemedFen)),
    },
    {
      head: say('reversed'),
      role: 'pair',
      isLow: true,
      ...number((one) => count(one.reversedCount)),
    },
    {
      ...{ head: say('refunded'), label: say('figure.refunded'), role: 'pair' as const },
      ...sorted('refunded'),
      ...number((one) => amount(one.refundedFen)),
    },
    {
      ...{ head: say('commission'), label: say('figure.commission'), role: 'pair' as const },
      ...sorted('commission'),
      ...number((one) => amount(one.commissionFen)),
    },
  ];
}
