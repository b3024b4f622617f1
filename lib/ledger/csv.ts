import { yuanOf } from '../money/yuan.ts';

/** A number stays one, and fen become yuan; a text and an id are texts, whatever they look like. */
export type Cell =
  | string
  | number
  | { readonly fen: number }
  /** Of 1/10000, as a number of percent. */
  | { readonly bp: number }
  | { readonly id: string }
  /** What the columns' fen or numbers come to, from the first row below the headings to the last before it. */
  | { readonly sumFen: number }
  | { readonly sum: number }
  | null;

/** Excel takes a file without it for the system's own encoding. */
export const BYTE_ORDER_MARK = '\uFEFF';

/** Rows → CSV as in RFC 4180, with a CRLF after each. */
export function csvOf(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(cellOf).join(',')}\r\n`).join('');
}

/**
 * Spreadsheets run what begins like a formula, also out of a file, so that an id from outside could
 * read the reader's other cells. An apostrophe makes it a text. Source: OWASP, "CSV Injection".
 */
function cellOf(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  if (typeof cell === 'object') {
    if ('id' in cell) return idOf(cell.id);
    if ('sum' in cell) return String(cell.sum);
    // A hundredth of a fen's amount is yuan, and of 1/10000 it is percent.
    return yuanOf('fen' in cell ? cell.fen : 'bp' in cell ? cell.bp : cell.sumFen);
  }
  return quoted(FORMULA.test(cell) ? `'${cell}` : cell);
}

/**
 * Excel makes 1.06E+18 of an id of 19 digits, and days of what looks like one. It keeps a formula that
 * is nothing but a text: `="1060000000000000001"`, with up to 255 characters. Nothing else of an id can
 * be in it, so nothing of it is run.
 */
function idOf(id: string): string {
  if (id.length <= 255 && LIKE_A_VALUE.test(id)) return quoted(`="${id}"`);
  return quoted(FORMULA.test(id) ? `'${id}` : id);
}

/** Begins as a number does, or is a month with a number, or a truth. */
const LIKE_A_VALUE =
  /^(?:[+-]?[\d.][\w.:/~+-]*|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-/]?\d+|true|false)$/i;

function quoted(safe: string): string {
  return /[",\r\n;]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The full-width signs are what Excel in Chinese and Japanese takes for the same. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
