import type { SignedRequest } from '../kit/integration.ts';
import { SIGN } from './signed.ts';

/** As much as a delivery’s message carries; what is longer is cut off. */
const MAX = 200;

/**
 * What a request says beside its body: the path behind the app key, which nothing signs, and the query
 * without its signature, such as `cert/verify?app_key=…`. The platform may name the kind of a message
 * there, and only the body is archived otherwise.
 */
export function about({ spi = '', query }: SignedRequest): string | undefined {
  const named = new URLSearchParams([...query].filter(([name]) => name !== SIGN)).toString();
  const path = spi.replace(/^\/+/, '');
  if (path === '' && named === '') return undefined;
  return `${path}?${named}`.slice(0, MAX);
}

/** The two parts of what was kept about a delivery. */
export function partsOf(kept: string): { readonly path: string; readonly query: URLSearchParams } {
  const cut = kept.indexOf('?');
  if (cut === -1) return { path: kept, query: new URLSearchParams() };
  return { path: kept.slice(0, cut), query: new URLSearchParams(kept.slice(cut + 1)) };
}
