import { html } from 'hono/html';
import { isWord, type Say, type Word, yuan } from '../../../lib/i18n/words.ts';
import { UNKNOWN_STORE } from '../../../lib/ledger/entry.ts';
import type { Rollup } from '../../../lib/ledger/rollup.ts';
import { isTierStore } from '../../../lib/ledger/tiers.ts';
import type { Window } from '../input.ts';
import type { RedemptionLine } from '../redemptions.ts';
import type { StoreLine } from '../stores.ts';
import { type Html, scrolling } from './layout.ts';

export function signInView(say: Say, error: Word | null): Html {
  return html`
<h2>${say('signIn')}</h2>
${error === null ? '' : html`<p class="error" role="alert">${say(error)}</p>`}
<form class="inline" method="post" action="/sign-in">
<label>${say('token')} <input type="password" name="token" autocomplete="current-password" required autofocus></label>
<button>${say('signIn')}</button>
</form>`;
}

export interface StoresView {
  readonly window: Window;
  readonly stores: readonly StoreLine[];
  /** False where there are too many to be sorted. */
  readonly isRanked: boolean;
  readonly total: Rollup;
  readonly nextHref: string | null;
  readonly storeHref: (store: StoreLine) => string;
}

export function storesView(
  say: Say,
  { window, stores, isRanked, total, nextHref, storeHref }: StoresView,
): Html {
  const rows = stores.map(
    (store) => html`<tr>
<th scope="row"><a href="${storeHref(store)}">${nameOf(say, store)}</a></th>
<td>${word(say, store.platform)}</td>
<td class="number">${store.redeemedCount}</td>
<td class="number">${yuan(store.redeemedFen)}</td>
<td class="number">${store.reversedCount}</td>
<td class="number">${yuan(store.refundedFen)}</td>
<td class="number">${yuan(store.commissionFen)}</td>
</tr>`,
  );
  return html`
<h2>${say('stores')}</h2>
${windowForm(say, window)}
${stores.length === 0 ? html`<p>${say('nothing')}</p>` : ''}
${isRanked ? '' : html`<p>${say('unranked')}</p>`}
${scrolling(
  say('stores'),
  html`<table>
<thead><tr><th scope="col">${say('store')}</th><th scope="col">${say('platform')}</th>${numberHeads(say)}</tr></thead>
<tbody>${rows}</tbody>
<tfoot><tr><th scope="row" colspan="2">${say('total')}</th>
<td class="number">${total.redeemedCount}</td>
<td class="number">${yuan(total.redeemedFen)}</td>
<td class="number">${total.reversedCount}</td>
<td class="number">${yuan(total.refundedFen)}</td>
<td class="number">${yuan(total.commissionFen)}</td></tr></tfoot>
</table>`,
)}
<p>${say('paidGmv')}: <span class="number">${yuan(total.paidFen)}</span></p>
${nextLink(say, nextHref)}`;
}

export interface StoreView {
  readonly window: Window;
  readonly name: string;
  readonly redemptions: readonly RedemptionLine[];
  readonly nextHref: string | null;
  readonly backHref: string;
}

export function storeView(say: Say, view: StoreView): Html {
  const rows = view.redemptions.map(
    (line) => html`<tr>
<td>${line.redeemedAt.slice(0, 19).replace('T', ' ')}</td>
<td class="number">${yuan(line.amountFen)}</td>
<td class="number">${yuan(line.commissionFen)}</td>
<td>${statusOf(say, line.status)}</td>
<td>${word(say, line.channel)}</td>
<td>${line.redemptionId}</td>
<td>${line.voucherId}</td>
</tr>`,
  );
  return html`
<p><a href="${view.backHref}">← ${say('back')}</a></p>
<h2>${view.name}</h2>
${windowForm(say, view.window)}
${view.redemptions.length === 0 ? html`<p>${say('nothing')}</p>` : ''}
${scrolling(
  say('redemptions'),
  html`<table>
<caption>${say('redemptions')}</caption>
<thead><tr><th scope="col">${say('redeemedAt')}</th><th scope="col" class="number">${say('amount')}</th>
<th scope="col" class="number">${say('commission')}</th><th scope="col">${say('status')}</th><th scope="col">${say('channel')}</th>
<th scope="col">${say('redemption')}</th><th scope="col">${say('voucher')}</th></tr></thead>
<tbody>${rows}</tbody>
</table>`,
)}
${nextLink(say, view.nextHref)}`;
}

export function messageView(say: Say, message: Word): Html {
  return html`<p class="error" role="alert">${say(message)}</p><p><a href="/">${say('back')}</a></p>`;
}

export function nameOf(say: Say, store: { storeId: string; name: string | null }): string {
  if (store.name !== null) return store.name;
  if (isTierStore(store.storeId)) return say('kind.tier');
  return store.storeId === UNKNOWN_STORE ? say('unknownStore') : store.storeId;
}

function numberHeads(say: Say): Html[] {
  const words: Word[] = ['redeemedCount', 'redeemedGmv', 'reversed', 'refunded', 'commission'];
  return words.map((head) => html`<th scope="col" class="number">${say(head)}</th>`);
}

function windowForm(say: Say, { from, to }: Window): Html {
  return html`<form class="inline" method="get">
<label>${say('from')} <input type="date" name="from" value="${from}"></label>
<label>${say('to')} <input type="date" name="to" value="${to}"></label>
<button>${say('show')}</button>
</form>`;
}

function nextLink(say: Say, href: string | null): Html | string {
  return href === null ? '' : html`<p><a href="${href}">${say('next')} →</a></p>`;
}

/** Words of the vocabulary have a translation; what has none is shown as it is. */
function word(say: Say, text: string): string {
  return isWord(text) ? say(text) : text;
}

function statusOf(say: Say, status: RedemptionLine['status']): string {
  switch (status) {
    case 'provisional':
    case 'final':
      return say(status);
    case 'reversed':
    case 'refunded':
      return say(`status.${status}`);
    default:
      return status satisfies never;
  }
}
