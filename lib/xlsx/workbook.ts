import writeXlsxFile, { type Cell as Written } from 'write-excel-file/node';
import type { Cell } from '../ledger/csv.ts';

/**
 * Rows → a workbook of one sheet, whose first row stays in sight. Texts are text cells, so that Excel
 * keeps ids of 19 digits as they are and runs none as a formula; fen are numbers of yuan with two places.
 * @param name of the sheet: at most 31 characters, none of `:\/?*[]`
 */
export async function workbookOf(
  name: string,
  rows: readonly (readonly Cell[])[],
): Promise<Uint8Array<ArrayBuffer>> {
  const cells = rows.map((row) => row.map(cellOf));
  const workbook = writeXlsxFile(cells, { sheet: name, stickyRowsCount: 1 });
  return Uint8Array.from(await workbook.toBuffer());
}

/** Excel's own formats: a text stays one when somebody edits the cell. */
const TEXT = '@';
const YUAN = '#,##0.00';

function cellOf(cell: Cell): Written {
  if (cell === null) return null;
  if (typeof cell === 'number') return { value: cell, type: Number };
  if (typeof cell === 'object' && 'fen' in cell) {
    // A hundredth of an integer is written with the digits that Excel reads back.
    return { value: cell.fen / 100, type: Number, format: YUAN };
  }
  const text = readable(typeof cell === 'string' ? cell : cell.id);
  // The library looks texts up in an object, and takes `constructor` for one that it had before.
  if (text in {}) return { value: `"${text}"`, type: 'Formula' };
  return { value: text, type: String, format: TEXT };
}

/** XML 1.0 has no place for most control characters, and the library drops them without a trace. */
function readable(text: string): string {
  return text.replace(/[[\p{Cc}--[\t\n\r]]\p{Cs}\p{Noncharacter_Code_Point}\u{fffd}]/gv, '□');
}
