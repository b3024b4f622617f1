import type { Context } from 'hono';
import { html } from 'hono/html';
import { isWord, type Say, type Word, yuan } from '../../../lib/i18n/words.ts';
import type { Rollup } from '../../../lib/ledger/rollup.ts';
import { balanceOf, isPaid, type StatementLine, wholeOf } from '../../../lib/ledger/statement.ts';
import { isTierStore } from '../../../lib/ledger/tiers.ts';
import { readProvider } from '../../../lib/store/accounts/parties.ts';
import { type Statement, statementIdOf } from '../../../lib/store/ledger/statements.ts';
import type { ApiDeps } from '../deps.ts';
import { FILE_FORMATS } from '../files.ts';
import type { Principal } from '../principal.ts';
import { filesOf } from '../statement-files.ts';
import type { Html } from './html.ts';
import { answerPage } from './page.ts';

interface Lines {
  readonly lines: readonly (StatementLine & { readonly adjustment: boolean })[];
  /** The cursor of the next page. */
  readonly next: string | null;
}

/** A statement to look at and to print, in Chinese or English. */
export async function statementPage(
  c: Context,
  statement: Statement,
  lines: Lines,
  viewer: Principal,
  { table }: ApiDeps,
): Promise<Response> {
  const who = (await readProvider(table, statement.providerId))?.name ?? statement.providerId;
  return answerPage(c, {
    title: ({ say }) => `${say('statement')} ${statement.month}`,
    main: ({ say }) => statementView(say, statement, who, lines),
    viewer: { principal: viewer, who: viewer.is === 'provider' ? who : null },
    sheet: 'statement.css',
  });
}

function statementView(say: Say, statement: Statement, who: string, { lines, next }: Lines): Html {
  const { month, status, sums } = statement;
  const balance = balanceOf(sums, statement.openingFen);
  const href = hrefOf(statement);
  const [own, adjustments] = [false, true].map((wanted) =>
    lines.filter((line) => line.adjustment === wanted),
  );
  return html`
<h1>${say('statement')} ${month} · ${who}</h1>
<p>${say(status === 'closed' ? 'closed' : 'closing')} · ${say('asOf')} ${shortTime(statement.asOf)}</p>
<div class="scroll" tabindex="0" role="region" aria-label="${say('total')}"><table class="doc">
<thead><tr><th scope="col"></th>${numberHeads(say)}</tr></thead>
<tbody>${sumRow(say, 'ofTheMonth', sums.month)}${sumRow(say, 'adjustments', sums.adjustments)}</tbody>
<tfoot>${sumRow(say, 'total', wholeOf(sums))}</tfoot>
</table></div>
<div class="scroll" tabindex="0" role="region" aria-label="${say('total')}"><table class="doc">
<tbody>
${moneyRow(say, 'opening', balance.openingFen)}
${moneyRow(say, 'commission', balance.commissionFen)}
${moneyRow(say, 'payable', balance.payableFen)}
${moneyRow(say, 'carried', balance.carriedFen)}
</tbody>
</table></div>
${lineTable(say, 'adjustments', adjustments ?? [])}
${lineTable(say, 'ofTheMonth', own ?? [])}
${next === null ? '' : html`<p class="screen"><a href="${href}.html?${new URLSearchParams({ cursor: next })}">${say('next')} →</a></p>`}
<p class="screen">${fileLinks(say, statement)}</p>`;
}

/** A link to each of its files; while it is closing there are none. */
export function fileLinks(say: Say, statement: Statement): Html | string {
  const files = filesOf(statement);
  const parts = Array.from({ length: files }, (_, index) => index + 1);
  const links = FILE_FORMATS.flatMap((format) =>
    parts.map((part) => {
      const name = `${format.toUpperCase()}${files === 1 ? '' : ` ${part}/${files}`}`;
      return html`<a href="${hrefOf(statement)}.${format}?part=${part}">${name}</a> `;
    }),
  );
  return files === 0 ? '' : html`${say('download')}: ${links}`;
}

function hrefOf(statement: Statement): string {
  return `/v1/statements/${encodeURIComponent(statementIdOf(statement))}`;
}

function numberHeads(say: Say): Html[] {
  const heads: Word[] = ['redeemedCount', 'paidGmv', 'redeemedGmv', 'refunded', 'commission'];
  return heads.map((head) => html`<th scope="col" class="number">${say(head)}</th>`);
}

function sumRow(say: Say, name: Word, rollup: Rollup): Html {
  return html`<tr><th scope="row">${say(name)}</th>${sumCells(rollup)}</tr>`;
}

function sumCells(rollup: Rollup): Html {
  return html`<td class="number">${rollup.redeemedCount}</td>
<td class="number">${yuan(rollup.paidFen)}</td>
<td class="number">${yuan(rollup.redeemedFen)}</td>
<td class="number">${yuan(rollup.refundedFen)}</td>
<td class="number">${yuan(rollup.commissionFen)}</td>`;
}

function moneyRow(say: Say, name: Word, fen: number): Html {
  return html`<tr><th scope="row">${say(name)}</th><td class="number">${yuan(fen)}</td></tr>`;
}

function lineTable(say: Say, caption: Word, lines: Lines['lines']): Html | string {
  if (lines.length === 0) return '';
  const heads: Word[] = ['occurredAt', 'kind', 'platform', 'store', 'redemption'];
  const numbers: Word[] = ['paidGmv', 'redeemedGmv', 'commission'];
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${say(caption)}"><table class="doc lines">
<caption>${say(caption)}</caption>
<thead><tr>${heads.map((head) => html`<th scope="col">${say(head)}</th>`)}
${numbers.map((head) => html`<th scope="col" class="number">${say(head)}</th>`)}</tr></thead>
<tbody>${lines.map((line) => lineRow(say, line))}</tbody>
</table></div>`;
}

function lineRow(say: Say, line: StatementLine): Html {
  return html`<tr>
<td class="time">${shortTime(line.occurredAt)}</td>
<td>${word(say, `kind.${line.kind}`, line.kind)}</td>
<td>${word(say, line.platform, line.platform)}</td>
<td>${isTierStore(line.storeId) ? '' : line.storeId}</td>
<td>${line.redemptionId ?? line.orderId}</td>
<td class="number">${isPaid(line) ? yuan(line.amountFen) : ''}</td>
<td class="number">${isPaid(line) || line.kind === 'tier' ? '' : yuan(line.amountFen)}</td>
<td class="number">${yuan(line.commissionFen)}</td>
</tr>`;
}

function word(say: Say, key: string, raw: string): string {
  return isWord(key) ? say(key) : raw;
}

function shortTime(instant: string): string {
  return instant.slice(0, 19).replace('T', ' ');
}
