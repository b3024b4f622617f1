import type { Context, Hono } from 'hono';
import { Problem } from '../../../lib/errors/problem.ts';
import { addressOf, networkOf } from '../address.ts';
import type { ApiDeps } from '../deps.ts';
import { principalOf } from '../principal.ts';
import { signIn, signOut } from './session.ts';
import { noteWrongTry, waitOf } from './throttle.ts';

/** Shows the form again, with what was wrong. */
type ShowForm = (c: Context, error: SignInError, status: 401 | 429) => Promise<Response>;

/** What was wrong, in a word of the product. */
export type SignInError = 'tokenWrong' | 'operatorToken' | 'tooManyTries';

/** `POST /sign-in` and `POST /sign-out`, the forms of the pages. */
export function signInRoutes(api: Hono, deps: ApiDeps, showForm: ShowForm): void {
  api.post('/sign-in', async (c) => {
    requireSameOrigin(c);
    const given = await givenToken(c);
    if (given === '') return showForm(c, 'tokenWrong', 401);
    const trier = { network: networkOf(addressOf(c)), account: given };
    const waitMs = await waitOf(trier, deps);
    if (waitMs > 0) return tooMany(c, waitMs, showForm);
    const principal = await principalOf(given, deps);
    if (typeof principal === 'string') {
      await noteWrongTry(trier, deps);
      return showForm(c, 'tokenWrong', 401);
    }
    if (principal.is !== 'provider') return showForm(c, 'operatorToken', 401);
    await signIn(c, principal.tokenId, deps);
    return c.redirect('/', 303);
  });

  api.post('/sign-out', async (c) => {
    requireSameOrigin(c);
    await signOut(c, deps);
    return c.redirect('/', 303);
  });
}

/** To a person the form, to a program the problem; both are told when. */
async function tooMany(c: Context, waitMs: number, showForm: ShowForm): Promise<Response> {
  const isPerson = (c.req.header('accept') ?? '').includes('text/html');
  if (!isPerson) {
    const detail =
      'Too many wrong tries from here, or with this token. Wait as long as Retry-After says.';
    throw new Problem('too-many-tries', detail, { retryAfterMs: waitMs });
  }
  c.header('retry-after', String(Math.ceil(waitMs / 1000)));
  return showForm(c, 'tooManyTries', 429);
}

/** What the form says; a body that is no form says nothing. */
async function givenToken(c: Context): Promise<string> {
  try {
    const { token } = await c.req.parseBody();
    return typeof token === 'string' ? token.trim() : '';
  } catch {
    return '';
  }
}

/** SameSite cookies keep other sites from acting as a provider; this keeps them from signing one in. */
function requireSameOrigin(c: Context): void {
  const site = c.req.header('sec-fetch-site');
  const origin = c.req.header('origin');
  const isOurs =
    site !== undefined
      ? site === 'same-origin' || site === 'none'
      : origin === undefined || origin === new URL(c.req.url).origin;
  if (isOurs) return;
  throw new Problem('role-forbidden', 'Send this form from the page itself.');
}
