import { html } from 'hono/html';
import { amount } from '../../../../lib/i18n/format.ts';
import { isWord } from '../../../../lib/i18n/words.ts';
import { rollUpEntries } from '../../../../lib/ledger/rollup.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { status } from '../parts/status.ts';
import { word } from '../views.ts';
import type { VoucherPageView } from './model.ts';

/** What the voucher comes to for its reader, what it waits for, and its ids. */
export function voucherAside(speech: Speech, view: VoucherPageView): Html {
  return html`${nowCard(speech, view)}${waitingCard(speech, view)}${idsCard(speech, view)}`;
}

function nowCard({ say }: Speech, { voucher }: VoucherPageView): Html {
  const { paidFen, redeemedFen, reversedFen, refundedFen, commissionFen } = rollUpEntries(
    voucher.entries,
  );
  const rows = [
    { name: say('figure.paid'), fen: paidFen },
    { name: say('kind.redemption'), fen: redeemedFen + reversedFen + refundedFen },
    ...(reversedFen === 0 ? [] : [{ name: say('kind.reversal'), fen: -reversedFen }]),
    ...(refundedFen === 0 ? [] : [{ name: say('kind.refund'), fen: -refundedFen }]),
    { name: say('figure.redeemed'), fen: redeemedFen, isSum: true },
    { name: say('figure.commission'), fen: commissionFen, isSum: true },
  ];
  return html`<section class="card"><header><h2>${say('voucher.now')}</h2></header><div class="in"><dl class="kvs num">${rows.map(
    ({ name, fen, ...row }) => {
      const strong = 'isSum' in row ? ' strong' : '';
      return html`<dt class="${strong.trim()}">${name}</dt><dd class="${`${fen < 0 ? 'neg' : ''}${strong}`.trim()}">${amount(fen)}</dd>`;
    },
  )}</dl></div></section>`;
}

function waitingCard({ say }: Speech, { voucher }: VoucherPageView): Html | string {
  if (voucher.waiting.length === 0) return '';
  return html`<section class="card"><header><h2>${say('voucher.waiting')}</h2></header><ul class="wait w2">${voucher.waiting.map(
    ({ kind }) => {
      const [name, why] = [`event.${kind}`, `waiting.${kind}`];
      return html`<li>${status('go', 'go', isWord(name) ? say(name) : kind)}<span class="x">${say(isWord(why) ? why : 'waiting.other')}</span></li>`;
    },
  )}</ul></section>`;
}

function idsCard({ say }: Speech, { id, voucher }: VoucherPageView): Html {
  const { events } = voucher;
  const orders = [...new Set(events.flatMap(({ orderId }) => orderId ?? []))];
  const sale = events.flatMap((event) => ('sale' in event ? [event.sale] : []))[0];
  const uses = events.flatMap((event) =>
    event.kind === 'voucher.redeemed' ? [event.redemptionId] : [],
  );
  const ids = [
    [say('voucher'), id],
    ...orders.map((order) => [say('order'), order]),
    ...(sale?.productId ? [[say('soldProduct'), sale.productId]] : []),
    ...uses.map((use, at) => [
      `${say('kind.redemption')}${uses.length > 1 ? ` ${at + 1}` : ''}`,
      use,
    ]),
  ];
  return html`<section class="card"><header><h2>${say('voucher.ids')}</h2></header><div class="in"><dl class="kvs">${ids.map(
    ([name, value]) => html`<dt>${name}</dt><dd class="id">${value}</dd>`,
  )}${sale === undefined ? '' : html`<dt>${say('channel')}</dt><dd>${word(say, sale.channel)}</dd>`}</dl><p class="note pt">${say('voucher.ids.note')}</p></div></section>`;
}
