import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { type Language, languageOf } from '../../../lib/i18n/words.ts';
import type { ApiDeps } from '../deps.ts';
import { type Principal, principalOf, requirePrincipal } from '../principal.ts';

const TOKEN_COOKIE = 'hexiao_token';
const LANGUAGE_COOKIE = 'hexiao_lang';
const SIGNED_IN_SECONDS = 12 * 3600;

/** Who looks at a page: the bearer token in a cookie that no script and no other site can use. */
export async function signedIn(c: Context, deps: ApiDeps): Promise<Principal | undefined> {
  const token = getCookie(c, TOKEN_COOKIE);
  return token === undefined ? undefined : principalOf(token, deps);
}

/**
 * Who asks for a page that has a path of the API: by the cookie, or by the bearer token of a program.
 * @throws Problem `token-missing`
 */
export async function principalOfPage(c: Context, deps: ApiDeps): Promise<Principal> {
  const hasHeader = c.req.header('authorization') !== undefined;
  const known = hasHeader ? undefined : await signedIn(c, deps);
  return known ?? requirePrincipal(c, deps);
}

export function signIn(c: Context, token: string): void {
  setCookie(c, TOKEN_COOKIE, token, { ...cookieOptions(c), maxAge: SIGNED_IN_SECONDS });
}

export function signOut(c: Context): void {
  deleteCookie(c, TOKEN_COOKIE, cookieOptions(c));
}

/** `?lang=` is remembered. */
export function pageLanguage(c: Context): Language {
  const requested = c.req.query('lang');
  const language = languageOf(
    requested ?? getCookie(c, LANGUAGE_COOKIE),
    c.req.header('accept-language'),
  );
  if (requested === language) setCookie(c, LANGUAGE_COOKIE, language, cookieOptions(c));
  return language;
}

function cookieOptions(c: Context) {
  // Behind API Gateway it is always HTTPS; a local run is plain HTTP on the loopback address.
  const secure = new URL(c.req.url).protocol === 'https:';
  return { httpOnly: true, secure, sameSite: 'Strict', path: '/' } as const;
}
