import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { newToken, sha256Hex } from '../../../lib/crypto/hash.ts';
import { type Language, languageOf } from '../../../lib/i18n/words.ts';
import {
  endSession,
  putSession,
  readSession,
  type Session,
} from '../../../lib/store/accounts/sessions.ts';
import type { ApiDeps } from '../deps.ts';
import {
  type Principal,
  principalOfMember,
  principalOfToken,
  requirePrincipal,
} from '../principal.ts';

const SESSION_COOKIE = 'hexiao_session';
const LANGUAGE_COOKIE = 'hexiao_lang';
const SIGNED_IN_SECONDS = 12 * 3600;

/**
 * Who looks at a page: the session in a cookie that no script and no other site can use. It is over when it
 * is signed out of, after twelve hours, and with its token.
 */
export async function signedIn(c: Context, deps: ApiDeps): Promise<Principal | undefined> {
  const secret = secretOf(c);
  if (secret === undefined) return undefined;
  const read = (mayLag = false) => readSession(deps.table, secret, mayLag);
  const known = deps.remembered;
  const session = await (known === undefined ? read() : known.read(nameOf(secret), read));
  if (session === undefined || session.endsAtMs <= deps.now()) return undefined;
  const principal =
    'member' in session
      ? await principalOfMember(session.member, deps, session.beganAtMs)
      : await principalOfToken(session.tokenId, deps);
  return typeof principal === 'string' ? undefined : principal;
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

/** Begins a session for whoever has shown a token. */
export async function signIn(c: Context, tokenId: string, deps: ApiDeps): Promise<void> {
  await begin(c, { tokenId }, deps);
}

/** The same for a member who has shown who they are in another way. */
export async function signInMember(
  c: Context,
  { providerId, memberId }: { readonly providerId: string | null; readonly memberId: string },
  deps: ApiDeps,
): Promise<void> {
  await begin(c, { member: { providerId, memberId }, beganAtMs: deps.now() }, deps);
}

type Whose =
  | { readonly tokenId: string }
  | Pick<Extract<Session, { member: object }>, 'member' | 'beganAtMs'>;

async function begin(c: Context, whose: Whose, deps: ApiDeps): Promise<void> {
  const secret = newToken('hxs');
  const endsAtMs = deps.now() + SIGNED_IN_SECONDS * 1000;
  await putSession(deps.table, secret, { ...whose, endsAtMs });
  setCookie(c, SESSION_COOKIE, secret, { ...cookieOptions(c), maxAge: SIGNED_IN_SECONDS });
}

/** Ends the session itself: a copy of its cookie is worth nothing from then on. */
export async function signOut(c: Context, deps: ApiDeps): Promise<void> {
  const secret = secretOf(c);
  if (secret !== undefined) {
    await endSession(deps.table, secret);
    deps.remembered?.forget(nameOf(secret));
  }
  deleteCookie(c, SESSION_COOKIE, cookieOptions(c));
}

/** Whatever else is in the cookie is no session of ours, and costs no read. */
function secretOf(c: Context): string | undefined {
  const value = getCookie(c, SESSION_COOKIE) ?? '';
  return /^hxs_[\w-]{43}$/.test(value) ? value : undefined;
}

function nameOf(secret: string): string {
  return `session/${sha256Hex(secret)}`;
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
