import { html } from 'hono/html';
import { amount, count, fullDay, ledgerTime, monthOf } from '../../../../lib/i18n/format.ts';
import type { Say, Word } from '../../../../lib/i18n/words.ts';
import type { Rollup } from '../../../../lib/ledger/rollup.ts';
import { balanceOf, lastDayOf, wholeOf } from '../../../../lib/ledger/statement.ts';
import { type Statement, statementIdOf } from '../../../../lib/store/ledger/statements.ts';
import { FILE_FORMATS } from '../../files.ts';
import { filesOf, PROOF_PARTS_AT_ONCE } from '../../statement-files.ts';
import { asOfForm } from '../as-of/view.ts';
import type { Html } from '../html.ts';
import type { StoreName } from '../names.ts';
import type { Speech } from '../page.ts';
import { rangeOf } from '../parts/periods.ts';
import { status } from '../parts/status.ts';
import { table } from '../parts/table.ts';
import { type Lines, lineTable } from './lines.ts';

export interface StatementView {
  readonly statement: Statement;
  /** The provider's name. */
  readonly who: string;
  readonly lines: Lines;
  readonly names: ReadonlyMap<string, StoreName>;
  /** The address of this page without its query. */
  readonly path: string;
}

/** A statement to look at and to print: what is due, how it came about, and every line of it. */
export function statementView(speech: Speech, view: StatementView): Html {
  const { say, language } = speech;
  const { statement, who, lines, names, path } = view;
  const { month, asOf, closedAt, status: is } = statement;
  const window = { from: `${month}-01`, to: lastDayOf(month) };
  const state =
    is === 'closed'
      ? html`${status('ok', 'ok', say('closed'))} ${fullDay((closedAt ?? asOf).slice(0, 10), language)}`
      : html`${status('go', 'go', say('closing'))}`;
  const [own, late] = [false, true].map((wanted) =>
    lines.lines.filter(({ adjustment }) => adjustment === wanted),
  );
  return html`<p class="crumb screen"><a href="/statements">${say('statements')}</a> <span class="dim">/</span> ${who}</p>
<div class="head"><div><h1>${titleOf(speech, month)} · ${who}</h1><p class="note"><span class="id">${statementIdOf(statement)}</span> · ${rangeOf(window, language)} · ${say('statement.unit')}</p>
<p class="note">${state} · ${say('asOf')} ${ledgerTime(asOf)}</p></div><div class="tools screen">${fileLinks(say, statement)}</div></div>
${path.startsWith('/v1/') ? '' : asOfForm(say, path, {}, closedAt ?? asOf)}
${dueCard(say, statement)}
<section class="card"><header><h2>${say('statement.sums')}</h2></header>${sumsTable(speech, statement)}</section>
${lineTable(speech, 'adjustments', late ?? [], names)}
${lineTable(speech, 'ofTheMonth', own ?? [], names)}
${lines.next === null ? '' : html`<p class="screen"><a class="btn" rel="next" href="${path}?${new URLSearchParams({ cursor: lines.next })}">${say('next')}</a></p>`}`;
}

/** `结算单 2026 年 10 月`, `Statement Oct 2026` */
export function titleOf({ say, language }: Speech, month: string): string {
  const year = month.slice(0, 4);
  const name = monthOf(month, language);
  return `${say('statement')} ${language === 'zh' ? `${year} 年 ${name}` : `${name} ${year}`}`;
}

/** What is paid, and how it came about: each line adds to the one below. */
function dueCard(say: Say, { sums, openingFen }: Statement): Html {
  const balance = balanceOf(sums, openingFen);
  const one = (word: Word, fen: number) =>
    html`<div><dt>${say(word)}</dt><dd class="big">${fen < 0 ? html`<span class="neg">${amount(fen)}</span>` : amount(fen)}</dd></div>`;
  return html`<section class="card due" aria-label="${say('statement.due')}"><dl class="dl">
${one('opening', balance.openingFen)}
${one('statement.commission', sums.month.commissionFen)}
${one('statement.adjusted', sums.adjustments.commissionFen)}
${one('payable', balance.payableFen)}</dl>
<footer><span>${say('statement.how')}</span><span>${say('carried')} ${amount(balance.carriedFen)}</span></footer></section>`;
}

interface SumRow {
  readonly name: Word;
  readonly rollup: Rollup;
}

function sumsTable({ say }: Speech, { sums }: Statement): Html {
  const number = (head: Word, of: (rollup: Rollup) => string) => ({
    ...{ head: say(head), role: 'pair' as const, isNumber: true },
    cell: ({ rollup }: SumRow) => of(rollup),
  });
  return table<SumRow>({
    caption: say('statement.sums'),
    rows: [
      { name: 'ofTheMonth', rollup: sums.month },
      { name: 'adjustments', rollup: sums.adjustments },
    ],
    sum: { name: 'total', rollup: wholeOf(sums) },
    columns: [
      { head: say('statementPart'), role: 'name', cell: ({ name }) => say(name) },
      number('redeemedCount', ({ redeemedCount }) => count(redeemedCount)),
      number('paidGmv', ({ paidFen }) => amount(paidFen)),
      number('redeemedGmv', ({ redeemedFen }) => amount(redeemedFen)),
      number('refunded', ({ refundedFen }) => amount(refundedFen)),
      {
        ...{ head: say('commission'), label: say('figure.commission') },
        ...{ role: 'main', isNumber: true, hasLabel: true },
        cell: ({ rollup }) => amount(rollup.commissionFen),
      },
    ],
  });
}

/** A link to each of its files; while it is closing there are none. */
export function fileLinks(say: Say, statement: Statement): Html | string {
  const files = filesOf(statement);
  const parts = Array.from({ length: files }, (_, index) => index + 1);
  const href = `/v1/statements/${encodeURIComponent(statementIdOf(statement))}`;
  const links = FILE_FORMATS.flatMap((format) =>
    parts.map((part) => {
      const name = `${format.toUpperCase()}${files === 1 ? '' : ` ${part}/${files}`}`;
      return html`<a href="${href}.${format}?part=${part}" download>${name}</a> `;
    }),
  );
  const wholeProof = files <= PROOF_PARTS_AT_ONCE;
  const proofs = (wholeProof ? [null] : parts).map((part) => {
    const name = `${say('proof')}${part === null ? '' : ` ${part}/${files}`}`;
    const query = part === null ? '' : `?part=${part}`;
    return html`<a href="/statements/${statement.month}.proof${query}" download>${name}</a> `;
  });
  return files === 0 ? '' : html`<span class="files">${say('download')}: ${links}${proofs}</span>`;
}
