import { html } from 'hono/html';
import * as z from 'zod';
import { amount, ledgerTime, signedAmount } from '../../../../lib/i18n/format.ts';
import { isWord, type Say } from '../../../../lib/i18n/words.ts';
import { type Ask, pathOf } from '../ask.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { table } from '../parts/table.ts';
import { card, id, inside, nothing } from './parts.ts';

/** A delivery is tried as an edited copy: what it would be read and booked as. Nothing is kept of it but who did it. */

const event = z.object({
  ...{ kind: z.string(), occurredAt: z.string(), merchantId: z.string() },
  ...{ storeId: z.string().nullable(), orderId: z.string().nullable() },
  voucherId: z.string().nullable(),
  amounts: z.record(z.string(), z.int()).nullable(),
  refundedFen: z.int().nullable(),
});

const entry = z.object({
  ...{ providerId: z.string(), kind: z.string(), businessDay: z.string(), storeId: z.string() },
  ...{ amountFen: z.int(), commissionFen: z.int() },
});

const trial = z.object({
  ...{ text: z.string(), outcome: z.string(), kind: z.string().nullable() },
  ...{ why: z.string().nullable(), isAsked: z.boolean() },
  ...{ events: z.array(event), entries: z.array(entry) },
});
type Trial = z.infer<typeof trial>;

/** @param text undefined: as it came */
export function tryDelivery(ask: Ask, deliveryId: string, text?: string): Promise<Trial> {
  const path = pathOf`/v1/deliveries/${deliveryId}/trial`;
  return ask({ method: 'POST', path, body: text === undefined ? {} : { text } }, trial);
}

/** The copy to edit, and below it what it comes to. */
export function trialCards(speech: Speech, action: string, tried: Trial): Html {
  const { say } = speech;
  const { text, outcome, kind, why, isAsked, events, entries } = tried;
  const rows = text.split('\n').length;
  return html`${card(
    say('trial.copy'),
    say('trial.note'),
    inside(html`<form method="post" action="${action}" class="fields"><input type="hidden" name="act" value="try"><label class="f area"><span>${say('operator.body')}</span><textarea name="text" rows="${Math.min(24, Math.max(8, rows))}" maxlength="60000" spellcheck="false" required>
${text}</textarea></label><button class="btn pri">${say('trial.again')}</button></form>`),
  )}
${card(
  say('trial.read'),
  '',
  html`${inside(html`<dl class="kvs"><dt>${say('operator.outcome')}</dt><dd>${wordFor(say, `trial.${outcome}`, outcome)}</dd><dt>${say('kind')}</dt><dd>${id(kind)}</dd>
${why === null ? '' : html`<dt>${say('operator.why')}</dt><dd>${why}</dd>`}</dl>${isAsked ? html`<p class="note">${say('trial.asked')}</p>` : ''}`)}
${events.length === 0 ? nothing(say('trial.no-events')) : eventRows(speech, events)}`,
)}
${card(say('trial.booked'), say('trial.booked.note'), entries.length === 0 ? nothing(say('trial.no-entries')) : entryRows(speech, entries))}`;
}

function eventRows({ say }: Speech, rows: Trial['events']): Html {
  const worth = ({ amounts, refundedFen }: Trial['events'][number]) =>
    refundedFen === null ? (amounts?.paidFen ?? null) : -refundedFen;
  return table<Trial['events'][number]>({
    ...{ caption: say('trial.read'), rows },
    columns: [
      {
        ...{ head: say('kind'), role: 'name' },
        cell: ({ kind }) => wordFor(say, `event.${kind}`, kind),
      },
      {
        ...{ head: say('occurredAt'), role: 'pair' },
        cell: ({ occurredAt }) => ledgerTime(occurredAt),
      },
      { head: say('merchant'), role: 'pair', cell: ({ merchantId }) => id(merchantId) },
      { head: say('store'), role: 'pair', cell: ({ storeId }) => id(storeId) },
      {
        ...{ head: say('voucher'), role: 'pair' },
        cell: ({ voucherId, orderId }) => id(voucherId ?? orderId),
      },
      {
        ...{ head: say('amount'), role: 'main', isNumber: true },
        cell: (row) => {
          const fen = worth(row);
          return fen === null ? '—' : amount(fen);
        },
      },
    ],
  });
}

function entryRows({ say }: Speech, rows: Trial['entries']): Html {
  return table<Trial['entries'][number]>({
    ...{ caption: say('trial.booked'), rows },
    columns: [
      { head: say('operator.provider'), role: 'name', cell: ({ providerId }) => id(providerId) },
      {
        ...{ head: say('kind'), role: 'second' },
        cell: ({ kind }) => wordFor(say, `kind.${kind}`, kind),
      },
      { head: say('businessDay'), role: 'pair', cell: ({ businessDay }) => businessDay },
      { head: say('store'), role: 'pair', cell: ({ storeId }) => id(storeId) },
      {
        ...{ head: say('amount'), role: 'main', isNumber: true },
        cell: ({ amountFen }) => signedAmount(amountFen),
      },
      {
        ...{ head: say('commission'), role: 'pair', isNumber: true },
        cell: ({ commissionFen }) => signedAmount(commissionFen),
      },
    ],
  });
}

function wordFor(say: Say, name: string, otherwise: string): string {
  return isWord(name) ? say(name) : otherwise;
}
