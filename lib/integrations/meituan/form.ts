/** More fields than any documented push has, by a factor of five. */
const MAX_FIELDS = 100;

export type Form = ReadonlyMap<string, string>;

// A byte order mark is a character like any other here: the signature is over the values as they are.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The fields of a form-encoded body, decoded. The signature is over the decoded values, so a body that
 * two readers could decode in two ways is none: a name twice, broken percent signs, no UTF-8.
 * @returns undefined when it is none
 */
export function readForm(body: Uint8Array): Form | undefined {
  const pieces = Buffer.from(body).toString('latin1').split('&');
  if (pieces.length > MAX_FIELDS) return undefined;
  const form = new Map<string, string>();
  for (const piece of pieces) {
    const cut = piece.indexOf('=');
    const name = decode(cut === -1 ? piece : piece.slice(0, cut));
    const value = cut === -1 ? '' : decode(piece.slice(cut + 1));
    if (name === undefined || value === undefined || name === '' || form.has(name)) {
      return undefined;
    }
    form.set(name, value);
  }
  return form;
}

/** One name or value, whose characters stand for bytes. */
function decode(written: string): string | undefined {
  if (/%(?![0-9a-fA-F]{2})/.test(written)) return undefined;
  const bytes = written
    .replaceAll('+', ' ')
    .replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  try {
    return utf8.decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return undefined;
  }
}
