import { html, raw } from 'hono/html';
import * as z from 'zod';
import type { Say } from '../../../../lib/i18n/words.ts';
import { pathOf } from '../ask.ts';
import type { Html } from '../html.ts';
import { card, id, nothing, when } from '../operator/parts.ts';
import type { Speech } from '../page.ts';
import { actForm } from '../parts/act-form.ts';
import { table } from '../parts/table.ts';
import type { Desk, Room, RoomPage } from '../room.ts';

const PATH = '/team/clerks';

const clerkList = z.object({
  clerks: z.array(
    z.object({
      ...{ memberId: z.string(), name: z.string(), stores: z.array(z.string()) },
      sentHomeAt: z.string().nullable(),
    }),
  ),
});
type Clerk = z.infer<typeof clerkList>['clerks'][number];

const made = z.object({ link: z.string(), endsAt: z.string() });

/** `GET /team/clerks`: who stands at the tills; a QR lets one in on a phone, a button sends one home. */
export const clerksPage: Room = {
  ...{ path: PATH, is: 'provider', needs: 'clerks:admit' },
  async read({ ask }: Desk): Promise<RoomPage> {
    const { clerks } = await ask({ path: '/v1/clerks' }, clerkList);
    return {
      title: ({ say }) => say('clerks'),
      note: ({ say }) => say('clerks.note'),
      main: ({ say }) =>
        card(
          say('clerks'),
          '',
          clerks.length === 0 ? nothing(say('clerks.none')) : clerksOf(say, clerks),
        ),
    };
  },
  acts: {
    async 'let-in'({ ask }, { memberId = '' }) {
      const path = pathOf`/v1/clerks/${memberId}/links`;
      const { link, endsAt } = await ask({ method: 'POST', path }, made);
      const { renderSVG } = await import('uqr');
      const picture = renderSVG(link, { border: 2, pixelSize: 8 });
      return { once: (speech) => qrView(speech, picture, link, endsAt) };
    },
    async home({ ask }, { memberId = '' }) {
      await ask({ method: 'DELETE', path: pathOf`/v1/clerks/${memberId}/sessions` }, z.unknown());
      return { to: PATH, done: 'done.sent-home' };
    },
  },
};

/** On white, whatever the theme: scanners want dark on light. */
function qrView({ say }: Speech, picture: string, link: string, endsAt: string): Html {
  return html`<div class="msg" role="status"><p>${say('clerks.scan')}</p>
<figure class="qr" role="img" aria-label="${say('clerks.qr')}">${raw(picture)}</figure>
<p class="note">${say('clerks.ends')} ${when(endsAt)}</p><details><summary>${say('clerks.link')}</summary><p class="once">${id(link)}</p></details></div>`;
}

function clerksOf(say: Say, rows: readonly Clerk[]): Html {
  const press = (act: string, submit: 'clerks.let-in' | 'clerks.home', memberId: string) =>
    actForm(say, { action: PATH, act, hidden: { memberId }, submit });
  return table<Clerk>({
    ...{ caption: say('clerks'), rows },
    columns: [
      { head: say('people.name'), role: 'name', cell: ({ name }) => name },
      {
        head: say('people.stores'),
        role: 'second',
        cell: ({ stores }) => html`<span class="id">${stores.join(' ')}</span>`,
      },
      {
        head: say('clerks.sent-home'),
        role: 'pair',
        cell: ({ sentHomeAt }) => (sentHomeAt === null ? say('people.never') : when(sentHomeAt)),
      },
      {
        ...{ head: say('operator.handle'), role: 'wide-pair' },
        cell: ({ memberId }) =>
          html`${press('let-in', 'clerks.let-in', memberId)} ${press('home', 'clerks.home', memberId)}`,
      },
    ],
  });
}
