import { html } from 'hono/html';
import type { Event } from '../../../../lib/events/event.ts';
import { amount, duration, signedAmount, timeOf } from '../../../../lib/i18n/format.ts';
import { isWord } from '../../../../lib/i18n/words.ts';
import type { Html } from '../html.ts';
import { nameOf, placeKey } from '../names.ts';
import type { Speech } from '../page.ts';
import type { Glyph } from '../parts/icons.ts';
import { status, type Tone } from '../parts/status.ts';
import { whyEntry } from './explanation.ts';
import type { VoucherPageView } from './model.ts';

/** One event: what it was, where, how it came to us, what it was worth, and why what was booked was booked. */
export function eventCard(speech: Speech, event: Event, view: VoucherPageView): Html {
  const { say } = speech;
  const own = view.explained.filter(({ entry }) => entry.eventId === event.eventId);
  const bookedFen = own.reduce((sum, { entry }) => sum + entry.amountFen, 0);
  const place = placeOf(speech, event, view);
  return html`<li class="ev${event.loop === 'closed' ? ' c' : ''}"><div class="tm">${timeOf(event.occurredAt)}</div><div class="nd"></div>
<article class="card"><header><h3>${kindOf(speech, event)}${detailOf(speech, event)} <span class="tag">${say(`loop.${event.loop}`)}</span></h3>
<p class="am">${own.length === 0 ? html`<span class="dim">—</span>` : money(bookedFen)}</p></header>
${place === null ? '' : html`<p class="pl">${place}</p>`}
<p class="pv">${sourceLine(speech, event, view)}</p>
${billOf(speech, event)}
${own.map((one) => whyEntry(speech, one, view.who))}
${own.length === 0 && event.kind !== 'voucher.billed' ? html`<p class="pv mut">${say(isWaiting(event, view) ? 'voucher.waits' : 'voucher.not-booked')}</p>` : ''}</article></li>`;
}

function kindOf({ say }: Speech, { kind }: Event): string {
  const name = `event.${kind}`;
  return isWord(name) ? say(name) : kind;
}

function detailOf({ say }: Speech, event: Event): Html | string {
  if (event.kind !== 'order.paid' && event.kind !== 'voucher.redeemed') return '';
  const { paidFen, platformDiscountFen } = event.amounts;
  const parts = [say('voucher.paid', { amount: amount(paidFen) })];
  if (platformDiscountFen !== 0) {
    parts.push(say('voucher.platform', { amount: amount(platformDiscountFen) }));
  }
  return html`<span class="mut"> · ${parts.join(' + ')}</span>`;
}

function placeOf({ say }: Speech, event: Event, { names }: VoucherPageView): string | null {
  if (event.kind !== 'voucher.redeemed') return null;
  const { platform, storeId } = event;
  if (storeId === null) return say('unknownStore');
  return nameOf(say, { storeId, name: names.get(placeKey({ platform, storeId }))?.name ?? null });
}

function sourceLine(speech: Speech, event: Event, { sources }: VoucherPageView): Html {
  const { say, language } = speech;
  const source = sources.get(event.eventId) ?? 'delivery';
  const [tone, shape] = SHAPES[event.kind] ?? ['ok', 'ok'];
  const lateMs = Date.parse(event.recordedAt) - Date.parse(event.occurredAt);
  const id = platformId(event);
  return html`${status(tone, shape, say(`source.${source}`))} <span class="mut">· ${say('voucher.after', { time: duration(Math.max(0, lateMs), language) })}${
    event.complete ? '' : html` · ${say('voucher.incomplete')}`
  }</span>${id === null ? '' : html` <span class="mut">· ${say('voucher.platform-id')}</span> <span class="id">${id}</span>`}${requestsOf(speech, event)}`;
}

/** By which calls we know it: the platform's support asks for their ids. */
function requestsOf({ say }: Speech, { platform, platformRequests = [] }: Event): Html | '' {
  if (platformRequests.length === 0) return '';
  return html`<br><span class="mut">${say('voucher.requested', { platform: say(platform) })}</span> ${platformRequests.map(
    ({ call, id }) => html`<span class="mut">${call}</span> <span class="id">${id}</span> `,
  )}`;
}

const SHAPES: Partial<Record<Event['kind'], readonly [Tone, Glyph]>> = {
  'voucher.redemption_reversed': ['off', 'off'],
  'voucher.refunded': ['back', 'back'],
  'voucher.refund_requested': ['go', 'go'],
  'voucher.refund_failed': ['none', 'none'],
  'order.cancelled': ['off', 'off'],
};

/** The platform's own id of the act, for its service desk. */
function platformId(event: Event): string | null {
  const { kind } = event;
  if (kind === 'voucher.redeemed' || kind === 'voucher.redemption_reversed') {
    return event.redemptionId;
  }
  const isOfRefund = kind === 'voucher.refund_requested' || kind === 'voucher.refund_failed';
  return isOfRefund ? event.refundId : null;
}

/** What a bill says; what it hides is unknown. */
function billOf({ say }: Speech, event: Event): Html | '' {
  if (event.kind !== 'voucher.billed') return '';
  const parts = [
    ['bill.fee', event.feeFen],
    ['bill.creator', event.creatorFen],
    ['bill.provider', event.providerFen],
    ['bill.payout', event.payoutFen],
  ] as const;
  return html`<p class="pv">${parts
    .map(([name, fen]) => `${say(name)} ${fen === null ? say('bill.unknown') : amount(fen)}`)
    .join(' · ')}</p>`;
}

function isWaiting(event: Event, { voucher }: VoucherPageView): boolean {
  return voucher.waiting.some(({ eventId }) => eventId === event.eventId);
}

/** An amount with its sign; below nothing in the colour of that. */
function money(fen: number): Html {
  return fen < 0
    ? html`<span class="neg">${signedAmount(fen)}</span>`
    : html`<span>${signedAmount(fen)}</span>`;
}
