import { html } from 'hono/html';
import { wordIn } from '../../../../lib/i18n/both.ts';
import { amount, day } from '../../../../lib/i18n/format.ts';
import type { Html } from '../html.ts';
import { platformCell } from '../overview/view.ts';
import type { Speech } from '../page.ts';
import { type List, type ListColumn, listView } from '../parts/list.ts';
import type { OwnContract } from './read.ts';
import { spanText, stateCell, termsText, tierText } from './text.ts';

export interface ContractsView {
  readonly list: List<OwnContract>;
  /** There is none at all, whatever is filtered. */
  readonly isEmpty: boolean;
  readonly now: string;
  readonly state: string;
}

interface About {
  /** Of merchants, by `placeOf`. */
  readonly names: ReadonlyMap<string, string>;
  readonly now: string;
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

export function contractsView(speech: Speech, { list, isEmpty, now, state }: ContractsView): Html {
  const { say } = speech;
  const nothing = isEmpty ? say('contract.none') : noContract(speech, '', state);
  return html`<div class="head"><div><h1>${say('contracts')}</h1><p class="note">${say('contract.line', { now: monthText(speech, now) })}</p></div></div>
<section class="card"><header><h2>${say('contract.mine')}</h2></header>
${listView(speech, list, nothing)}</section>`;
}

/** Which filter finds none, in words: `"hotpot", Ended`. */
export function noContract({ say }: Speech, q: string, state: string): Html {
  const word = state === 'ended' ? 'contract.is.ended' : 'contract.filter.current';
  const filter = [...(q === '' ? [] : [`"${q}"`]), ...(state === '' ? [] : [say(word)])];
  return html`${say('contract.no-hit', { filter: filter.join(' · ') })} <a href="/contracts">${say('filter.clear')}</a>`;
}

export function contractColumns(speech: Speech, { names, now }: About): ListColumn<OwnContract>[] {
  const { say } = speech;
  const monthOf = (measure: 'redeemedFen' | 'commissionFen') => ({
    value: ({ month }: OwnContract) => (month === null ? null : { fen: month.rollup[measure] }),
    cell: (one: OwnContract) => monthCell(speech, one, measure, now),
  });
  return [
    {
      ...{ word: 'merchant', by: 'merchant', role: 'name' },
      value: (one) => names.get(placeOf(one)) ?? one.version.merchantId,
      cell: (one) => {
        const name = names.get(placeOf(one));
        const href = `/contracts?${new URLSearchParams({ contract: one.version.contractId })}`;
        return html`<a href="${href}"${name === undefined ? html` class="id"` : ''}>${name ?? one.version.merchantId}</a><small>${platformCell(speech, one.version.platform)} · ${say(`contract.${one.version.mode}`)}</small>`;
      },
    },
    ...hiddenColumns(),
    {
      ...{ word: 'contract.state', by: 'state', role: 'pair' },
      value: ({ state }) => wordIn(`contract.is.${state.is}`),
      cell: ({ state }) => stateCell(say, state),
    },
    {
      ...{ word: 'contract.span', by: 'span', role: 'pair', isLow: true },
      value: ({ version: { startsAt, endsAt } }) => `${startsAt} – ${endsAt ?? ''}`,
      cell: ({ version }) => spanText(speech, version),
    },
    {
      ...{ word: 'contract.stores', by: 'stores', role: 'pair', isLow: true },
      value: ({ version }) => version.scope.stores.length,
      cell: ({ version }) => {
        const { length } = version.scope.stores;
        return length === 0 ? say('contract.all') : say('contract.some', { n: length });
      },
    },
    {
      ...{ word: 'contract.terms', by: 'terms', role: 'pair', isNumber: true },
      value: ({ version }) => termsText(say, version),
      cell: ({ version }) => termsText(say, version),
    },
    {
      ...{ word: 'contract.month', by: 'month', label: say('contract.month.short') },
      ...{ role: 'main', isNumber: true, hasLabel: true, ...monthOf('redeemedFen') },
    },
    {
      ...{ word: 'contract.commission', by: 'commission' },
      ...{ label: say('contract.commission.short'), role: 'pair', isNumber: true },
      ...monthOf('commissionFen'),
    },
    {
      ...{ word: 'contract.tier', role: 'wide-pair' },
      cell: ({ version, month, state }) =>
        state.is === 'ended' ? '—' : tierText(say, version, month),
    },
  ];
}

/** What a page says below a name or nowhere: ids and days, for a search and in a file. */
function hiddenColumns(): ListColumn<OwnContract>[] {
  const off = { role: 'desk', isHidden: true, cell: () => '' } as const;
  return [
    { word: 'platform', value: ({ version }) => wordIn(version.platform), ...off },
    { word: 'operator.merchant-id', value: ({ version }) => ({ id: version.merchantId }), ...off },
    { word: 'contract', value: ({ version }) => ({ id: version.contractId }), ...off },
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
