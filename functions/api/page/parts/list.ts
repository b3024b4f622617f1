import { html } from 'hono/html';
import * as z from 'zod';
import { Problem } from '../../../../lib/errors/problem.ts';
import { both } from '../../../../lib/i18n/both.ts';
import { type Say, sayIn, type Word } from '../../../../lib/i18n/words.ts';
import type { Cell } from '../../../../lib/ledger/csv.ts';
import { yuanOf } from '../../../../lib/money/yuan.ts';
import { FILE_FORMATS } from '../../files.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import type { FileList } from '../room.ts';
import { type FilterField, filterForm } from './filters.ts';
import { pager } from './pager.ts';
import { type Column, table } from './table.ts';

/** A list that is searched, sorted and taken as a file over all its rows, all of it in the address. */

const PAGE = 50;
const MOST_PAGES = 1_000;

/** Whoever searches, sorts or takes a file has so many rows read; more are asked for by a filter. */
const MOST_ROWS = 5_000;

/** What of a list stands in its address; `list` names it where a page has several. */
export const listShape = {
  q: z.string().trim().max(100).default(''),
  sort: z.string().max(40).default(''),
  order: z.enum(['asc', 'desc']).default('asc'),
  page: z.coerce.number().int().min(1).max(MOST_PAGES).default(1),
  list: z.string().max(40).default(''),
  file: z.enum(FILE_FORMATS).optional(),
  cursor: z.string().max(4_096).optional(),
};
export type ListQuery = z.infer<z.ZodObject<typeof listShape>>;

export interface ListColumn<Row> extends Omit<Column<Row>, 'head' | 'sort'> {
  readonly word: Word;
  /** Only searched in, and in a file. */
  readonly isHidden?: boolean;
  /** Its name in the address; absent, with `value`, where a column has forms only. */
  readonly by?: string;
  /** What it is searched in and sorted by, and what a file has. */
  readonly value?: (row: Row) => Cell;
}

interface RowsRead<Row> {
  readonly rows: readonly Row[];
  /** The cursor of what was not read; null: these are all. */
  readonly next: string | null;
}

export interface List<Row> extends RowsRead<Row> {
  /** Empty for a page's only or first list. */
  readonly name: string;
  readonly path: string;
  readonly query: ListQuery;
  /** The rest of the address: filters and the period, by name. */
  readonly kept?: Readonly<Record<string, string>>;
  /** Filters beside the search; their values are in `kept`. */
  readonly fields?: (say: Say) => readonly FilterField[];
  readonly caption: Word;
  /** What it is searched by, where that is worth a word. */
  readonly find?: Word;
  readonly columns: (speech: Speech) => readonly ListColumn<Row>[];
  /** What is said where a search finds nothing; absent: that, and a link to all. */
  readonly noHit?: (speech: Speech, q: string) => Html;
}

/**
 * A page of rows, or all of them where somebody searches, sorts or takes a file.
 * @param readPage the rows after a cursor
 */
export async function readList<Row>(
  query: ListQuery,
  name: string,
  readPage: (cursor: string | undefined) => Promise<RowsRead<Row>>,
): Promise<RowsRead<Row>> {
  if (query.list !== name) return readPage(undefined);
  const isWhole = query.q !== '' || query.sort !== '' || query.file !== undefined || query.page > 1;
  if (!isWhole) return readPage(query.cursor);
  const rows: Row[] = [];
  let next: string | null | undefined;
  do {
    const page = await readPage(next ?? undefined);
    rows.push(...page.rows);
    next = page.next;
  } while (next !== null && rows.length < MOST_ROWS);
  if (next !== null && query.file !== undefined) throw tooMany();
  return { rows, next };
}

/** Half a file would look like a whole one. */
function tooMany(): Problem {
  const detail = `A file of this list has at most ${MOST_ROWS} rows. Choose fewer days, or another filter.`;
  return new Problem('request-invalid', detail, { fields: ['from', 'to'] });
}

/** The filters, the rows of this page and where the list goes on. */
export function listView<Row>(speech: Speech, list: List<Row>, empty: Html | string): Html {
  const { say } = speech;
  const own = ownQuery(list);
  const found = foundRows(list, list.columns(speech));
  const isPaged = list.next === null || own.isWhole;
  const last = Math.max(1, Math.ceil(found.length / PAGE));
  const page = Math.min(own.page, last);
  const shown = isPaged ? found.slice((page - 1) * PAGE, page * PAGE) : found;
  const first = (page - 1) * PAGE;
  const following = page < last ? hrefOf(list, { page: String(page + 1) }) : null;
  const goesOn = isPaged ? following : hrefOf(list, { cursor: list.next ?? '' });
  const place = say('dimension.shown', {
    ...{ from: first + 1, to: first + shown.length, all: found.length },
  });
  const isCut = own.isWhole && list.next !== null;
  const none = own.q === '' ? empty : (list.noHit?.(speech, own.q) ?? noneFound(speech, list));
  const rows =
    shown.length === 0
      ? html`<p class="in note">${none}</p>`
      : table<Row>({ caption: say(list.caption), rows: shown, columns: headed(speech, list) });
  return html`${filtersOf(speech, list)}${isCut ? html`<p class="in note" role="status">${say('list.cut', { n: MOST_ROWS })}</p>` : ''}${rows}${
    found.length === 0 ? '' : pager(say, isPaged ? place : '', goesOn)
  }`;
}

