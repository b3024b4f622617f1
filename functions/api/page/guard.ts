import type { Context } from 'hono';
import type { Permission } from '../../../lib/access/permissions.ts';
import { Problem } from '../../../lib/errors/problem.ts';
import type { ApiDeps } from '../deps.ts';
import type { Principal } from '../principal.ts';
import { headOf } from './names.ts';
import type { OidcRefusal } from './oidc/refused.ts';
import { answerPage, type PageAnswer } from './page.ts';
import { problemPage } from './problem.ts';
import { goOnView, type ReturnTo, returnTo } from './return-to.ts';
import { signedIn } from './session.ts';
import type { SignInError } from './sign-in.ts';
import type { SignedIn, Viewer } from './viewer.ts';
import { signInView } from './views.ts';

/**
 * Shows a page to a provider's people who may see it: to nobody the form to sign in, to everybody else who may and
 * why they may not. What is wrong with an address is said in words.
 */
export async function forProvider(
  c: Context,
  deps: ApiDeps,
  needs: Permission,
  show: (viewer: Viewer) => Promise<Response>,
): Promise<Response> {
  const viewer = await viewerOf(c, deps);
  if (viewer === null) return answerPage(c, signInPage(deps, null, 200, await returnTo(c)));
  const { principal, who } = viewer;
  if (principal.is === 'operator' && c.req.path === '/') return c.redirect('/operator', 303);
  if (principal.is !== 'provider' || who === null) {
    return answerPage(c, refusalPage(viewer, 'forbidden.providers'));
  }
  // A clerk has no overview: their page is the till.
  if (
    c.req.path === '/' &&
    !principal.permissions.has(needs) &&
    principal.permissions.has('till:use')
  ) {
    return c.redirect('/till', 303);
  }
  if (!principal.permissions.has(needs)) return answerPage(c, refusalPage(viewer));
  const { providerId } = principal;
  return withWords(c, viewer, () => show({ who, principal, providerId }));
}

/**
 * Shows a page, or does what its form says, to whoever may. A form that is sent when the session is over is kept while
 * its writer signs in again.
 */
export async function forSignedIn(
  c: Context,
  deps: ApiDeps,
  { is, needs }: { readonly is: Principal['is']; readonly needs: Permission },
  show: (viewer: SignedIn) => Promise<Response>,
): Promise<Response> {
  const viewer = await viewerOf(c, deps);
  const isForm = c.req.method === 'POST';
  if (viewer === null) {
    return answerPage(c, signInPage(deps, null, isForm ? 401 : 200, await returnTo(c)));
  }
  const { principal } = viewer;
  if (principal.is !== is) {
    return answerPage(
      c,
      refusalPage(viewer, is === 'operator' ? 'forbidden.operators' : 'forbidden.providers'),
    );
  }
  if (!principal.permissions.has(needs)) return answerPage(c, refusalPage(viewer));
  return withWords(c, viewer, () => show(viewer));
}

/** Whoever is signed in; null for nobody. */
export async function viewerOf(c: Context, deps: ApiDeps): Promise<SignedIn | null> {
  const principal = await signedIn(c, deps);
  return principal === undefined ? null : { principal, who: await whoIs(principal, deps) };
}

/** What a person can mend is a page; what failed on our side is for the log as well. */
async function withWords(
  c: Context,
  viewer: SignedIn,
  show: () => Promise<Response>,
): Promise<Response> {
  try {
    return await show();
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error;
    return answerPage(c, problemPage(error, viewer));
  }
}

/** After signing in again: what was typed before. */
export async function goOnPage(
  c: Context,
  principal: Principal,
  { path, typed }: ReturnTo,
  deps: ApiDeps,
): Promise<Response> {
  return answerPage(c, {
    title: ({ say }) => say('goOn.title'),
    main: ({ say }) => goOnView(say, path, typed ?? {}),
    viewer: { principal, who: await whoIs(principal, deps) },
  });
}

export function signInPage(
  { oidc }: Pick<ApiDeps, 'oidc'>,
  error: SignInError | OidcRefusal | null,
  status: 200 | 401 | 429 | 503 = 200,
  back: ReturnTo | null = null,
): PageAnswer {
  return {
    title: ({ say }) => say('signIn'),
    main: ({ say }) => signInView(say, error, back, oidc !== undefined),
    status,
    viewer: null,
  };
}

function refusalPage(
  viewer: SignedIn,
  word: 'forbidden' | 'forbidden.providers' | 'forbidden.operators' = 'forbidden',
): PageAnswer {
  return problemPage(new Problem('role-forbidden', 'This page is for others.'), viewer, word);
}

async function whoIs(principal: Principal, { table, now }: ApiDeps): Promise<string | null> {
  if (principal.is === 'operator') return null;
  const { providerId } = principal;
  return (await headOf(table, providerId, now()))?.name ?? providerId;
}
