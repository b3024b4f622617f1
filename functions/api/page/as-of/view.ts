import { html } from 'hono/html';
import { amount, count, ledgerTime, signedAmount } from '../../../../lib/i18n/format.ts';
import { isWord, type Say, type Word } from '../../../../lib/i18n/words.ts';
import { byCause, type CauseTotal, causeOf } from '../../../../lib/ledger/changes.ts';
import { addRollups, type Rollup, rollUpEntries } from '../../../../lib/ledger/rollup.ts';
import type { AsOfRequest, BookedEntry, BooksAsOf } from '../../as-of.ts';
import type { Html } from '../html.ts';
import { nameOf, placeKey, type StoreName } from '../names.ts';
import type { Speech } from '../page.ts';
import { rangeOf } from '../parts/periods.ts';
import { table } from '../parts/table.ts';

/** More lines are in `GET /v1/entries?since=`. */
export const MOST_LINES = 200;

/** What is looked at, and where the page of now is. */
export interface AsOfPage extends AsOfRequest {
  readonly asOf: string;
  readonly title: (speech: Speech) => string;
  readonly path: string;
  /** Of the page of now. */
  readonly query: Readonly<Record<string, string>>;
}

export interface AsOfView extends AsOfPage {
  readonly books: BooksAsOf;
  readonly names: ReadonlyMap<string, StoreName>;
}

/** The control: an instant, in the address. */
export function asOfForm(
  say: Say,
  path: string,
  query: Readonly<Record<string, string>>,
  asOf = '',
): Html {
  return html`<form class="custom screen" action="${path}">${Object.entries(query).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )}<label class="f"><span>${say('asOf.label')}</span><input type="datetime-local" name="asOf" value="${asOf.slice(0, 16)}" required></label>
<button class="btn">${say('asOf.show')}</button></form>`;
}

export function asOfView(speech: Speech, view: AsOfView): Html {
  const { say, language } = speech;
  const { asOf, title, path, query, window, books } = view;
  const search = new URLSearchParams(query).toString();
  const live = search === '' ? path : `${path}?${search}`;
  const at = `${asOf.slice(0, 10)} ${asOf.slice(11, 19)}`;
  const then = rollUpEntries(books.known);
  const since = byCause(books.since.map(({ entry }) => entry));
  const now = addRollups([then, ...since.map(({ rollup }) => rollup)]);
  return html`<div class="head"><div><h1>${title(speech)}</h1><p class="note">${rangeOf(window, language)}</p></div>
<div class="tools">${asOfForm(say, path, query, asOf)}</div></div>
<p class="msg warn" role="status">${say('asOf.bar', { at })} <a class="btn" href="${live}">${say('asOf.back')}</a></p>
<section class="card"><header><h2>${say('asOf.bar', { at })}</h2></header>${measures(speech, then, now)}</section>
<section class="card"><header><h2>${say('asOf.changed')}</h2><p class="note">${sinceNote(say, books.since.length)}</p></header>
${books.since.length === 0 ? html`<p class="in note">${say('asOf.nothing')}</p>` : html`${causes(speech, since)}${lines(speech, view)}`}</section>`;
}

function sinceNote(say: Say, n: number): string {
  if (n === 0) return '';
  return n > MOST_LINES
    ? say('asOf.changed.first', { n, most: MOST_LINES })
    : say('asOf.changed.note', { n });
}

interface Measure {
  readonly word: Word;
  readonly of: (rollup: Rollup) => number;
  readonly isCount?: true;
}

const MEASURES: readonly Measure[] = [
  { word: 'figure.redeemed', of: ({ redeemedFen }) => redeemedFen },
  { word: 'figure.paid', of: ({ paidFen }) => paidFen },
  { word: 'figure.count', of: ({ redeemedCount }) => redeemedCount, isCount: true },
  { word: 'figure.refunded', of: ({ refundedFen }) => refundedFen },
  { word: 'figure.commission', of: ({ commissionFen }) => commissionFen },
];

function measures({ say }: Speech, then: Rollup, now: Rollup): Html {
  const shown = ({ isCount }: Measure, value: number) => (isCount ? count(value) : amount(value));
  return table<Measure>({
    ...{ caption: say('figure.label'), rows: MEASURES },
    columns: [
      { head: say('figure.label'), role: 'name', cell: ({ word }) => say(word) },
      {
        ...{ head: say('asOf.then'), role: 'main', isNumber: true },
        cell: (one) => shown(one, one.of(then)),
      },
      {
        ...{ head: say('asOf.now'), role: 'pair', isNumber: true },
        cell: (one) => shown(one, one.of(now)),
      },
      {
        ...{ head: say('terms.change'), role: 'pair', isNumber: true },
        cell: (one) => {
          const change = one.of(now) - one.of(then);
          return one.isCount ? count(change) : signedAmount(change);
        },
      },
    ],
  });
}

function causeText(say: Say, cause: string): string {
  const name = `cause.${cause}`;
  return isWord(name) ? say(name) : cause;
}

function causes({ say }: Speech, rows: readonly CauseTotal[]): Html {
  return table<CauseTotal>({
    ...{ caption: say('asOf.cause'), rows },
    columns: [
      { head: say('asOf.cause'), role: 'name', cell: ({ cause }) => causeText(say, cause) },
      {
        ...{ head: say('terms.entries.n'), role: 'pair', isNumber: true },
        cell: ({ rollup }) => count(rollup.entryCount),
      },
      {
        ...{ head: say('paidGmv'), role: 'pair', isNumber: true },
        cell: ({ rollup }) => signedAmount(rollup.paidFen),
      },
      {
        ...{ head: say('redeemedGmv'), role: 'main', isNumber: true },
        cell: ({ rollup }) => signedAmount(rollup.redeemedFen),
      },
      {
        ...{ head: say('commission'), role: 'pair', isNumber: true },
        cell: ({ rollup }) => signedAmount(rollup.commissionFen),
      },
    ],
  });
}

function lines(speech: Speech, { books, names }: AsOfView): Html {
  const { say } = speech;
  return table<BookedEntry>({
    ...{ caption: say('asOf.changed'), rows: books.since.slice(0, MOST_LINES) },
    columns: [
      {
        ...{ head: say('asOf.booked'), role: 'name' },
        cell: ({ bookedAt }) => ledgerTime(bookedAt),
      },
      {
        ...{ head: say('asOf.cause'), role: 'pair' },
        cell: ({ entry }) => {
          const kind = `kind.${entry.kind}`;
          const what = isWord(kind) ? say(kind) : entry.kind;
          return html`${causeText(say, causeOf(entry))}<small>${what} · ${ledgerTime(entry.occurredAt)}</small>`;
        },
      },
      {
        ...{ head: say('store'), role: 'pair', isLow: true },
        cell: ({ entry }) =>
          nameOf(say, { storeId: entry.storeId, name: names.get(placeKey(entry))?.name ?? null }),
      },
      {
        ...{ head: say('voucher'), role: 'pair' },
        cell: ({ entry: { platform, voucherId, orderId, kind } }) => {
          const own = voucherId ?? orderId;
          if (kind === 'tier') return '—';
          return html`<a class="id" href="/vouchers/${platform}/${encodeURIComponent(own)}">••••${own.slice(-4)}</a>`;
        },
      },
      {
        ...{ head: say('asOf.amount'), role: 'main', isNumber: true },
        cell: ({ entry }) => signedAmount(entry.amountFen),
      },
      {
        ...{ head: say('commission'), role: 'pair', isNumber: true },
        cell: ({ entry }) => signedAmount(entry.commissionFen),
      },
    ],
  });
}