/** For `files` of a room. */
export function fileList<Row>(list: List<Row>): FileList {
  return { name: list.name, cells: () => listCells(list, list.columns(BOTH)) };
}

/** Columns are made for a reader; what a file has of them are values, which are in both languages. */
const BOTH: Speech = { say: sayIn('zh'), language: 'zh' };

/** All rows of the search as cells, under headings in both languages: files go from hand to hand. */
function listCells<Row>(list: List<Row>, columns: readonly ListColumn<Row>[]): Cell[][] {
  const valued = columns.filter(({ value }) => value !== undefined);
  return [
    valued.map(({ word }) => both(word)),
    ...foundRows(list, columns).map((row) => valued.map(({ value }) => value?.(row) ?? null)),
  ];
}

function noneFound<Row>({ say }: Speech, list: List<Row>): Html {
  const clear = hrefOf(list, { q: '', page: '' });
  return html`${say('list.no-hit', { q: ownQuery(list).q })} <a href="${clear}">${say('filter.clear')}</a>`;
}

function ownQuery<Row>({ query, name }: List<Row>) {
  const isOwn = query.list === name;
  const { q, sort, order, page } = isOwn ? query : { q: '', sort: '', order: 'asc', page: 1 };
  return { q, sort, order, page, isWhole: q !== '' || sort !== '' || page > 1 };
}

function foundRows<Row>(list: List<Row>, columns: readonly ListColumn<Row>[]): readonly Row[] {
  const { q, sort, order } = ownQuery(list);
  const needle = q.toLowerCase();
  const isHit = (row: Row) => columns.some(({ value }) => textOf(value?.(row)).includes(needle));
  const hits = needle === '' ? list.rows : list.rows.filter(isHit);
  const value = columns.find(({ by }) => by === sort && by !== undefined)?.value;
  if (value === undefined) return hits;
  const sign = order === 'desc' ? -1 : 1;
  return hits.toSorted((a, b) => compare(value(a), value(b), sign));
}

/** What is not known comes last, whichever way. */
function compare(a: Cell, b: Cell, sign: number): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const [own, other] = [numberOf(a), numberOf(b)];
  if (own !== null && other !== null) return sign * (own - other);
  const [text, than] = [textOf(a), textOf(b)];
  if (text === than) return 0;
  return text < than ? -sign : sign;
}

function numberOf(cell: Cell): number | null {
  if (typeof cell === 'number') return cell;
  if (typeof cell !== 'object' || cell === null) return null;
  if ('fen' in cell) return cell.fen;
  return 'bp' in cell ? cell.bp : null;
}

function textOf(cell: Cell | undefined): string {
  if (cell === undefined || cell === null) return '';
  if (typeof cell === 'string') return cell.toLowerCase();
  if (typeof cell === 'object' && 'id' in cell) return cell.id.toLowerCase();
  if (typeof cell === 'object' && 'fen' in cell) return yuanOf(cell.fen);
  return typeof cell === 'number' ? String(cell) : '';
}

/** The list's address with something else of it; what is empty is left out. */
function hrefOf<Row>(list: List<Row>, changes: Readonly<Record<string, string>>): string {
  const { path, name, kept = {} } = list;
  const { q, sort, order } = ownQuery(list);
  const all = { ...kept, list: name, q, sort, order: sort === '' ? '' : order, ...changes };
  const given = Object.entries(all).filter(([, value]) => value !== '');
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

function headed<Row>(speech: Speech, list: List<Row>): Column<Row>[] {
  const { sort, order } = ownQuery(list);
  const shown = list.columns(speech).filter(({ isHidden }) => isHidden !== true);
  return shown.map(({ word, by, value: _value, isHidden: _isHidden, ...column }): Column<Row> => {
    const head = speech.say(word);
    if (by === undefined) return { ...column, head };
    const isNow = sort === by;
    const other = isNow && order === 'asc' ? 'desc' : 'asc';
    const way = order === 'asc' ? 'ascending' : 'descending';
    const href = hrefOf(list, { sort: by, order: other });
    return { ...column, head, sort: { href, now: isNow ? way : null } };
  });
}

function filtersOf<Row>({ say }: Speech, list: List<Row>): Html {
  const { q, sort, order } = ownQuery(list);
  const fields = list.fields?.(say) ?? [];
  const hidden = { ...list.kept, list: list.name, sort, order: sort === '' ? '' : order };
  const isField = (name: string) => fields.some((field) => field.name === name);
  const kept = Object.entries(hidden).filter(([name, value]) => value !== '' && !isField(name));
  const links = FILE_FORMATS.map(
    (file, at) =>
      html`${at === 0 ? '' : ' · '}<a href="${hrefOf(list, { file })}" download>${file.toUpperCase()}</a>`,
  );
  return filterForm(say, {
    ...{ action: list.path, kept: Object.fromEntries(kept), files: html`${links}` },
    fields: [{ name: 'q', label: say(list.find ?? 'list.find'), value: q }, ...fields],
  });
}
