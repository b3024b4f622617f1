import { html } from 'hono/html';
import type { Problem } from '../../../../lib/errors/problem.ts';
import { amount, count, ledgerTime, monthOf } from '../../../../lib/i18n/format.ts';
import { isWord, type Say, type Word } from '../../../../lib/i18n/words.ts';
import type { Tax } from '../../../../lib/ledger/party.ts';
import { balanceOf, lastDayOf, wholeOf } from '../../../../lib/ledger/statement.ts';
import type { StatementLife } from '../../../../lib/ledger/statement-life.ts';
import { type Statement, statementIdOf } from '../../../../lib/store/ledger/statements.ts';
import { FILE_FORMATS } from '../../files.ts';
import type { Contents } from '../../statement-contents.ts';
import { filesOf, PROOF_PARTS_AT_ONCE } from '../../statement-files.ts';
import { asOfForm } from '../as-of/view.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { actForm } from '../parts/act-form.ts';
import { rangeOf } from '../parts/periods.ts';
import { status } from '../parts/status.ts';
import { table } from '../parts/table.ts';
import { problemText } from '../problem.ts';
import {
  chargesCard,
  itemsCard,
  type Parties,
  partiesCard,
  subtotalCards,
  taxLine,
  tierCards,
} from './contents.ts';
import { actsCard, disputesCard, moneyCard, type Side } from './life.ts';
import { type Lines, lineTable } from './lines.ts';
import type { StatementNames } from './names.ts';

export interface StatementView {
  readonly statement: Statement;
  readonly number: string;
  /** The provider's name. */
  readonly who: string;
  readonly lines: Lines;
  readonly names: StatementNames;
  /** The address of this page without its query. */
  readonly path: string;
  readonly life: StatementLife;
  readonly contents: Contents | null;
  readonly parties: Parties;
  readonly tax: Tax | null;
  readonly side: Side;
  /** The words of what a form did, or of what it could not do. */
  readonly done: string | null;
  readonly problem: Problem | null;
  /** For paper: all its lines, or where there are too many how many. */
  readonly isPrint: boolean;
}

/** A statement to look at and to print: what is due, how it came about, and every line of it. */
export function statementView(speech: Speech, view: StatementView): Html {
  const { say, language } = speech;
  const { statement, number, who, lines, life, contents, side, path, isPrint } = view;
  const { month, asOf, status: is } = statement;
  const window = { from: `${month}-01`, to: lastDayOf(month) };
  const isClosed = is === 'closed';
  const [own, late] = [false, true].map((wanted) =>
    lines.lines.filter(({ adjustment }) => adjustment === wanted),
  );
  const shown = { names: view.names, statement, life, side };
  return html`<p class="crumb screen"><a href="${side.is === 'operator' ? '/operator/statements' : '/statements'}">${say('statements')}</a> <span class="dim">/</span> ${who}</p>
<div class="head"><div><h1>${titleOf(speech, month)} · ${who}</h1><p class="note">${say('statement.number')} <span class="id">${number}</span> · ${rangeOf(window, language)} · ${say('statement.unit.tax')}</p>
<p class="note">${isClosed ? '' : status('go', 'go', say('closing'))} ${say('asOf')} ${ledgerTime(asOf)} · <span class="id">${statementIdOf(statement)}</span></p></div><div class="tools screen">${toolsOf(say, statement, side)}</div></div>
${messages(speech, view)}
${isPrint || side.is === 'operator' || path.startsWith('/v1/') ? '' : asOfForm(say, path, {}, statement.closedAt ?? asOf)}
${isClosed ? moneyCard(speech, statement, life) : ''}
${isClosed && !isPrint ? actsCard(speech, life, side) : ''}
<div class="half pp stretch">${howCard(speech, view)}${partiesCard(speech, view.parties)}</div>
${isClosed ? disputesCard(speech, life, isPrint ? { ...side, maySettle: false } : side) : ''}
${
  contents === null
    ? html`<section class="card"><header><h2>${say('statement.sums')}</h2></header>${sumsTable(speech, statement)}</section>`
    : html`${subtotalCards(speech, contents, view.names)}<div class="half pp stretch">${tierCards(speech, contents, view.names)}${chargesCard(speech, contents)}</div>${itemsCard(speech, contents, view.names)}`
}
${isPrint && lines.next !== null ? html`<p class="msg">${say('print.more', { lines: count(wholeOf(statement.sums).entryCount), path: `/statements/${month}.xlsx` })}</p>` : ''}
${lineTable(speech, 'adjustments', late ?? [], shown)}
${lineTable(speech, 'ofTheMonth', own ?? [], shown)}
${lines.next === null || isPrint ? '' : html`<p class="screen"><a class="btn" rel="next" href="${path}?${new URLSearchParams({ cursor: lines.next })}">${say('next')}</a></p>`}
${isPrint ? html`<div class="seal"><p>${say('print.payer')}</p><p>${say('print.payee')}</p><p>${say('print.date')}</p><p>${say('print.date')}</p></div>` : ''}`;
}

