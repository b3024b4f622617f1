import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { html } from 'hono/html';
import { amount, lastFour, timeOf } from '../../../../lib/i18n/format.ts';
import type { Say } from '../../../../lib/i18n/words.ts';
import { businessDayOf } from '../../../../lib/time/shanghai.ts';
import type { Html } from '../html.ts';
import { homeOf, type Station } from './frame.ts';
import type { ActLine } from './tokens.ts';

/**
 * A receipt on paper of 80 mm (小票). Whether one is printed is a setting of the device: the printer stands beside it.
 */

const COOKIE = 'hexiao_receipt';
const KEPT_SECONDS = 365 * 24 * 3600;

export function printsReceipts(c: Context): boolean {
  return getCookie(c, COOKIE) === '1';
}

/**
 * `?receipt=1` and `?receipt=0` are remembered, and the page comes again without it.
 * @returns undefined where the address turns nothing
 */
export function turnReceipts(c: Context): Response | undefined {
  const wanted = c.req.query('receipt');
  if (wanted !== '1' && wanted !== '0') return undefined;
  const url = new URL(c.req.url);
  setCookie(c, COOKIE, wanted === '1' ? '1' : '', {
    ...{ httpOnly: true, secure: url.protocol === 'https:', sameSite: 'Strict', path: '/till' },
    maxAge: wanted === '1' ? KEPT_SECONDS : 0,
  });
  url.searchParams.delete('receipt');
  return c.redirect(`${url.pathname}${url.search}`, 303);
}

/** Where a clerk turns it on or off. */
export function receiptSwitch(say: Say, { store, prints }: Station): Html {
  const [now, then] = prints
    ? [say('till.receipt-on'), say('till.receipt-turn-off')]
    : [say('till.receipt-off'), say('till.receipt-turn-on')];
  return html`<p class="note sw"><span>${now}</span> <a href="${homeOf(store)}&amp;receipt=${prints ? 0 : 1}">${then}</a> <a href="/till/pin">${say('pin.set')}</a></p>`;
}

export interface ReceiptOf {
  readonly lines: readonly ActLine[];
  readonly at: string;
  /** Below nothing: what was done is taken back. */
  readonly sign: 1 | -1;
}

/** On paper alone, and with nothing of the guest. Empty where the device prints none. */
export function receipt(
  say: Say,
  { store, who, prints }: Station,
  { lines, at, sign }: ReceiptOf,
): Html | '' {
  if (!prints) return '';
  const fen = lines.map(({ worthFen }) => worthFen);
  const isKnown = fen.every((one) => one !== null);
  const sum = fen.reduce<number>((all, one) => all + (one ?? 0), 0);
  const title = say(sign < 0 ? 'till.receipt-undone' : 'till.receipt');
  return html`<section class="rcp" aria-hidden="true"><h2>${store.name}</h2><p>${title}</p>
<table>${lines.map(
    (one) =>
      html`<tr><td>${one.title ?? say('till.no-title')}<br><small>${lastFour(one.redemptionId)}</small></td><td>${one.worthFen === null ? say('till.unknown-worth') : amount(sign * one.worthFen)}</td></tr>`,
  )}
<tr class="sum"><td>${say('till.pieces', { n: lines.length })}</td><td>${isKnown ? amount(sign * sum) : ''}</td></tr></table>
<p>${businessDayOf(at)} ${timeOf(at)}<br>${who}</p></section>`;
}

/** Once more on paper; the script shows it. */
export function printAgain(say: Say, { prints }: Station): Html | '' {
  return prints
    ? html`<button class="btn big q" type="button" data-print hidden>${say('till.receipt-print')}</button>`
    : '';
}
