import { createHash } from 'node:crypto';

/** A delivery ready to be posted: `query` has the signature in it. */
export interface Posted {
  readonly query: string;
  readonly body: string;
  readonly sign: string;
}

/**
 * Signs as the platform is known to: hex sha256(secret & sorted query & http_body=body). Written apart
 * from the verifier, so that one does not prove the other's mistake right.
 */
export function signDelivery(
  signSecret: string,
  query: Readonly<Record<string, string>>,
  body: string | Uint8Array,
): string {
  const pairs = Object.keys(query)
    .toSorted()
    .map((name) => `${phpEncoded(name)}=${phpEncoded(query[name] ?? '')}`);
  return createHash('sha256')
    .update(`${signSecret}&${pairs.join('&')}&http_body=`)
    .update(body)
    .digest('hex');
}

export function delivery(
  signSecret: string,
  query: Readonly<Record<string, string>>,
  body: string,
): Posted {
  const sign = signDelivery(signSecret, query, body);
  return { query: new URLSearchParams({ ...query, sign }).toString(), body, sign };
}

/** As PHP's `urlencode`: byte by byte. */
function phpEncoded(text: string): string {
  return [...Buffer.from(text, 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      if (/[A-Za-z0-9_.-]/.test(character)) return character;
      return character === ' ' ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}
