import { yuanOf } from '../money/yuan.ts';

/** A number stays one, and fen become yuan; a text and an id are texts, whatever they look like. */
export type Cell = string | number | { readonly fen: number } | { readonly id: string } | null;

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
  if (typeof cell === 'object') return 'fen' in cell ? yuanOf(cell.fen) : idOf(cell.id);
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
