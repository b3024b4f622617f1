import type { SignedRequest } from '../kit/integration.ts';

/** The query parameter that carries the signature, and is never under it. */
export const SIGN = 'sign';

/** Between the query and the body; as a parameter's name it would let one run into the other. */
const BODY = 'http_body';

/**
 * What a signature covers behind the secret: the query without `sign`, sorted by name and encoded
 * anew as PHP's `http_build_query` does, `&http_body=`, and the body's bytes.
 */
export function signedPart({ query, body }: Pick<SignedRequest, 'query' | 'body'>): Uint8Array {
  const pairs = [...query]
    .filter(([name]) => name !== SIGN)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return Buffer.concat([Buffer.from(`${pairs.join('&')}&${BODY}=`, 'utf8'), body]);
}

/** Whether a query means one thing only: no name twice, and none that could pass for the body. */
export function isPlainQuery(query: URLSearchParams): boolean {
  const names = [...query.keys()];
  return new Set(names).size === names.length && !names.includes(BODY);
}

/** Everything but ASCII letters, digits and `-_.` as %XX of its UTF-8 bytes; a space is `+`. */
function encode(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}
