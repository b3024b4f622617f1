import { html } from 'hono/html';
import { amount, day } from '../../../../lib/i18n/format.ts';
import type { Html } from '../html.ts';
import { platformCell } from '../overview/view.ts';
import type { Speech } from '../page.ts';
import { filterForm } from '../parts/filters.ts';
import { type Column, table } from '../parts/table.ts';
import type { OwnContract } from './read.ts';
import { spanText, stateCell, termsText, tierText } from './text.ts';

export interface ContractsView {
  readonly contracts: readonly OwnContract[];
  /** There is none at all, whatever is filtered. */
  readonly isEmpty: boolean;
  /** Of merchants, by `placeOf`. */
  readonly names: ReadonlyMap<string, string>;
  readonly now: string;
  readonly q: string;
  readonly state: string;
}

/** The merchant of a contract. */
export function placeOf({ version }: OwnContract): string {
  return `${version.platform}/${version.merchantId}`;
}

/** `11月1日 – 30日 14:32` */
export function monthText({ language }: Speech, now: string): string {
  const today = now.slice(0, 10);
  return `${day(`${today.slice(0, 8)}01`, language)} – ${day(today, language)} ${now.slice(11, 16)}`;
}

export function contractsView(speech: Speech, view: ContractsView): Html {
  const { say } = speech;
  const { contracts, isEmpty, now, q, state } = view;
  const fields = [
    { name: 'q', label: say('contract.find'), value: q },
    {
      ...{ name: 'state', label: say('contract.state'), value: state },
      choices: [
        ['', say('filter.all')],
        ['current', say('contract.filter.current')],
        ['ended', say('contract.is.ended')],
      ] as const,
    },
  ];
  const nothing = isEmpty
    ? say('contract.none')
    : html`${say('contract.no-hit', { filter: filterText(speech, view) })} <a href="/contracts">${say('filter.clear')}</a>`;
  return html`<div class="head"><div><h1>${say('contracts')}</h1><p class="note">${say('contract.line', { now: monthText(speech, now) })}</p></div></div>
<section class="card"><header><h2>${say('contract.mine')}</h2></header>
${filterForm(say, { action: '/contracts', kept: {}, fields })}
${contracts.length === 0 ? html`<p class="in form note">${nothing}</p>` : table<OwnContract>({ caption: say('contracts'), rows: contracts, columns: columnsOf(speech, view) })}</section>`;
}

/** What was filtered by, in words: `"hotpot", Ended`. */
function filterText({ say }: Speech, { q, state }: ContractsView): string {
  const word = state === 'ended' ? 'contract.is.ended' : 'contract.filter.current';
  return [...(q === '' ? [] : [`"${q}"`]), ...(state === '' ? [] : [say(word)])].join(' · ');
}

function columnsOf(speech: Speech, { names, now }: ContractsView): Column<OwnContract>[] {
  const { say } = speech;
  return [
    {
      ...{ head: say('merchant'), role: 'name' },
      cell: (one) => {
        const name = names.get(placeOf(one));
        const href = `/contracts?${new URLSearchParams({ contract: one.version.contractId })}`;
        return html`<a href="${href}"${name === undefined ? html` class="id"` : ''}>${name ?? one.version.merchantId}</a><small>${platformCell(speech, one.version.platform)} · ${say(`contract.${one.version.mode}`)}</small>`;
      },
    },
    { head: say('contract.state'), role: 'pair', cell: ({ state }) => stateCell(say, state) },
    {
      head: say('contract.span'),
      role: 'pair',
      isLow: true,
      cell: ({ version }) => spanText(speech, version),
    },
    {
      ...{ head: say('contract.stores'), role: 'pair', isLow: true },
      cell: ({ version }) => {
        const { length } = version.scope.stores;
        return length === 0 ? say('contract.all') : say('contract.some', { n: length });
      },
    },
    {
      ...{ head: say('contract.terms'), role: 'pair', isNumber: true },
      cell: ({ version }) => termsText(say, version),
    },
    {
      ...{ head: say('contract.month'), label: say('contract.month.short') },
      ...{ role: 'main', isNumber: true, hasLabel: true },
      cell: (one) => monthCell(speech, one, 'redeemedFen', now),
    },
    {
      ...{ head: say('contract.commission'), label: say('contract.commission.short') },
      ...{ role: 'pair', isNumber: true },
      cell: (one) => monthCell(speech, one, 'commissionFen', now),
    },
    {
      ...{ head: say('contract.tier'), role: 'wide-pair' },
      cell: ({ version, month, state }) =>
        state.is === 'ended' ? '—' : tierText(say, version, month),
    },
  ];
}

/** The month's number with its reason: the days of the merchant. */
export function monthCell(
  { say }: Speech,
  one: OwnContract,
  measure: 'redeemedFen' | 'commissionFen',
  now: string,
): Html | string {
  const { month, state, version } = one;
  if (month !== null) {
    const href = `/merchants?${new URLSearchParams({ period: 'month', row: placeOf(one) })}`;
    return html`<a href="${href}">${amount(month.rollup[measure])}</a>`;
  }
  const hadThisMonth = version.endsAt === null || version.endsAt.slice(0, 7) >= now.slice(0, 7);
  if (state.is === 'upcoming' || !hadThisMonth) return '—';
  return html`<span class="dim">${say('contract.several')}</span>`;
}
