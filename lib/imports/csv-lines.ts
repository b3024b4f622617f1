import type { FileRow } from '../xlsx/read-workbook.ts';

/**
 * The lines of a CSV that people saved, one broken line beside good ones: each stands for itself. Fields are separated by
 * commas, or by tabs where its beginning has more of those; a quoted field may go over lines.
 */
export function csvLines(text: string): (FileRow & { readonly isBroken: boolean })[] {
  const rows: (FileRow & { readonly isBroken: boolean })[] = [];
  const separator = separatorOf(text);
  let line = 1;
  let at = 0;
  while (at < text.length) {
    const record = recordAt(text, at, separator);
    const { fields, isBroken, end } = record;
    const cells = fields.map((field) => {
      const kept = keptText(field.trim());
      return kept === '' ? null : { text: kept, isNumber: false };
    });
    if (isBroken || cells.some((cell) => cell !== null)) {
      rows.push({ line, cells, isMerged: false, isBroken });
    }
    line += newlines(text, at, end);
    at = end;
  }
  return rows;
}

/** Titles stand above the header of many an export. */
const LOOKED_AT = 2_000;

function separatorOf(text: string): string {
  const start = text.slice(0, LOOKED_AT);
  return start.split('\t').length > start.split(',').length ? '\t' : ',';
}

/** `="7011…"`, as a spreadsheet keeps a text, and `'7011…`. */
function keptText(field: string): string {
  return /^="([^"]*)"$/.exec(field)?.[1] ?? field.replace(/^'/, '').trim();
}

/** One record from a place on. A quote where none may stand breaks its line, and no other. */
function recordAt(
  text: string,
  from: number,
  separator: string,
): { readonly fields: string[]; readonly isBroken: boolean; readonly end: number } {
  const lineEnd = text.indexOf('\n', from);
  const afterLine = lineEnd === -1 ? text.length : lineEnd + 1;
  const fields: string[] = [];
  let at = from;
  for (;;) {
    const field = fieldAt(text, at, separator);
    if (field === undefined) return { fields, isBroken: true, end: afterLine };
    fields.push(field.value);
    at = field.end;
    if (text.charAt(at) === separator) {
      at += 1;
      continue;
    }
    if (text.charAt(at) === '\r') at += 1;
    return { fields, isBroken: false, end: Math.min(at + 1, text.length) };
  }
}

function fieldAt(
  text: string,
  from: number,
  separator: string,
): { readonly value: string; readonly end: number } | undefined {
  if (text.charAt(from) !== '"') {
    let end = from;
    while (end < text.length && !['\n', '\r', separator].includes(text.charAt(end))) end += 1;
    const value = text.slice(from, end);
    // `="…"` is how spreadsheets keep a text.
    return value.includes('"') && !/^="[^"]*"$/.test(value) ? undefined : { value, end };
  }
  let end = from + 1;
  for (;;) {
    end = text.indexOf('"', end);
    if (end === -1) return undefined;
    if (text.charAt(end + 1) !== '"') break;
    end += 2;
  }
  const value = text.slice(from + 1, end).replaceAll('""', '"');
  const isEnded = ['', '\n', '\r', separator].includes(text.charAt(end + 1));
  return isEnded ? { value, end: end + 1 } : undefined;
}

function newlines(text: string, from: number, end: number): number {
  let count = 0;
  for (let at = from; at < end; at += 1) if (text.charAt(at) === '\n') count += 1;
  return count;
}
