import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { keyedHash, newToken } from '../../../../lib/crypto/hash.ts';
import { returnToOf } from '../return-to.ts';

/**
 * One sign-in at the issuer, from the button to the answer. All that binds the answer to the browser is made of one
 * secret in a cookie, so nothing is written before somebody is let in.
 */
export interface Flow {
  readonly state: string;
  readonly nonce: string;
  /** Of PKCE (RFC 7636). */
  readonly verifier: string;
  /** A path of ours, to go on at. */
  readonly path: string;
}

const COOKIE = 'hexiao_oidc';
const LASTS_SECONDS = 600;
const PATH = '/sign-in/oidc';

/** Begins one in this browser. */
export function beginFlow(c: Context, next: string | undefined): Flow {
  const secret = newToken('hxs');
  const path = returnToOf({ next: next ?? '' })?.path ?? '';
  setCookie(c, COOKIE, `${secret}.${Buffer.from(path).toString('base64url')}`, {
    // Lax: the issuer sends the browser back here, and that is another site's link.
    ...{ httpOnly: true, sameSite: 'Lax', path: PATH, maxAge: LASTS_SECONDS },
    secure: new URL(c.req.url).protocol === 'https:',
  });
  return flowOf(secret, path);
}

/** The one that this browser began; it is over with this. @returns undefined where it began none */
export function endFlow(c: Context): Flow | undefined {
  const match = /^(hxs_[\w-]{43})\.([\w-]{0,3000})$/.exec(getCookie(c, COOKIE) ?? '');
  deleteCookie(c, COOKIE, { path: PATH });
  if (match === null) return undefined;
  const [, secret = '', path = ''] = match;
  const next = Buffer.from(path, 'base64url').toString();
  return flowOf(secret, returnToOf({ next })?.path ?? '');
}

function flowOf(secret: string, path: string): Flow {
  // PKCE wants 43 characters at least, and one hash has 16.
  const verifier = ['1', '2', '3'].map((part) => keyedHash(secret, 'verifier', part)).join('');
  return { state: keyedHash(secret, 'state'), nonce: keyedHash(secret, 'nonce'), verifier, path };
}
