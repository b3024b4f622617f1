import type { SignedRequest } from '../kit/integration.ts';
import { SIGN, signedPart } from './signed.ts';

/** As much as a delivery’s message carries; what is longer is cut off. */
const MAX = 200;

/**
 * What a request says beside its body: the path behind the app key, which nothing signs, and the query
 * without its signature, such as `cert/verify?app_key=…`. The platform may name the kind of a message
 * there, and only the body is archived otherwise.
 */
export function about({ spi = '', query }: SignedRequest): string | undefined {
  const named = new URLSearchParams([...query].filter(([name]) => name !== SIGN)).toString();
  const path = pathOf(spi);
  if (path === '' && named === '') return undefined;
  return `${path}?${named}`.slice(0, MAX);
}

/**
 * A delivery's identity: what its signature covers, and the path as it is kept. Nothing signs the path, and it
 * may name what is asked: of two requests with one body at two paths each is a delivery. A copy at another path
 * is then a delivery more, and never takes the genuine one's place.
 */
export function signedBytes(request: SignedRequest): Uint8Array {
  const path = pathOf(request.spi ?? '').slice(0, MAX);
  const signed = signedPart(request);
  return path === '' ? signed : Buffer.concat([Buffer.from(`${JSON.stringify(path)}\n`), signed]);
}

function pathOf(spi: string): string {
  return spi.replace(/^\/+/, '');
}

/** The two parts of what was kept about a delivery. */
export function partsOf(kept: string): { readonly path: string; readonly query: URLSearchParams } {
  const cut = kept.indexOf('?');
  if (cut === -1) return { path: kept, query: new URLSearchParams() };
  return { path: kept.slice(0, cut), query: new URLSearchParams(kept.slice(cut + 1)) };
}
