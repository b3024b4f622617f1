import { html } from 'hono/html';
import * as z from 'zod';
import { check } from '../../input.ts';
import { address, nothing } from '../operator/parts.ts';
import { filterForm } from '../parts/filters.ts';
import type { Desk, Room, RoomPage } from '../room.ts';
import { standingAnswer, standingView } from './view.ts';

const PATH = '/standing';

const query = z.object({ programmeId: z.string().max(64).optional() });

const list = z.object({
  programmes: z.array(z.object({ programmeId: z.string(), name: z.string() })),
});

/** `GET /standing`: where a provider stands in the platforms' programmes, and what the next step needs. */
export const standingPage: Room = {
  ...{ path: PATH, is: 'provider', needs: 'reports:read' },
  async read({ c, ask }: Desk): Promise<RoomPage> {
    const { programmes } = await ask({ path: '/v1/programmes' }, list);
    const programmeId = check(query, c.req.query()).programmeId ?? programmes[0]?.programmeId;
    const found =
      programmeId === undefined
        ? null
        : await ask({ path: address('/v1/standing', { programmeId }) }, standingAnswer);
    return {
      title: ({ say }) => say('standing'),
      note: ({ say }) => say('standing.note'),
      main: (speech) => {
        const { say } = speech;
        if (found === null)
          return html`<section class="card">${nothing(say('standing.none'))}</section>`;
        const choice = filterForm(say, {
          ...{ action: PATH, kept: {} },
          fields: [
            {
              ...{
                name: 'programmeId',
                label: say('standing.programme'),
                value: programmeId ?? '',
              },
              choices: programmes.map((one) => [one.programmeId, one.name] as const),
            },
          ],
        });
        return standingView(speech, found, programmes.length > 1 ? choice : html``);
      },
    };
  },
};
