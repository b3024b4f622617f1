/**
 * Where a store's id stands in a longer text: `shop={store}`, `"shopId":"{store}"`, `{any}|{store}|`.
 * A regular expression would say more, and one that backtracks lets whoever writes the text, or the
 * pattern, hold a worker for years. This looks at each character of the text once for each piece.
 */
export interface Template {
  /** The literal texts before the store, each to be found behind the one before it. */
  readonly before: readonly string[];
  /** The literal text that ends it; undefined: it ends where a value usually does. */
  readonly after: string | undefined;
}

const STORE = '{store}';
/** Any text, as short as it fits. */
const ANY = '{any}';

/** What ends a value when the template says nothing: separators of queries, lists, JSON and words. */
const END = /[&;,|#"'\s)\]}]/;

/** @returns undefined for what is none: see `TEMPLATE_HELP` */
export function parseTemplate(text: string): Template | undefined {
  const pieces = text.split(STORE);
  const [head, tail, ...more] = pieces;
  if (head === undefined || tail === undefined || more.length > 0) return undefined;
  const before = head.split(ANY);
  // At the beginning `{any}` would say nothing; two placeholders in a row, not where one ends.
  const isClear = before.slice(1).every((piece) => piece !== '') && !tail.includes(ANY);
  if (!isClear) return undefined;
  return { before, after: tail === '' ? undefined : tail };
}

export const TEMPLATE_HELP =
  'must have {store} once, such as shop={store}; {any} before it stands for any text, and between the two ' +
  'there is some text';

/** @returns undefined where the text is not of that form */
export function findStore({ before, after }: Template, text: string): string | undefined {
  let at = 0;
  for (const piece of before) {
    const found = text.indexOf(piece, at);
    if (found < 0) return undefined;
    at = found + piece.length;
  }
  const rest = text.slice(at);
  const end = after === undefined ? rest.search(END) : rest.indexOf(after);
  if (end >= 0) return rest.slice(0, end);
  return after === undefined ? rest : undefined;
}
