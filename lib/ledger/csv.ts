/** A number stays one, and fen become yuan; a text is a text, whatever it looks like. */
export type Cell = string | number | { readonly fen: number } | null;

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
  if (typeof cell === 'object') return yuanOf(cell.fen);
  const safe = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n;]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The full-width signs are what Excel in Chinese and Japanese takes for the same. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/** Two places, digit by digit and without separators: `-1234.05`. */
function yuanOf(fen: number): string {
  const digits = String(Math.abs(fen)).padStart(3, '0');
  return `${fen < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
