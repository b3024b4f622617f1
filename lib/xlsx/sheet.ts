import type { Cell } from '../ledger/csv.ts';
import { yuanOf } from '../money/yuan.ts';
import { lettersOf, readable } from './text.ts';

/** The rows of a sheet as XML, some at a time. Texts are text cells, so Excel keeps ids and runs nothing. */

/** The formats of `styles.xml` in `workbook-bytes.ts`, by their places. */
const TEXT = 1;
const YUAN = 2;
const PERCENT = 3;

export function sheetBegin(): string {
  return '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>';
}

export const SHEET_END = '</sheetData></worksheet>';

/** @param first the number of their first row, from 1 */
export function rowsXml(rows: readonly (readonly Cell[])[], first: number): string {
  return rows.map((row, index) => rowXml(row, first + index)).join('');
}

/** The last row: formulas over all between the headings and it, each with what it comes to. */
export const sumRowXml = rowXml;

function rowXml(row: readonly Cell[], number: number): string {
  const cells = row.map((cell, column) => cellXml(cell, column, number));
  return `<row r="${number}">${cells.join('')}</row>`;
}

function cellXml(cell: Cell, column: number, row: number): string {
  if (cell === null) return '';
  const letters = lettersOf(column);
  const value = (style: number, content: string) =>
    `<c r="${letters}${row}"${style === 0 ? '' : ` s="${style}"`}>${content}</c>`;
  const sum = (style: number, of: string) =>
    value(style, `<f>SUM(${letters}2:${letters}${row - 1})</f><v>${of}</v>`);
  if (typeof cell === 'number') return value(0, `<v>${cell}</v>`);
  if (typeof cell === 'object') {
    if ('fen' in cell) return value(YUAN, `<v>${yuanOf(cell.fen)}</v>`);
    if ('bp' in cell) return value(PERCENT, `<v>${yuanOf(cell.bp)}</v>`);
    if ('sumFen' in cell) return sum(YUAN, yuanOf(cell.sumFen));
    if ('sum' in cell) return sum(0, String(cell.sum));
  }
  const text = escaped(readable(typeof cell === 'object' ? cell.id : cell));
  return `<c r="${letters}${row}" s="${TEXT}" t="inlineStr"><is><t xml:space="preserve">${text}</t></is></c>`;
}

/** `_x000D_` is how a workbook writes a character: a text that looks so is written so that it stays. */
function escaped(text: string): string {
  return text
    .replaceAll(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '_x000D_');
}
