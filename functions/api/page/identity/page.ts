import { html, raw } from 'hono/html';
import * as z from 'zod';
import { Problem } from '../../../../lib/errors/problem.ts';
import { MAX_MINUTES, USUAL_MINUTES } from '../../../../lib/identity/code.ts';
import { pathOf } from '../ask.ts';
import type { Html } from '../html.ts';
import { card, id, inside, nothing, when } from '../operator/parts.ts';
import type { Speech } from '../page.ts';
import { type ActField, actForm } from '../parts/act-form.ts';
import type { Desk, Room, RoomPage } from '../room.ts';

const PATH = '/identity';

const memberList = z.object({
  members: z.array(z.object({ memberId: z.string(), name: z.string() })),
});

const made = z.object({ codeId: z.string(), url: z.string(), expiresAt: z.string() });

const MINUTES = [5, USUAL_MINUTES, 30, 60, MAX_MINUTES];

/** `GET /identity`: a code that shows who one is, for a short while. */
export const identityPage: Room = {
  ...{ path: PATH, is: 'provider', needs: 'identity:show' },
  async read({ ask, viewer, typed }: Desk): Promise<RoomPage> {
    const mayAll = viewer.principal.permissions.has('members:manage');
    const own = /^member\/(.+)$/.exec(viewer.principal.actor)?.[1];
    const members = mayAll ? (await ask({ path: '/v1/members' }, memberList)).members : [];
    const choices = members.map(({ memberId, name }) => [memberId, name] as const);
    return {
      title: ({ say }) => say('identity'),
      note: ({ say }) => say('identity.note'),
      main: ({ say }) => {
        const who: ActField[] =
          choices.length === 0
            ? []
            : [{ name: 'memberId', label: 'identity.member', choices, value: own ?? '' }];
        const minutes = MINUTES.map((one) => [String(one), String(one)] as const);
        const show = actForm(say, {
          ...{ action: PATH, act: 'show', submit: 'identity.show', isMain: true, typed },
          ...(who.length === 0 ? { hidden: { memberId: own ?? '' } } : {}),
          fields: [
            ...who,
            {
              ...{ name: 'minutes', label: 'identity.minutes', choices: minutes },
              value: String(USUAL_MINUTES),
            },
          ],
        });
        const isNobody = own === undefined && choices.length === 0;
        const first = isNobody ? nothing(say('identity.nobody')) : inside(show);
        const photo = actForm(say, {
          ...{ action: PATH, act: 'photo', submit: 'identity.photo.set', typed },
          fields: [
            ...who,
            {
              ...{ name: 'file', label: 'identity.photo.file', type: 'file', isRequired: true },
              accept: 'image/jpeg,image/png',
            },
          ],
        });
        return html`${card(say('identity.show'), say('identity.show.note'), first)}${
          choices.length === 0
            ? ''
            : card(say('identity.photo'), say('identity.photo.note'), inside(photo))
        }`;
      },
    };
  },
  acts: {
    async show({ ask }, { memberId = '', minutes = '' }) {
      const body = { memberId, minutes: Number(minutes) };
      const one = await ask({ method: 'POST', path: '/v1/identity-codes', body }, made);
      const { renderSVG } = await import('uqr');
      const picture = renderSVG(one.url, { border: 2, pixelSize: 8 });
      return { once: (speech) => shownView(speech, one, picture) };
    },
    async revoke({ ask }, { codeId = '' }) {
      await ask({ method: 'DELETE', path: pathOf`/v1/identity-codes/${codeId}` }, z.unknown());
      return { to: PATH, done: 'done.identity-revoked' };
    },
    async photo({ c, ask }, { memberId = '' }) {
      const { file } = await c.req.parseBody();
      if (!(file instanceof File) || file.size === 0) {
        throw new Problem('request-invalid', 'file: choose one.', { fields: ['file'] });
      }
      const body = new Uint8Array(await file.arrayBuffer());
      const path = pathOf`/v1/members/${memberId}/photo`;
      await ask({ method: 'PUT', path, body }, z.unknown());
      return { to: PATH, done: 'done.photo-set' };
    },
  },
};

/** On white, whatever the theme: scanners want dark on light. */
function shownView(
  { say }: Speech,
  { codeId, url, expiresAt }: z.infer<typeof made>,
  picture: string,
): Html {
  const revoke = actForm(say, {
    ...{ action: PATH, act: 'revoke', hidden: { codeId }, submit: 'identity.revoke' },
  });
  return html`<div class="msg" role="status"><p>${say('identity.scan')}</p>
<figure class="qr" role="img" aria-label="${say('identity.qr')}">${raw(picture)}</figure>
<p class="note">${say('identity.until')} ${when(expiresAt)}</p>
<details><summary>${say('identity.link')}</summary><p class="once">${id(url)}</p></details>
${revoke}</div>`;
}
