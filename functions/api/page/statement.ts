import type { Context } from 'hono';
import { html, raw } from 'hono/html';
import { isWord, type Say, sayIn, type Word, yuan } from '../../../lib/i18n/words.ts';
import type { Fold } from '../../../lib/ledger/fold.ts';
import { balanceOf, type Line, wholeOf } from '../../../lib/ledger/statement.ts';
import { readProvider } from '../../../lib/store/registry.ts';
import { type Statement, statementIdOf } from '../../../lib/store/statements.ts';
import type { ApiDeps } from '../deps.ts';
import { type Html, layout, PAGE_HEADERS } from './layout.ts';
import { pageLanguage } from './session.ts';

interface Lines {
  readonly lines: readonly (Line & { readonly adjustment: boolean })[];
  /** The cursor of the next page. */
  readonly next: string | null;
}

/** A statement to look at and to print, in Chinese or English. */
export async function statementPage(
  c: Context,
  statement: Statement,
  lines: Lines,
  { table }: ApiDeps,
): Promise<Response> {
  const language = pageLanguage(c);
  const say = sayIn(language);
  const who = (await readProvider(table, statement.providerId))?.name ?? statement.providerId;
  const other = new URL(c.req.url);
  other.searchParams.set('lang', language === 'zh' ? 'en' : 'zh');
  const frame = {
    language,
    title: `${say('statement')} ${statement.month}`,
    who: null,
    otherLanguageHref: `${other.pathname}${other.search}`,
  };
  const body = await layout(frame, statementView(say, statement, who, lines));
  return c.html(body, 200, PAGE_HEADERS);
}

/** On paper there is nothing to click, and rows stay whole. */
const PRINT = raw(`
@media print { header nav, .screen { display: none; } tr { break-inside: avoid; } body { max-width: none; font-size: 11px; } }
`);

function statementView(say: Say, statement: Statement, who: string, { lines, next }: Lines): Html {
  const { month, status, sums } = statement;
  const balance = balanceOf(sums, statement.openingFen);
  const file = `/v1/statements/${encodeURIComponent(statementIdOf(statement))}`;
  const [own, adjustments] = [false, true].map((wanted) =>
    lines.filter((line) => line.adjustment === wanted),
  );
  return html`
<style>${PRINT}</style>
<h2>${say('statement')} ${month} · ${who}</h2>
<p>${say(status === 'closed' ? 'closed' : 'closing')} · ${say('asOf')} ${shortTime(statement.asOf)}</p>
<div class="scroll"><table>
<thead><tr><th></th>${numberHeads(say)}</tr></thead>
<tbody>${sumRow(say, 'ofTheMonth', sums.month)}${sumRow(say, 'adjustments', sums.adjustments)}</tbody>
<tfoot>${sumRow(say, 'total', wholeOf(sums))}</tfoot>
</table></div>
<div class="scroll"><table>
<tbody>
${moneyRow(say, 'opening', balance.openingFen)}
${moneyRow(say, 'commission', balance.commissionFen)}
${moneyRow(say, 'payable', balance.payableFen)}
${moneyRow(say, 'carried', balance.carriedFen)}
</tbody>
</table></div>
${lineTable(say, 'adjustments', adjustments ?? [])}
${lineTable(say, 'ofTheMonth', own ?? [])}
<p class="screen">${next === null ? '' : html`<a href="${file}.html?${new URLSearchParams({ cursor: next })}">${say('next')} →</a>`}
<a href="${file}.csv">CSV</a></p>`;
}

function numberHeads(say: Say): Html[] {
  const heads: Word[] = ['redeemedCount', 'redeemedGmv', 'refunded', 'paidGmv', 'commission'];
  return heads.map((head) => html`<th class="number">${say(head)}</th>`);
}

function sumRow(say: Say, name: Word, fold: Fold): Html {
  return html`<tr><th>${say(name)}</th>
<td class="number">${fold.redeemedCount}</td>
<td class="number">${yuan(fold.redeemedFen)}</td>
<td class="number">${yuan(fold.refundedFen)}</td>
<td class="number">${yuan(fold.paidFen)}</td>
<td class="number">${yuan(fold.commissionFen)}</td></tr>`;
}

function moneyRow(say: Say, name: Word, fen: number): Html {
  return html`<tr><th>${say(name)}</th><td class="number">${yuan(fen)}</td></tr>`;
}

function lineTable(say: Say, caption: Word, lines: Lines['lines']): Html | string {
  if (lines.length === 0) return '';
  return html`<div class="scroll"><table>
<caption>${say(caption)}</caption>
<thead><tr><th>${say('occurredAt')}</th><th>${say('kind')}</th><th>${say('platform')}</th><th>${say('store')}</th>
<th>${say('redemption')}</th><th class="number">${say('amount')}</th><th class="number">${say('commission')}</th></tr></thead>
<tbody>${lines.map((line) => lineRow(say, line))}</tbody>
</table></div>`;
}

function lineRow(say: Say, line: Line): Html {
  return html`<tr>
<td>${shortTime(line.occurredAt)}</td>
<td>${word(say, `kind.${line.kind}`, line.kind)}</td>
<td>${word(say, line.platform, line.platform)}</td>
<td>${line.storeId}</td>
<td>${line.redemptionId ?? line.orderId}</td>
<td class="number">${yuan(line.amountFen)}</td>
<td class="number">${yuan(line.commissionFen)}</td>
</tr>`;
}

function word(say: Say, key: string, raw: string): string {
  return isWord(key) ? say(key) : raw;
}

function shortTime(instant: string): string {
  return instant.slice(0, 19).replace('T', ' ');
}
