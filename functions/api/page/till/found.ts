import { html } from 'hono/html';
import { newId } from '../../../../lib/crypto/hash.ts';
import { amount, fullDay } from '../../../../lib/i18n/format.ts';
import type { Say } from '../../../../lib/i18n/words.ts';
import type { PreparedVoucher } from '../../../../lib/integrations/kit/prepare.ts';
import { businessDayOf } from '../../../../lib/time/shanghai.ts';
import type { PreparedCode } from '../../prepare.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { status } from '../parts/status.ts';
import { storeField } from './enter.ts';
import { homeOf, type Screen, type Station } from './frame.ts';

/** What the guest holds: the clerk sees it, chooses, and redeems. */
export function foundScreen(station: Station, { prepareId, vouchers }: PreparedCode): Screen {
  const usable = vouchers.filter(isUsable);
  const fen = sumOf(usable);
  return {
    state: 'found',
    heading: ({ say }) => say('till.found', { n: vouchers.length }),
    body: ({
      say,
      language,
    }) => html`<h2 class="h">${say('till.found', { n: vouchers.length })}</h2>
<form class="vl" id="choose" method="post" action="/till/redeem">${storeField(station)}
<input type="hidden" name="prepareId" value="${prepareId}"><input type="hidden" name="requestId" value="${newId('till')}">
${vouchers.map((one) => voucherCard({ say, language }, one, usable.indexOf(one)))}</form>`,
    foot: ({ say }) =>
      usable.length === 0
        ? html`<a class="btn big pri" href="${homeOf(station.store)}">${say('till.other')}</a>`
        : html`<p class="tot"><span data-pieces>${say('till.pieces', { n: usable.length })}</span><b data-sum>${fen === null ? '' : say('till.yuan', { fen: amount(fen) })}</b></p>
<button class="btn big pri" form="choose" data-press>${say('till.redeem')}</button>
<a class="btn big q" href="${homeOf(station.store)}">${say('till.back')}</a>`,
  };
}

function isUsable({ unusable, usesLeft }: PreparedVoucher): boolean {
  return unusable === null && usesLeft > 0;
}

/** Null as soon as one of them is unknown. Of a card the price of all its uses is no price of one. */
function sumOf(vouchers: readonly PreparedVoucher[]): number | null {
  let sum = 0;
  for (const { worthFen, usesLeft } of vouchers) {
    if (worthFen === null || usesLeft > 1) return null;
    sum += worthFen;
  }
  return sum;
}

/** @param index among those that can be used; what is posted names a voucher by it, never by its id */
function voucherCard(speech: Speech, voucher: PreparedVoucher, index: number): Html {
  const { say } = speech;
  const { title, worthFen, usesLeft, unusable } = voucher;
  const name = title ?? say('till.no-title');
  const worth =
    worthFen === null
      ? html`<span class="note">${say('till.unknown-worth')}</span>`
      : amount(worthFen);
  if (unusable !== null || index < 0) {
    const why = unusable === null ? '' : say(`unusable.${unusable}`);
    return html`<label class="vc dis"><input type="checkbox" disabled><span class="vn">${name}</span><b>${worth}</b><span class="vd">${status('off', 'off', say('till.unusable', { why }))}</span></label>`;
  }
  const price = worthFen === null || usesLeft > 1 ? '' : html` data-fen="${worthFen}"`;
  return html`<label class="vc"><input type="checkbox" name="pick" value="${index}"${price} checked><span class="vn">${name}</span><b>${worth}</b><span class="vd">${usableText(speech, voucher)}</span></label>
${usesLeft > 1 ? usesField(say, index, usesLeft, name) : ''}`;
}

function usableText({ say, language }: Speech, { usesLeft, usableUntil }: PreparedVoucher): string {
  const until =
    usableUntil === null
      ? say('till.usable')
      : say('till.usable-until', { day: fullDay(lastDayOf(usableUntil), language) });
  return usesLeft > 1 ? `${until} · ${say('till.uses-left', { n: usesLeft })}` : until;
}

/** What is usable until a midnight is usable on the day before. */
function lastDayOf(instant: string): string {
  return businessDayOf(new Date(Date.parse(instant) - 1).toISOString());
}

function usesField(say: Say, index: number, most: number, name: string): Html {
  return html`<div class="us"><span>${say('till.uses')}</span><button class="btn sq" type="button" data-step="-1" aria-label="${say('till.fewer')}" hidden>−</button><input type="number" name="uses-${index}" value="1" min="1" max="${most}" inputmode="numeric" aria-label="${say('till.uses')} · ${name}"><button class="btn sq" type="button" data-step="1" aria-label="${say('till.more')}" hidden>+</button></div>`;
}
