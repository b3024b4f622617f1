import { gunzipSync, gzipSync } from 'node:zlib';
import { BYTE_ORDER_MARK, type Cell, csvOf } from '../ledger/csv.ts';
import type { Export } from '../store/ledger/exports.ts';
import { rowsXml, SHEET_END, sheetBegin, sumRowXml } from '../xlsx/sheet.ts';
import { archiveBegin, archiveEnd, type Sheet, sheetPart } from '../xlsx/workbook-bytes.ts';
import type { ExportRows, ExportSource } from './source.ts';

/** What a piece adds to a file, and what the file comes to with it. */
export interface Piece {
  readonly content: Uint8Array;
  readonly size: number;
  readonly sums: Export['sums'];
  readonly sheet: Sheet;
}

/** Some rows as the next bytes of a file: its first ones and its last ones too, where they are its first or last. */
export function pieceOf(one: Export, source: ExportSource, { rows, next }: ExportRows): Piece {
  const isFirst = one.step === 0;
  const sums = one.sums.map((sum, column) =>
    sum === null ? null : rows.reduce((all, row) => all + amountOf(row[column] ?? null), sum),
  );
  if (one.format === 'csv') {
    const head = isFirst ? [source.headings] : [];
    const bytes = utf8(`${isFirst ? BYTE_ORDER_MARK : ''}${csvOf([...head, ...rows])}`);
    return { content: gzipSync(bytes), size: bytes.length, sums, sheet: one.sheet };
  }
  const isLast = next === null;
  const count = one.rows + rows.length;
  const xml = [
    isFirst ? sheetBegin() + rowsXml([source.headings], 1) : '',
    rowsXml(rows, one.rows + 2),
    isLast ? sumRowXml(sumRow(source, sums), count + 2) + SHEET_END : '',
  ].join('');
  const begin = isFirst ? archiveBegin(source.sheet) : new Uint8Array();
  const part = sheetPart(one.sheet, utf8(xml), isLast);
  const end = isLast ? archiveEnd(source.sheet, part.sheet) : new Uint8Array();
  const content = Buffer.concat([begin, part.bytes, end]);
  return { content, size: content.length, sums, sheet: part.sheet };
}

/** The file's bytes of a piece as it is kept: a workbook is packed as it is. */
export function unpacked({ format }: Export, content: Uint8Array): Uint8Array {
  return format === 'csv' ? gunzipSync(content) : content;
}

function sumRow({ sums: kinds, total }: ExportSource, sums: Export['sums']): Cell[] {
  return kinds.map((kind, column) => {
    if (column === 0) return total;
    const sum = sums[column] ?? 0;
    return kind === null ? null : kind === 'fen' ? { sumFen: sum } : { sum };
  });
}

function amountOf(cell: Cell): number {
  if (typeof cell === 'number') return cell;
  return cell !== null && typeof cell === 'object' && 'fen' in cell ? cell.fen : 0;
}

function utf8(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}
