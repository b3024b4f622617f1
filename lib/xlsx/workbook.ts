import writeXlsxFile, { type Cell as Written } from 'write-excel-file/node';
import type { Cell } from '../ledger/csv.ts';
import { lettersOf, readable } from './text.ts';

/**
 * Rows → a workbook of one sheet, whose first row stays in sight. Texts are text cells, so that Excel
 * keeps ids of 19 digits as they are and runs none as a formula; fen are numbers of yuan with two places.
 * @param name of the sheet: at most 31 characters, none of `:\/?*[]`
 */
export async function workbookOf(
  name: string,
  rows: readonly (readonly Cell[])[],
): Promise<Uint8Array<ArrayBuffer>> {
  const known = new Map<string, number>();
  const cells = rows.map((row, index) =>
    row.map((cell, column) => cellOf(cell) ?? sumOf(cell, { index, column }, known)),
  );
  const features = known.size === 0 ? [] : [withValues(known)];
  const workbook = writeXlsxFile(cells, { sheet: name, stickyRowsCount: 1 }, { features });
  return Uint8Array.from(await workbook.toBuffer());
}

/** Excel's own formats: a text stays one when somebody edits the cell. */
const TEXT = '@';
const YUAN = '#,##0.00';
const PERCENT = '0.00';

/** A formula over the column above it, and what it comes to: who only looks at the file sees it too. */
function sumOf(
  cell: Cell,
  { index, column }: { readonly index: number; readonly column: number },
  known: Map<string, number>,
): Written {
  if (cell === null || typeof cell !== 'object') return null;
  const fen = 'sumFen' in cell;
  if (!fen && !('sum' in cell)) return null;
  const letters = lettersOf(column);
  const formula = `SUM(${letters}2:${letters}${index})`;
  known.set(formula, fen ? cell.sumFen / 100 : cell.sum);
  return { value: formula, type: 'Formula', ...(fen ? { format: YUAN } : {}) };
}

/** The library writes a formula without what it comes to. */
function withValues(known: ReadonlyMap<string, number>) {
  return {
    files: {
      transform: {
        'xl/worksheets/sheet{id}.xml': {
          transform: (xml: string) =>
            xml.replaceAll(/<f>(SUM\([A-Z]+\d+:[A-Z]+\d+\))<\/f>/g, (whole, formula: string) => {
              const value = known.get(formula);
              return value === undefined ? whole : `${whole}<v>${value}</v>`;
            }),
        },
      },
    },
  };
}

function cellOf(cell: Cell): Written {
  if (cell === null) return null;
  if (typeof cell === 'number') return { value: cell, type: Number };
  if (typeof cell === 'object' && 'fen' in cell) {
    // A hundredth of an integer is written with the digits that Excel reads back.
    return { value: cell.fen / 100, type: Number, format: YUAN };
  }
  if (typeof cell === 'object' && 'bp' in cell) {
    return { value: cell.bp / 100, type: Number, format: PERCENT };
  }
  if (typeof cell === 'object' && !('id' in cell)) return null;
  const text = readable(typeof cell === 'string' ? cell : cell.id);
  // The library looks texts up in an object, and takes `constructor` for one that it had before.
  if (text in {}) return { value: `"${text}"`, type: 'Formula' };
  return { value: text, type: String, format: TEXT };
}
