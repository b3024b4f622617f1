import type { Context, Hono } from 'hono';
import { Problem } from '../../../lib/errors/problem.ts';
import { addressOf, networkOf } from '../address.ts';
import type { ApiDeps } from '../deps.ts';
import { type Principal, principalOf } from '../principal.ts';
import { requireSameOrigin, typedIn } from './forms.ts';
import { type ReturnTo, returnToOf } from './return-to.ts';
import { signIn, signOut } from './session.ts';
import { noteWrongTry, waitOf } from './throttle.ts';

/** What the routes show. */
interface Shows {
  /** The form again, with what was wrong. */
  readonly form: (
    c: Context,
    error: SignInError,
    status: 401 | 429,
    back: ReturnTo | null,
  ) => Promise<Response>;
  /** What was typed when a session ended. */
  readonly goOn: (c: Context, principal: Principal, back: ReturnTo) => Promise<Response>;
}

/** What was wrong, in a word of the product. */
export type SignInError = 'tokenWrong' | 'tooManyTries';

/** `POST /sign-in` and `POST /sign-out`, the forms of the pages. */
export function signInRoutes(api: Hono, deps: ApiDeps, shows: Shows): void {
  api.post('/sign-in', async (c) => {
    requireSameOrigin(c);
    const typed = await typedIn(c);
    const given = typed.token ?? '';
    const back = returnToOf(typed);
    if (given === '') return shows.form(c, 'tokenWrong', 401, back);
    const trier = { network: networkOf(addressOf(c)), account: given };
    const waitMs = await waitOf(trier, deps);
    if (waitMs > 0) return tooMany(c, waitMs, back, shows);
    const principal = await principalOf(given, deps);
    if (typeof principal === 'string') {
      await noteWrongTry(trier, deps);
      return shows.form(c, 'tokenWrong', 401, back);
    }
    await signIn(c, principal.tokenId, deps);
    if (back !== null && back.typed !== null) return shows.goOn(c, principal, back);
    return c.redirect(back?.path ?? (principal.is === 'operator' ? '/operator' : '/'), 303);
  });

  api.post('/sign-out', async (c) => {
    requireSameOrigin(c);
    await signOut(c, deps);
    return c.redirect('/', 303);
  });
}

/** To a person the form, to a program the problem; both are told when. */
async function tooMany(
  c: Context,
  waitMs: number,
  back: ReturnTo | null,
  shows: Shows,
): Promise<Response> {
  const isPerson = (c.req.header('accept') ?? '').includes('text/html');
  if (!isPerson) {
    const detail =
      'Too many wrong tries from here, or with this token. Wait as long as Retry-After says.';
    throw new Problem('too-many-tries', detail, { retryAfterMs: waitMs });
  }
  c.header('retry-after', String(Math.ceil(waitMs / 1000)));
  return shows.form(c, 'tooManyTries', 429, back);
}
