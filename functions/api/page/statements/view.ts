import { html } from 'hono/html';
import { amount, count, fullDay, ledgerTime, monthOf } from '../../../../lib/i18n/format.ts';
import type { Rollup } from '../../../../lib/ledger/rollup.ts';
import { balanceOf, wholeOf } from '../../../../lib/ledger/statement.ts';
import type { Statement } from '../../../../lib/store/ledger/statements.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { status } from '../parts/status.ts';
import { type Column, table } from '../parts/table.ts';
import { fileLinks } from '../statement/view.ts';

/** A provider's statements, the newest first, each with its page and its files. */
export function statementsView(speech: Speech, statements: readonly Statement[]): Html {
  const { say } = speech;
  return html`<div class="head"><div><h1>${say('statements')}</h1><p class="note">${say('statements.line')}</p></div></div>
<section class="card"><header><h2>${say('statements.rows')}</h2></header>
${
  statements.length === 0
    ? html`<p class="in note">${say('noStatements')} ${say('statements.next')}</p>`
    : table<Statement>({
        caption: say('statements'),
        rows: statements,
        columns: columnsOf(speech),
      })
}</section>`;
}

function columnsOf({ say, language }: Speech): Column<Statement>[] {
  const sum = (of: (whole: Rollup) => string) => ({
    isNumber: true,
    cell: ({ sums }: Statement) => of(wholeOf(sums)),
  });
  return [
    {
      ...{ head: say('statement'), role: 'name' },
      cell: (one) =>
        html`<a href="/statements/${one.month}">${one.month.slice(0, 4)} · ${monthOf(one.month, language)}</a>`,
    },
    {
      ...{ head: say('status'), role: 'pair' },
      cell: ({ status: is, closedAt, asOf }) =>
        is === 'closed'
          ? html`${status('ok', 'ok', say('closed'))} <small>${fullDay((closedAt ?? asOf).slice(0, 10), language)}</small>`
          : html`${status('go', 'go', say('closing'))} <small>${say('asOf')} ${ledgerTime(asOf)}</small>`,
    },
    { ...{ head: say('redeemedCount'), role: 'pair' }, ...sum((one) => count(one.redeemedCount)) },
    {
      ...{ head: say('redeemedGmv'), label: say('figure.redeemed'), role: 'pair' },
      ...sum((one) => amount(one.redeemedFen)),
    },
    {
      ...{ head: say('paidGmv'), label: say('figure.paid'), role: 'pair', isLow: true },
      ...sum((one) => amount(one.paidFen)),
    },
    {
      ...{ head: say('refunded'), label: say('figure.refunded'), role: 'pair', isLow: true },
      ...sum((one) => amount(one.refundedFen)),
    },
    {
      ...{ head: say('commission'), label: say('figure.commission'), role: 'pair' },
      ...sum((one) => amount(one.commissionFen)),
    },
    {
      ...{ head: say('carried'), role: 'pair', isNumber: true, isLow: true },
      cell: ({ sums, openingFen }) => amount(balanceOf(sums, openingFen).carriedFen),
    },
    {
      ...{ head: say('payable'), role: 'main', isNumber: true },
      cell: ({ payableFen }) => amount(payableFen),
    },
    { head: say('download'), role: 'wide-pair', cell: (one) => fileLinks(say, one) },
  ];
}
