import type { Context, Hono } from 'hono';
import { html } from 'hono/html';
import { Problem } from '../../../../lib/errors/problem.ts';
import { addressOf, networkOf } from '../../address.ts';
import { noteChange, withTrail } from '../../audit.ts';
import type { ApiDeps } from '../../deps.ts';
import type { OidcSettings } from '../../oidc.ts';
import { principalOfMember } from '../../principal.ts';
import { answerPage } from '../page.ts';
import { signInMember } from '../session.ts';
import { noteWrongTry, waitOf } from '../throttle.ts';
import { beginFlow, endFlow } from './flow.ts';
import { type OidcRefusal, SignInRefused } from './refused.ts';

/** How the routes say that nobody was signed in. */
type ShowForm = (
  c: Context,
  error: OidcRefusal | 'tooManyTries',
  status: 401 | 429 | 503,
) => Promise<Response>;

const CALLBACK = '/sign-in/oidc/callback';

/**
 * Signing in at the stage's own issuer, by OpenID Connect: the authorisation code with PKCE. It ends in a session as
 * every sign-in does. Without an issuer nothing is there.
 */
export function oidcRoutes(api: Hono, deps: ApiDeps, showForm: ShowForm): void {
  api.get('/sign-in/oidc', (c) =>
    answered(c, deps, showForm, async () => {
      const settings = settingsOf(deps);
      const { authorizationUrl } = await import('./issuer.ts');
      const flow = beginFlow(c, c.req.query('next'));
      return c.redirect(await authorizationUrl(flow, callbackOf(c), deps, settings), 302);
    }),
  );

  api.get(CALLBACK, (c) =>
    answered(c, deps, showForm, async () => {
      const settings = settingsOf(deps);
      const flow = endFlow(c);
      if (flow === undefined) throw new SignInRefused('oidc.elsewhere');
      const url = new URL(c.req.url);
      if (url.searchParams.get('state') !== flow.state) throw new SignInRefused('oidc.elsewhere');
      return letIn(c, flow.path, await whoIsIt(c, flow, deps, settings), deps);
    }),
  );
}

/** @throws Problem `not-found` */
function settingsOf({ oidc }: ApiDeps): OidcSettings {
  if (oidc !== undefined) return oidc;
  throw new Problem('not-found', 'No sign-in service is configured here. Sign in with a token.');
}

async function whoIsIt(
  c: Context,
  flow: NonNullable<ReturnType<typeof endFlow>>,
  deps: ApiDeps,
  settings: OidcSettings,
) {
  const { claimsOf } = await import('./issuer.ts');
  const { memberOf } = await import('./member.ts');
  const claims = await claimsOf(new URL(c.req.url), flow, callbackOf(c), deps, settings);
  return memberOf(claims, deps);
}

async function letIn(
  c: Context,
  path: string,
  { providerId, memberId, isBound }: Awaited<ReturnType<typeof whoIsIt>>,
  deps: ApiDeps,
): Promise<Response> {
  const principal = await principalOfMember({ providerId, memberId }, deps);
  if (typeof principal === 'string') throw new SignInRefused('oidc.removed');
  return withTrail(c, { call: `GET ${CALLBACK}`, principal }, deps, async () => {
    await signInMember(c, { providerId, memberId }, deps);
    const subject = `session/member/${memberId}`;
    noteChange(c, { subject, providerId, after: { by: 'oidc', isBound } });
    const home = principal.is === 'operator' ? '/operator' : '/';
    const to = path === '' ? home : path;
    // Our cookie is sent on links of our own alone, and a redirect from here is still the issuer's link.
    c.header('refresh', `0; url=${to}`);
    return answerPage(c, {
      title: ({ say }) => say('oidc.done'),
      main: ({ say }) =>
        html`<div class="sign"><h1>${say('oidc.done')}</h1><p><a class="btn pri" href="${to}">${say('oidc.goOn')}</a></p></div>`,
      viewer: null,
    });
  });
}

/** What a person can do about it is said on the form; whoever is wrong too often waits, as at every sign-in. */
async function answered(
  c: Context,
  deps: ApiDeps,
  showForm: ShowForm,
  run: () => Promise<Response>,
): Promise<Response> {
  // Nobody has said who they are yet, so their network stands for the account as well.
  const network = networkOf(addressOf(c));
  const trier = { network, account: `oidc ${network}` };
  const waitMs = await waitOf(trier, deps);
  if (waitMs > 0) {
    c.header('retry-after', String(Math.ceil(waitMs / 1000)));
    return showForm(c, 'tooManyTries', 429);
  }
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof SignInRefused)) throw error;
    if (error.word === 'oidc.down') return showForm(c, error.word, 503);
    await noteWrongTry(trier, deps);
    return showForm(c, error.word, 401);
  }
}

function callbackOf(c: Context): string {
  return `${new URL(c.req.url).origin}${CALLBACK}`;
}
