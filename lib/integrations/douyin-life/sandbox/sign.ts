import { createHash } from 'node:crypto';

/**
 * `X-Douyin-Signature` as the platform makes it: lower-hex sha1 of the client secret followed by the
 * raw body, plainly concatenated (not HMAC). Source: preparation/massages.push.
 */
export function signWebhook(clientSecret: string, body: string | Uint8Array): string {
  return createHash('sha1').update(clientSecret).update(body).digest('hex');
}

/**
 * `x-life-sign` as the platform makes it: lower-hex sha256 of the client secret, `&k=v` for every query
 * parameter but `sign` in the order of their names, and `&http_body=` with the raw body where there is
 * one. Source: preparation/signruleintroduce.
 */
export function signSpi(
  clientSecret: string,
  query: URLSearchParams,
  body: string | Uint8Array,
): string {
  return createHash('sha256')
    .update(toSign(clientSecret, query, body))
    .digest('hex');
}

/** The URL's `sign`: lower-hex md5 of the same, by two integrators' word. */
export function signSpiTheOldWay(
  clientSecret: string,
  query: URLSearchParams,
  body: string | Uint8Array,
): string {
  return createHash('md5')
    .update(toSign(clientSecret, query, body))
    .digest('hex');
}

function toSign(clientSecret: string, query: URLSearchParams, body: string | Uint8Array): Buffer {
  const names = [...new Set(query.keys())].filter((name) => name !== 'sign').sort();
  const parts = [clientSecret, ...names.map((name) => `${name}=${query.get(name)}`)];
  const bytes = Buffer.from(body);
  const head = parts.join('&') + (bytes.byteLength > 0 ? '&http_body=' : '');
  return Buffer.concat([Buffer.from(head), bytes]);
}
