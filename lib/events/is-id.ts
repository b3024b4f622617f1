/** The longest id from outside, in UTF-16 units: two of them, escaped, fit into a key of the table. */
export const MAX_ID = 128;

/**
 * Whether a text can be an id from outside. What cannot was never written, so nobody need look for it.
 * Apart from the schema, which `ingest` must not load.
 */
export function isId(text: string): boolean {
  // Half a surrogate pair does not survive UTF-8, so two such ids would become one in the table.
  return text.length >= 1 && text.length <= MAX_ID && text.isWellFormed();
}
