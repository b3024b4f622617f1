/**
 * Reads comma-separated values with a line of names first (RFC 4180, and the byte-order mark that
 * spreadsheets put before it). @returns a record a line @throws when a line has more or fewer fields
 */
export function readCsv(text: string): Record<string, string>[] {
  const [names = [], ...rows] = linesOf(text.replace(/^\uFEFF/, ''));
  return rows.map((fields, index) => {
    if (fields.length !== names.length) {
      throw new Error(`line ${index + 2}: ${names.length} fields expected, ${fields.length} found`);
    }
    return Object.fromEntries(names.map((name, at) => [name.trim(), (fields[at] ?? '').trim()]));
  });
}

/** A field is quoted (a doubled quote is one) or has no quote, comma or end of line in it. */
const FIELD = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;

function linesOf(text: string): string[][] {
  const lines: string[][] = [];
  let line: string[] = [];
  FIELD.lastIndex = 0;
  while (FIELD.lastIndex < text.length) {
    const found = FIELD.exec(text);
    if (found === null)
      throw new Error(`line ${lines.length + 1}: a quote is not closed or stands inside a field`);
    const [, quoted, plain = '', end] = found;
    line.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',' && FIELD.lastIndex < text.length) continue;
    if (end === ',') line.push('');
    if (line.some((field) => field !== '')) lines.push(line);
    line = [];
  }
  return lines;
}
