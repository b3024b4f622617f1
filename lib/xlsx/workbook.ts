import type { Cell } from '../ledger/csv.ts';
import { zipOf } from './zip.ts';

/**
 * Rows → a workbook of one sheet, whose first row stays in sight. Texts are text cells, so that Excel
 * keeps ids of 19 digits as they are and runs none as a formula; fen are numbers of yuan with two places.
 * Source: ECMA-376 part 1, sections 18.2, 18.3 and 18.8.
 * @param name of the sheet: at most 31 characters, none of `:\/?*[]`
 */
export function workbookOf(
  name: string,
  rows: readonly (readonly Cell[])[],
): Uint8Array<ArrayBuffer> {
  const sheet = rows.map((cells, index) => rowOf(cells, index + 1)).join('');
  return zipOf({
    '[Content_Types].xml': CONTENT_TYPES,
    '_rels/.rels': relations('officeDocument', 'xl/workbook.xml'),
    'xl/workbook.xml': `${XML}<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets><sheet name="${escaped(name)}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relations(
      ...(['worksheet', 'worksheets/sheet1.xml', 'styles', 'styles.xml'] as const),
    ),
    'xl/styles.xml': STYLES,
    'xl/worksheets/sheet1.xml': `${XML}<worksheet xmlns="${MAIN}">${FIRST_ROW_STAYS}<sheetFormatPr defaultRowHeight="15"/><sheetData>${sheet}</sheetData></worksheet>`,
  });
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const FORMATS = 'http://schemas.openxmlformats.org';
const MAIN = `${FORMATS}/spreadsheetml/2006/main`;
const RELATIONS = `${FORMATS}/officeDocument/2006/relationships`;

const FIRST_ROW_STAYS =
  '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>';

const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
const CONTENT_TYPES = `${XML}<Types xmlns="${FORMATS}/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${TYPE}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/></Types>`;

/** Pairs of a kind and its target, `rId1` first. */
function relations(...pairs: readonly string[]): string {
  const each = Array.from({ length: pairs.length / 2 }, (_, at) => {
    const [kind, target] = pairs.slice(at * 2);
    return `<Relationship Id="rId${at + 1}" Type="${RELATIONS}/${kind}" Target="${target}"/>`;
  });
  const all = each.join('');
  return `${XML}<Relationships xmlns="${FORMATS}/package/2006/relationships">${all}</Relationships>`;
}

/** By their place in `cellXfs`: 49 is Excel's own format for text, 4 for `#,##0.00`. */
const STYLE = { number: 0, text: 1, yuan: 2 } as const;
const STYLES = `${XML}<styleSheet xmlns="${MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3">${[0, 49, 4].map((format) => `<xf numFmtId="${format}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>`).join('')}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;

function rowOf(cells: readonly Cell[], row: number): string {
  const all = cells.map((cell, column) => cellOf(cell, `${columnName(column)}${row}`)).join('');
  return `<row r="${row}">${all}</row>`;
}

function cellOf(cell: Cell, place: string): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return `<c r="${place}"><v>${cell}</v></c>`;
  if (typeof cell === 'object' && 'fen' in cell) {
    // A hundredth of an integer is written with the digits that Excel reads back.
    return `<c r="${place}" s="${STYLE.yuan}"><v>${cell.fen / 100}</v></c>`;
  }
  const text = escaped(typeof cell === 'string' ? cell : cell.id);
  return `<c r="${place}" s="${STYLE.text}" t="inlineStr"><is><t xml:space="preserve">${text}</t></is></c>`;
}

/** 0 → A, 25 → Z, 26 → AA. */
function columnName(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : `${columnName(Math.floor(index / 26) - 1)}${letter}`;
}

/** XML 1.0 has no place for most control characters, not even escaped. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\u{fffd}')
    .replace(/[&<>"\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
