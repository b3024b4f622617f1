import { html } from 'hono/html';
import { amount, fullDay, ledgerTime } from '../../../../lib/i18n/format.ts';
import type { Word } from '../../../../lib/i18n/words.ts';
import type { StatementLife } from '../../../../lib/ledger/statement-life.ts';
import type { Statement } from '../../../../lib/store/ledger/statements.ts';
import type { Typed } from '../forms.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { actForm, folded } from '../parts/act-form.ts';
import { status } from '../parts/status.ts';
import { type Column, table } from '../parts/table.ts';

/** 应结 / 已开票 / 已付 / 未付 on one line, how far it is paid, and what happened: closed is not paid. */
export function moneyCard(speech: Speech, statement: Statement, life: StatementLife): Html {
  const { say, language } = speech;
  const due = statement.payableFen;
  const one = (word: Word, fen: number, notes: readonly string[]) =>
    html`<div><dt>${say(word)}</dt><dd class="big">${amount(fen)}</dd>${notes.map((note) => html`<dd class="note">${note}</dd>`)}</div>`;
  const papers = [
    life.invoices.map(({ number, date }) => `${number} ${fullDay(date, language)}`),
    life.payments.map(({ reference, date }) => `${reference} ${fullDay(date, language)}`),
  ];
  const part = due === 0 ? 0 : Math.round((life.paidFen * 1_000) / due) / 10;
  return html`<section class="card due" aria-label="${say('life.title')}"><dl class="dl">
${one('life.due', due, [])}
${one('life.invoiced', life.invoicedFen, papers[0] ?? [])}
${one('life.paid', life.paidFen, papers[1] ?? [])}
${one('life.unpaid', due - life.paidFen, [say('life.notPaid')])}</dl>
<svg class="bar" width="100%" height="6" role="img" aria-label="${say('life.paid')} ${part}%"><rect class="of" width="100%" height="6"/><rect class="is" width="${part}%" height="6"/></svg>
${steps(speech, statement, life)}</section>`;
}

function steps({ say }: Speech, statement: Statement, life: StatementLife): Html {
  const { state, sent, confirmed, invoicedFen, paidFen, invoices, payments } = life;
  const due = statement.payableFen;
  const open = life.disputes.filter(({ answer }) => answer === null).length;
  const at = (instant: string | null | undefined) =>
    html`<span class="note">${instant ? ledgerTime(instant) : ''}</span>`;
  const done = (word: Word, when: string | undefined) =>
    html`<li>${status('ok', 'ok', say(word))}${at(when)}</li>`;
  const notYet = (word: Word) => html`<li>${status('off', 'go', say(word))}</li>`;
  const part = (word: Word, when: string | undefined) =>
    html`<li>${status('prov', 'half', say(word))}${at(when)}</li>`;
  return html`<ol class="life">
${done('closed', statement.closedAt ?? undefined)}
${sent === null ? notYet('life.notSent') : done('life.sent', sent.at)}
${
  state === 'disputed'
    ? html`<li>${status('warn', 'warn', say('life.disputed', { count: String(open) }))}</li>`
    : confirmed === null
      ? notYet('life.notConfirmed')
      : done('life.confirmed', confirmed.at)
}
${
  invoicedFen === 0
    ? notYet('life.notInvoiced')
    : (invoicedFen < due ? part : done)(
        invoicedFen < due ? 'life.partInvoiced' : 'life.invoiced',
        invoices.at(-1)?.at,
      )
}
${
  paidFen === 0
    ? notYet('life.unpaid')
    : (paidFen < due ? part : done)(
        paidFen < due ? 'life.partPaid' : 'life.paid',
        payments.at(-1)?.at,
      )
}</ol>`;
}

/** Who looks at it, and what they may do. */
export interface Side {
  readonly is: 'provider' | 'operator';
  readonly mayAnswer: boolean;
  readonly maySettle: boolean;
  /** Where the forms are sent. */
  readonly action: string;
  readonly typed: Typed;
}

type Dispute = StatementLife['disputes'][number];

/** Each dispute with its answer, or with the form to answer it. */
export function disputesCard(speech: Speech, life: StatementLife, side: Side): Html | string {
  const { say } = speech;
  if (life.disputes.length === 0) return '';
  const answerCell = ({ answer, disputeId }: Dispute) => {
    if (answer !== null) {
      const verdict = answer.accept
        ? status('ok', 'ok', say('dispute.accepted'))
        : status('off', 'off', say('dispute.refused'));
      const follows = answer.accept ? html`<small>${say('dispute.follows')}</small>` : '';
      return html`${verdict} ${answer.reason}<small>${ledgerTime(answer.at)}</small>${follows}`;
    }
    if (side.is !== 'operator' || !side.maySettle) return status('go', 'go', say('dispute.waits'));
    const { action, typed } = side;
    const fields = [{ name: 'reason', label: 'dispute.answer', isRequired: true }] as const;
    return html`${(['accept', 'refuse'] as const).map((verdict) =>
      actForm(say, {
        ...{ action, act: 'answer', hidden: { disputeId, verdict }, fields, typed },
        submit: `dispute.${verdict}`,
      }),
    )}`;
  };
  const columns: Column<Dispute>[] = [
    { head: say('dispute.when'), role: 'name', cell: ({ at }) => ledgerTime(at) },
    {
      ...{ head: say('dispute.line'), role: 'pair' },
      cell: ({ disputeId }) => html`<a class="id" href="#d-${disputeId}">${disputeId}</a>`,
    },
    { head: say('dispute.reason'), role: 'wide-pair', cell: ({ reason }) => reason },
    { head: say('dispute.answer'), role: 'wide-pair', cell: answerCell },
  ];
  return html`<section class="card"><header><h2>${say('dispute.title')}</h2></header>${table<Dispute>(
    { caption: say('dispute.title'), rows: life.disputes, columns },
  )}</section>`;
}

/** What whoever looks at it may do now; on paper there is none. */
export function actsCard({ say }: Speech, life: StatementLife, side: Side): Html | string {
  const { action, typed, is, mayAnswer, maySettle } = side;
  const money = [
    { name: 'date', label: 'life.date', type: 'date', isRequired: true },
    { name: 'yuan', label: 'life.yuan', isRequired: true },
  ] as const;
  const forms: (Html | string)[] = [
    is === 'operator' && maySettle && life.state === 'closed'
      ? actForm(say, { action, act: 'send', submit: 'life.send', isMain: true })
      : '',
    is === 'provider' && mayAnswer && (life.state === 'closed' || life.state === 'sent')
      ? actForm(say, { action, act: 'confirm', submit: 'life.confirm', isMain: true })
      : '',
    mayAnswer
      ? folded(
          say,
          'life.invoice',
          [
            actForm(say, {
              ...{ action, act: 'invoice', submit: 'life.record', typed },
              fields: [{ name: 'number', label: 'life.number', isRequired: true }, ...money],
            }),
          ],
          typed.act === 'invoice',
        )
      : '',
    is === 'operator' && maySettle
      ? folded(
          say,
          'life.pay',
          [
            actForm(say, {
              ...{ action, act: 'pay', submit: 'life.record', typed },
              fields: [{ name: 'reference', label: 'life.reference', isRequired: true }, ...money],
            }),
          ],
          typed.act === 'pay',
        )
      : '',
  ];
  if (forms.every((form) => form === '')) return '';
  return html`<section class="card screen"><header><h2>${say('life.acts')}</h2></header><div class="in acts">${forms}</div></section>`;
}
