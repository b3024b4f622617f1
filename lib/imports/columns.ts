import { hasLostDigits, spoiledBySpreadsheet } from '../events/spoiled-id.ts';
import type { FileCell } from '../xlsx/read-workbook.ts';
import type { Reason } from './amount.ts';
import type { ReadRow } from './read-file.ts';

/** The headings that a field may have, the likeliest first. */
export interface ColumnNames<Field extends string> {
  readonly headings: Readonly<Record<Field, readonly string[]>>;
  readonly required: readonly Field[];
}

/** What stands under a field's heading in each line below the header; '' where nothing does. */
export interface FileLine<Field extends string> {
  readonly line: number;
  readonly texts: Readonly<Record<Field, string>>;
  readonly broken: Reason | null;
}

/** Titles and notes stand above the header of many an export. */
const MAX_ABOVE = 10;

/** A number of a workbook keeps fifteen digits. */
const MAX_EXACT_DIGITS = 15;

/** Lines of texts by their headings: no amounts, nothing of our books. @returns why it is no such file */
export function linesOf<Field extends string>(
  rows: readonly ReadRow[],
  { headings, required }: ColumnNames<Field>,
): readonly FileLine<Field>[] | Reason {
  const fields = Object.keys(headings) as Field[];
  for (const row of rows.slice(0, MAX_ABOVE)) {
    const names = row.cells.map((cell) => cell?.text.trim() ?? '');
    const places = new Map(
      fields.map((field) => [field, names.findIndex((name) => headings[field].includes(name))]),
    );
    if (required.some((field) => (places.get(field) ?? -1) === -1)) continue;
    const below = rows.filter(({ line }) => line > row.line);
    return below.map((one) => lineOf(one, fields, places));
  }
  const missing = required.map((field) => headings[field][0] ?? field).join('、');
  return {
    ...{ code: 'header', zh: `找不到表头，需要有：${missing}` },
    en: `no header with ${missing}`,
  };
}

function lineOf<Field extends string>(
  row: ReadRow,
  fields: readonly Field[],
  places: ReadonlyMap<Field, number>,
): FileLine<Field> {
  const cells = fields.map((field) => [field, row.cells[places.get(field) ?? -1] ?? null] as const);
  const texts = Object.fromEntries(cells.map(([field, cell]) => [field, cell?.text.trim() ?? '']));
  return { line: row.line, texts: texts as Record<Field, string>, broken: brokenBy(row, cells) };
}

function brokenBy(row: ReadRow, cells: readonly (readonly [string, FileCell])[]): Reason | null {
  if (row.isMerged) {
    return {
      code: 'merged',
      zh: '该行有合并单元格：请取消合并',
      en: 'its cells are merged: take the merging back',
    };
  }
  if (row.isBroken === true) {
    return {
      code: 'broken',
      zh: '引号不成对，无法分列',
      en: 'its quotes do not pair, so nobody knows its columns',
    };
  }
  const spoiled = cells.some(
    ([field, cell]) => cell !== null && field.endsWith('Id') && isSpoiled(cell),
  );
  if (!spoiled) return null;
  return {
    code: 'spoiled',
    zh: 'ID 已被表格改成数字，位数已丢失：请设为文本后重新导出',
    en: 'a spreadsheet made a number of an id, and digits are lost: make the column text and export again',
  };
}

function isSpoiled({ text, isNumber }: NonNullable<FileCell>): boolean {
  const own = text.trim();
  return (
    spoiledBySpreadsheet(own) !== null ||
    hasLostDigits(own) ||
    (isNumber && own.length > MAX_EXACT_DIGITS)
  );
}
