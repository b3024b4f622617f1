import type { Reason } from './amount.ts';
import { FIELDS, type Field, type Headings, type Profile } from './profiles.ts';
import type { ReadRow } from './read-file.ts';

/** Titles and notes stand above the header of many an export. */
const MAX_ABOVE = 10;

/** Where a file's columns are. */
export interface Header {
  readonly line: number;
  /** The place of each field that the file has. */
  readonly places: ReadonlyMap<Field, number>;
  readonly headings: Headings;
}

/**
 * The header of a file: the first of its first lines that has all headings of one of the profile's forms.
 * @param own headings that the caller gives for fields, before those of the profile
 * @returns why there is none, naming the headings that are missing where fewest are
 */
export function headerOf(
  rows: readonly ReadRow[],
  { headers }: Profile,
  own: Headings,
): Header | Reason {
  let fewest: readonly string[] | undefined;
  for (const row of rows.slice(0, MAX_ABOVE)) {
    const names = row.cells.map((cell) => cell?.text.trim() ?? '');
    for (const form of headers) {
      const headings: Headings = { ...form, ...own };
      const missing = requiredIn(headings, form, own).filter((name) => !names.includes(name));
      if (missing.length === 0)
        return { line: row.line, places: placesOf(headings, names), headings };
      if (fewest === undefined || missing.length < fewest.length) fewest = missing;
    }
  }
  if (fewest === undefined) return EMPTY;
  const columns = fewest.join('、');
  return { code: 'column', zh: `缺少列：${columns}`, en: `without the column ${columns}` };
}

const EMPTY: Reason = { code: 'empty', zh: '文件是空的', en: 'the file is empty' };

/** The merchant and every amount; of what only some files have, what the caller names. */
function requiredIn(headings: Headings, form: Headings, own: Headings): string[] {
  const isOptional = (field: Field) =>
    own[field] === undefined &&
    (field === 'day' || (field === 'merchantName' && form.merchantId !== undefined));
  return FIELDS.filter((field) => !isOptional(field)).flatMap((field) => headings[field] ?? []);
}

function placesOf(headings: Headings, names: readonly string[]): ReadonlyMap<Field, number> {
  const places = FIELDS.map((field) => [field, names.indexOf(headings[field] ?? '\0')] as const);
  return new Map(places.filter(([, place]) => place !== -1));
}
