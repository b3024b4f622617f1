import { createHash, type Hash } from 'node:crypto';
import type { App } from '../kit/app.ts';
import type { SignedRequest } from '../kit/integration.ts';
import { HEX, isSignedBy } from '../kit/signature.ts';
import { isSpi } from './family.ts';
import { about } from './spi/about.ts';

/**
 * Every signature that a request carries must be right, so that a header of one family never stands
 * in for the other's. Only the URL's old `sign` is passed over where a stronger one is there: the
 * platform sends it along with `x-life-sign`. No scheme bounds the age of a request; a replay is
 * harmless, because every event is written once and every answer is the same again.
 */
export function verify(request: SignedRequest, { secrets, settings }: App): boolean {
  const { headers } = request;
  const live = secrets.clientSecret ?? [];
  const checks: boolean[] = [];
  if (headers.has('x-douyin-signature')) checks.push(isSignedWebhook(request, live));
  if (headers.has('x-life-sign')) checks.push(isSignedSpi(request, live));
  else if (isSpi(request)) {
    checks.push(settings.oldSpiSign === 'accept' && isSignedTheOldWay(request, live));
  }
  return checks.length > 0 && !checks.includes(false);
}

/**
 * `X-Douyin-Signature` = hex sha1(client_secret + raw body), plain concatenation. Source: Open-Douyin,
 * local-life, preparation/massages.push.
 */
function isSignedWebhook({ headers, body }: SignedRequest, live: readonly string[]): boolean {
  const given = headers.get('x-douyin-signature') ?? '';
  return isSignedBy(live, given, HEX.sha1, (secret) =>
    createHash('sha1').update(secret, 'utf8').update(body).digest('hex'),
  );
}

/** `x-life-sign` = hex sha256 of the string below. Source: preparation/signruleintroduce. */
function isSignedSpi(request: SignedRequest, live: readonly string[]): boolean {
  const pairs = signedPairs(request.query);
  if (pairs === undefined) return false;
  const given = request.headers.get('x-life-sign') ?? '';
  return isSignedBy(live, given, HEX.sha256, (secret) =>
    hashSpi(createHash('sha256'), secret, pairs, request.body),
  );
}

/** The URL's `sign` = hex md5 of the same string: two integrators say so, no page does. */
function isSignedTheOldWay(request: SignedRequest, live: readonly string[]): boolean {
  const pairs = signedPairs(request.query);
  const [given = '', second] = request.query.getAll('sign');
  if (pairs === undefined || second !== undefined) return false;
  return isSignedBy(live, given, HEX.md5, (secret) =>
    hashSpi(createHash('md5'), secret, pairs, request.body),
  );
}

/** `client_secret&k=v&…&http_body=<raw>`; the last part only where there is a body. */
function hashSpi(hash: Hash, secret: string, pairs: readonly string[], body: Uint8Array): string {
  hash.update([secret, ...pairs].join('&'), 'utf8');
  if (body.byteLength > 0) hash.update('&http_body=', 'utf8').update(body);
  return hash.digest('hex');
}

/** No `&`, no control character, nothing that was not UTF-8. */
const PLAIN = /^[^&\p{Cc}\ufffd]*$/u;

/**
 * The query's parameters but `sign`, decoded and sorted by name, as `k=v`.
 * @returns undefined where two queries could make one string to sign: a name given twice, a `&` in a
 * value, a `=` in a name, or a parameter that would pass for the body
 */
function signedPairs(query: URLSearchParams): string[] | undefined {
  const pairs = [...query].filter(([name]) => name !== 'sign');
  const names = new Set(pairs.map(([name]) => name));
  const isClear = pairs.every(
    ([name, value]) => PLAIN.test(name) && PLAIN.test(value) && !name.includes('='),
  );
  if (!isClear || names.size !== pairs.length || names.has('http_body')) return undefined;
  return pairs.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name}=${value}`);
}

/**
 * A delivery's identity. A webhook: its body. An SPI request: its operation, its body and the query without
 * `timestamp` and the signature, so that the platform's retry, stamped anew, is the same delivery. Nothing
 * signs the path that names the operation: a copy at another path is a delivery more, and never takes the
 * genuine one's place. What both say has the platform's own ids, and is written once.
 */
export function signedBytes(request: SignedRequest): Uint8Array {
  if (!isSpi(request)) return request.body;
  const query = [...request.query]
    .filter(([name]) => name !== 'sign' && name !== 'timestamp')
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const head = JSON.stringify([about(request), query]);
  return Buffer.concat([Buffer.from(`${head}\n`, 'utf8'), request.body]);
}
