import { html } from 'hono/html';
import { both } from '../../../../lib/i18n/both.ts';
import { amount, count, fullDay, ledgerTime, monthOf } from '../../../../lib/i18n/format.ts';
import type { Rollup } from '../../../../lib/ledger/rollup.ts';
import { balanceOf, wholeOf } from '../../../../lib/ledger/statement.ts';
import type { Statement } from '../../../../lib/store/ledger/statements.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { type List, type ListColumn, listView } from '../parts/list.ts';
import { status } from '../parts/status.ts';
import { fileLinks } from '../statement/view.ts';

/** A provider's statements, the newest first, each with its page and its files. */
export function statementsView(speech: Speech, list: List<Statement>): Html {
  const { say } = speech;
  return html`<div class="head"><div><h1>${say('statements')}</h1><p class="note">${say('statements.line')}</p></div></div>
<section class="card"><header><h2>${say('statements.rows')}</h2></header>
${listView(speech, list, `${say('noStatements')} ${say('statements.next')}`)}</section>`;
}

export function statementColumns({ say, language }: Speech): ListColumn<Statement>[] {
  const money = (of: (whole: Rollup) => number) => ({
    isNumber: true,
    value: ({ sums }: Statement) => ({ fen: of(wholeOf(sums)) }),
    cell: ({ sums }: Statement) => amount(of(wholeOf(sums))),
  });
  const carried = ({ sums, openingFen }: Statement) => balanceOf(sums, openingFen).carriedFen;
  return [
    {
      ...{ word: 'statement', by: 'month', role: 'name', value: ({ month }) => month },
      cell: (one) =>
        html`<a href="/statements/${one.month}">${one.month.slice(0, 4)} · ${monthOf(one.month, language)}</a>`,
    },
    {
      ...{ word: 'status', by: 'status', role: 'pair' },
      value: ({ status: is, closedAt, asOf }) => `${both(is)} ${closedAt ?? asOf}`,
      cell: ({ status: is, closedAt, asOf }) =>
        is === 'closed'
          ? html`${status('ok', 'ok', say('closed'))} <small>${fullDay((closedAt ?? asOf).slice(0, 10), language)}</small>`
          : html`${status('go', 'go', say('closing'))} <small>${say('asOf')} ${ledgerTime(asOf)}</small>`,
    },
    {
      ...{ word: 'redeemedCount', by: 'count', role: 'pair', isNumber: true },
      value: ({ sums }) => wholeOf(sums).redeemedCount,
      cell: ({ sums }) => count(wholeOf(sums).redeemedCount),
    },
    {
      ...{ word: 'redeemedGmv', by: 'redeemed', label: say('figure.redeemed'), role: 'pair' },
      ...money((one) => one.redeemedFen),
    },
    {
      ...{ word: 'paidGmv', by: 'paid', label: say('figure.paid'), role: 'pair', isLow: true },
      ...money((one) => one.paidFen),
    },
    {
      ...{ word: 'refunded', by: 'refunded', label: say('figure.refunded'), role: 'pair' },
      ...{ isLow: true, ...money((one) => one.refundedFen) },
    },
    {
      ...{ word: 'commission', by: 'commission', label: say('figure.commission'), role: 'pair' },
      ...money((one) => one.commissionFen),
    },
    {
      ...{ word: 'carried', by: 'carried', role: 'pair', isNumber: true, isLow: true },
      value: (one) => ({ fen: carried(one) }),
      cell: (one) => amount(carried(one)),
    },
    {
      ...{ word: 'payable', by: 'payable', role: 'main', isNumber: true },
      value: ({ payableFen }) => ({ fen: payableFen }),
      cell: ({ payableFen }) => amount(payableFen),
    },
    { word: 'download', role: 'wide-pair', cell: (one) => fileLinks(say, one) },
  ];
}
