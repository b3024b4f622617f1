import { unzipSync } from 'fflate';
import { elementsOf, unescapeXml } from './xml.ts';

/** One cell as it stands in the file: a number keeps its digits. Null: nothing stands there. */
export type FileCell = { readonly text: string; readonly isNumber: boolean } | null;

export interface FileRow {
  /** As a spreadsheet counts them, from 1. */
  readonly line: number;
  readonly cells: readonly FileCell[];
  /** A cell of it is joined with others, so that nobody knows whose value it is. */
  readonly isMerged: boolean;
}

/** Far more than a month of merchants; a workbook of a few bytes can name gigabytes. */
const MAX_BYTES = 32 * 1024 * 1024;
const MAX_COLUMNS = 200;

/** A workbook that is none, is too large, or has no sheet. */
export class WorkbookError extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'WorkbookError';
  }
}

/** The rows of a workbook's first sheet, without empty ones. @throws WorkbookError */
export function readWorkbook(bytes: Uint8Array): FileRow[] {
  const files = unzipped(bytes);
  const sheet = files.get(firstSheet(files));
  if (sheet === undefined) throw new WorkbookError('it has no sheet');
  return rowsOf(sheet, sharedTexts(files.get('xl/sharedStrings.xml') ?? ''));
}

function unzipped(bytes: Uint8Array): ReadonlyMap<string, string> {
  let left = MAX_BYTES;
  try {
    const files = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (!/\.(?:xml|rels)$/.test(name)) return false;
        left -= originalSize;
        if (left < 0) throw new WorkbookError(`it unpacks to more than ${MAX_BYTES} bytes`);
        return true;
      },
    });
    const decoder = new TextDecoder('utf-8', { fatal: true });
    return new Map(Object.entries(files).map(([name, file]) => [name, decoder.decode(file)]));
  } catch (error) {
    if (error instanceof WorkbookError) throw error;
    throw new WorkbookError('it is no ZIP of XML');
  }
}

/** The workbook names its sheets in their order, and where each is stands beside it. */
function firstSheet(files: ReadonlyMap<string, string>): string {
  const first = elementsOf(files.get('xl/workbook.xml') ?? '').find(({ name }) => name === 'sheet');
  const id = first?.attributes.get('id');
  const relations = elementsOf(files.get('xl/_rels/workbook.xml.rels') ?? '');
  const target = relations.find(({ attributes }) => attributes.get('Id') === id)?.attributes;
  const path = id === undefined ? undefined : target?.get('Target');
  if (path === undefined) return 'xl/worksheets/sheet1.xml';
  return path.startsWith('/') ? path.slice(1) : `xl/${path}`;
}

/** Texts that cells name by their place. A text's parts belong together; how it is read aloud (`rPh`) does not. */
function sharedTexts(xml: string): string[] {
  const texts: string[] = [];
  let isAloud = false;
  for (const { name, kind, text } of elementsOf(xml)) {
    if (name === 'si' && kind !== 'end') texts.push('');
    if (name === 'rPh') isAloud = kind === 'start';
    if (name === 't' && kind === 'start' && !isAloud) {
      texts[texts.length - 1] = (texts.at(-1) ?? '') + unescapeXml(text);
    }
  }
  return texts;
}

function rowsOf(xml: string, shared: readonly string[]): FileRow[] {
  const rows: { line: number; cells: FileCell[] }[] = [];
  const merged: (readonly [number, number])[] = [];
  let cell: { column: number; type: string; text: string } | undefined;
  const close = () => {
    const row = rows.at(-1);
    if (cell !== undefined && row !== undefined) row.cells[cell.column] = cellOf(cell, shared);
    cell = undefined;
  };
  for (const { name, kind, attributes, text } of elementsOf(xml)) {
    if (name === 'row' && kind !== 'end') {
      rows.push({ line: Number(attributes.get('r') ?? (rows.at(-1)?.line ?? 0) + 1), cells: [] });
    } else if (name === 'c' && kind === 'start') {
      const column = columnOf(attributes.get('r')) ?? rows.at(-1)?.cells.length ?? 0;
      if (column >= MAX_COLUMNS) throw new WorkbookError(`it has more than ${MAX_COLUMNS} columns`);
      cell = { column, type: attributes.get('t') ?? 'n', text: '' };
    } else if (name === 'c' && kind === 'end') {
      close();
    } else if ((name === 'v' || name === 't') && kind === 'start' && cell !== undefined) {
      cell.text += unescapeXml(text);
    } else if (name === 'mergeCell') {
      const lines = [...(attributes.get('ref') ?? '').matchAll(/[A-Z]+(\d+)/g)].map((one) =>
        Number(one[1]),
      );
      merged.push([lines[0] ?? 0, lines.at(-1) ?? 0]);
    }
  }
  return rows
    .map(({ line, cells }) => ({
      ...{ line, cells: Array.from(cells, (one) => one ?? null) },
      isMerged: merged.some(([from, to]) => from <= line && line <= to),
    }))
    .filter(({ cells, isMerged }) => isMerged || cells.some((one) => one !== null));
}

function cellOf(
  { type, text }: { readonly type: string; readonly text: string },
  shared: readonly string[],
): FileCell {
  const whole = type === 's' ? (shared[Number(text)] ?? '') : text;
  return whole === '' ? null : { text: whole, isNumber: type === 'n' };
}

/** `AB12` → 27; undefined where a cell does not say where it is. */
function columnOf(reference: string | undefined): number | undefined {
  const letters = /^[A-Z]{1,3}/.exec(reference ?? '')?.[0];
  if (letters === undefined) return undefined;
  return letters.split('').reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}
