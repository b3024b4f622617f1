import type { Context } from 'hono';
import { html } from 'hono/html';
import type { Word } from '../../../../lib/i18n/words.ts';
import { takeClerkLink } from '../../../../lib/store/accounts/clerk-links.ts';
import { addressOf, networkOf } from '../../address.ts';
import { noteChange, withTrail } from '../../audit.ts';
import type { ApiDeps } from '../../deps.ts';
import { principalOfMember } from '../../principal.ts';
import { requireSameOrigin, typedIn } from '../forms.ts';
import { answerPage } from '../page.ts';
import { signInMember } from '../session.ts';
import { noteWrongTry, waitOf } from '../throttle.ts';

const PATH = '/till/in';

/** The page with one button. */
export function showButton(c: Context): Response | Promise<Response> {
  return asks(c, c.req.query('k') ?? '', null, 200);
}

/** Uses the link up. */
export async function letIn(c: Context, deps: ApiDeps): Promise<Response> {
  requireSameOrigin(c);
  const { k = '' } = await typedIn(c);
  const trier = { network: networkOf(addressOf(c)), account: k };
  const waitMs = await waitOf(trier, deps);
  if (waitMs > 0) {
    c.header('retry-after', String(Math.ceil(waitMs / 1000)));
    return asks(c, k, 'tooManyTries', 429);
  }
  const link = await takeClerkLink(deps.table, k, deps.now());
  const principal = link && (await principalOfMember(link, deps, link.madeAtMs));
  const isClerk = typeof principal === 'object' && principal.role === 'clerk';
  if (link === undefined || !isClerk) {
    await noteWrongTry(trier, deps);
    return asks(c, k, 'clerks.over', 401);
  }
  return withTrail(c, { call: `POST ${PATH}`, principal }, deps, async () => {
    await signInMember(c, link, deps);
    const { providerId, memberId } = link;
    noteChange(c, { subject: `session/member/${memberId}`, providerId, after: { by: 'link' } });
    return c.redirect('/till', 303);
  });
}

function asks(c: Context, k: string, error: Word | null, status: 200 | 401 | 429) {
  return answerPage(c, {
    title: ({ say }) => say('clerks.start'),
    main: ({ say }) => html`<div class="sign"><h1>${say('clerks.start')}</h1>
${error === null ? html`<p>${say('clerks.start.what')}</p>` : html`<p class="msg bad error" role="alert">${say(error)}</p>`}
<form method="post" action="${PATH}"><input type="hidden" name="k" value="${k}"><button class="btn pri">${say('clerks.start')}</button></form></div>`,
    status,
    viewer: null,
  });
}
