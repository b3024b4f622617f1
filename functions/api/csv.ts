import { Problem } from '../../lib/errors/problem.ts';

/** A CSV: the names of its columns, and its rows with the lines of the file that they begin in. */
export interface Csv {
  readonly names: readonly string[];
  readonly rows: readonly { readonly line: number; readonly fields: Record<string, string> }[];
}

/**
 * CSV as RFC 4180 has it, strictly: quotes only around a whole field, doubled inside one, every record
 * with as many fields as the header. What spreadsheets add is passed over: a byte order mark,
 * records with nothing in any field, and `="…"` around a text that they shall keep, as our own files have
 * it.
 * @throws Problem `request-invalid`, naming the line
 */
export function readCsv(text: string): Csv {
  const [header, ...records] = readRecords(text.replace(/^\uFEFF/, ''));
  if (header === undefined) throw new Problem('request-invalid', 'The CSV has no header.');
  const names = header.fields.map((name) => name.trim());
  if (new Set(names).size !== names.length) {
    throw new Problem('request-invalid', 'line 1: a column is named twice');
  }
  const rows = records.flatMap(({ line, fields }) => {
    if (fields.every((field) => field === '')) return [];
    if (fields.length !== names.length) {
      const found = `${fields.length} fields, and the header names ${names.length}`;
      throw new Problem('request-invalid', `line ${line}: ${found}`);
    }
    return [{ line, fields: Object.fromEntries(fields.map((field, at) => [names[at], field])) }];
  });
  return { names, rows };
}

/** One field with what ends it: quoted, or free of quotes, commas and line breaks. */
const FIELD = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|$)/y;

function keptText(field: string): string {
  return /^="([^"]*)"$/.exec(field)?.[1] ?? field;
}

function readRecords(text: string): { line: number; fields: string[] }[] {
  const records: { line: number; fields: string[] }[] = [];
  let fields: string[] = [];
  let line = 1;
  let start = 1;
  for (let at = 0; at < text.length || fields.length > 0; at = FIELD.lastIndex) {
    FIELD.lastIndex = at;
    const match = FIELD.exec(text);
    if (match === null) {
      throw new Problem('request-invalid', `line ${line}: a quote stands where none may stand`);
    }
    const [whole, quoted, plain, end] = match;
    fields.push(keptText(quoted?.replaceAll('""', '"') ?? plain ?? ''));
    line += whole.split('\n').length - 1;
    if (end === ',') continue;
    records.push({ line: start, fields });
    fields = [];
    start = line;
  }
  return records;
}