function messages({ say }: Speech, { done, problem }: StatementView): Html {
  const word = `done.statement.${done ?? ''}`;
  return html`${isWord(word) ? html`<p class="msg" role="status">${say(word)}</p>` : ''}${
    problem === null
      ? ''
      : html`<div class="msg bad" role="alert" data-code="${problem.code}"><p>${problemText(say, problem)}</p><p class="note">${problem.code} · <span lang="en">${problem.message}</span></p></div>`
  }`;
}

/** `结算单 2026 年 10 月`, `Statement Oct 2026` */
export function titleOf({ say, language }: Speech, month: string): string {
  const year = month.slice(0, 4);
  const name = monthOf(month, language);
  return `${say('statement')} ${language === 'zh' ? `${year} 年 ${name}` : `${name} ${year}`}`;
}

interface Part {
  readonly name: Word;
  readonly note: string;
  readonly fen: number;
}

/** What is payable, and how it came about: each line adds to the one below. */
function howCard(speech: Speech, { statement, contents, tax }: StatementView): Html {
  const { say } = speech;
  const { sums, openingFen } = statement;
  const balance = balanceOf(sums, openingFen);
  const part = (name: Word, wanted: readonly string[], note: Word): Part => {
    const own = contents?.digest.items.filter((item) => wanted.includes(item.part)) ?? [];
    const lines = own.reduce((all, item) => all + item.entryCount, 0);
    const fen = own.reduce((all, item) => all + item.commissionFen, 0);
    return { name, note: say(note, { count: count(lines) }), fen };
  };
  const beside = [
    part('part.tier', ['tier'], 'how.lines'),
    part('adjustments', ['late', 'restated'], 'how.lines'),
    part('part.clawback', ['clawback'], 'how.lines'),
  ];
  const besideFen = beside.reduce((all, { fen }) => all + fen, 0);
  const rows: Part[] = [
    { name: 'opening', note: say('how.opening'), fen: balance.openingFen },
    {
      ...{ name: 'statement.commission', fen: balance.commissionFen - besideFen },
      note: say('how.month', { count: count(wholeOf(sums).redeemedCount) }),
    },
    ...(contents === null ? [] : beside),
    { name: 'carried', note: say('how.carried'), fen: -balance.carriedFen },
  ];
  const signed = (fen: number) =>
    fen < 0 ? html`<span class="neg">${amount(fen)}</span>` : amount(fen);
  return html`<section class="card"><header><h2>${say('statement.due')}</h2></header>${table<Part>({
    ...{ caption: say('statement.due'), rows },
    sum: { name: 'payable', note: '', fen: balance.payableFen },
    columns: [
      {
        ...{ head: say('charge.item'), role: 'name' },
        cell: ({ name, note }) => html`${say(name)}<small>${note}</small>`,
      },
      {
        ...{ head: say('commission'), role: 'main', isNumber: true },
        cell: ({ fen }) => signed(fen),
      },
    ],
  })}<footer>${taxLine(speech, tax)}</footer></section>`;
}

interface SumRow {
  readonly name: Word;
  readonly rollup: ReturnType<typeof wholeOf>;
}

function sumsTable({ say }: Speech, { sums }: Statement): Html {
  const number = (head: Word, of: (rollup: SumRow['rollup']) => string) => ({
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

function toolsOf(say: Say, statement: Statement, side: Side): Html {
  // The operator takes them by the API.
  const isLong = side.is === 'provider' && filesOf(statement) > 1;
  const whole = (format: (typeof FILE_FORMATS)[number]) =>
    actForm(say, {
      ...{ action: '/exports', act: 'make', submit: `exports.${format}` },
      hidden: { statementId: statementIdOf(statement), format },
    });
  const print = `/statements/${statement.month}.print`;
  return html`${fileLinks(say, statement)}${isLong ? FILE_FORMATS.map(whole) : ''}${statement.status === 'closed' ? html` <a class="btn" href="${print}">${say('print.a4')}</a>` : ''}`;
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
