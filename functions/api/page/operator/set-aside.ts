import { html } from 'hono/html';
import * as z from 'zod';
import { mask } from '../../../../lib/mask/mask.ts';
import { check } from '../../input.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { actForm } from '../parts/act-form.ts';
import { filterForm } from '../parts/filters.ts';
import { table } from '../parts/table.ts';
import type { Desk, Room, RoomPage } from '../room.ts';
import { address, card, id, inside, more, nothing, when } from './parts.ts';

const PATH = '/operator/set-aside';

const query = z.object({
  reason: z.enum(['parked', 'quarantined']).default('quarantined'),
  cursor: z.string().max(4_096).optional(),
});

const list = z.object({
  deliveries: z.array(
    z.object({
      ...{ deliveryId: z.string(), integration: z.string(), appKey: z.string() },
      ...{ receivedAt: z.string(), kind: z.string(), why: z.string().nullish() },
    }),
  ),
  next: z.string().nullable(),
});
type Delivery = z.infer<typeof list>['deliveries'][number];

export const replayed = z.object({ matched: z.int(), sent: z.int(), next: z.string().nullable() });

/** `GET /operator/set-aside`: what nobody could read, with reading one and replaying them. */
export const setAsidePage: Room = {
  ...{ path: PATH, is: 'operator', needs: 'pipeline:read' },
  async read({ c, ask, typed }: Desk): Promise<RoomPage> {
    const { reason, cursor } = check(query, c.req.query());
    const { deliveries, next } = await ask(
      { path: address(`/v1/set-aside/${reason}`, { cursor }) },
      list,
    );
    return {
      title: ({ say }) => say('operator.set-aside'),
      note: ({ say }) => say('operator.set-aside.note'),
      main: (speech) => {
        const { say } = speech;
        const filters = filterForm(say, {
          ...{ action: PATH, kept: {} },
          fields: [
            {
              ...{ name: 'reason', label: say('operator.list'), value: reason },
              choices: [
                ['quarantined', say('operator.quarantined')],
                ['parked', say('operator.parked')],
              ],
            },
          ],
        });
        const all = actForm(say, {
          ...{
            action: PATH,
            act: 'replay',
            hidden: { reason },
            submit: 'operator.replay-all',
            typed,
          },
        });
        const rows =
          deliveries.length === 0
            ? nothing(say('operator.set-aside.none'))
            : rowsOf(speech, deliveries);
        return html`${card(say(`operator.${reason}`), say(`operator.${reason}.why`), html`${filters}${rows}${more(speech, PATH, { reason }, next)}`)}
${deliveries.length === 0 ? '' : card(say('operator.replay'), say('operator.replay.note'), inside(all))}`;
      },
    };
  },
  acts: {
    async replay({ ask }, { reason = '' }) {
      await ask({ method: 'POST', path: '/v1/replays', body: { setAside: reason } }, replayed);
      return { to: address(PATH, { reason }), done: 'done.replayed' };
    },
  },
};

function rowsOf({ say }: Speech, rows: readonly Delivery[]): Html {
  return table<Delivery>({
    ...{ caption: say('operator.set-aside'), rows },
    columns: [
      {
        ...{ head: say('operator.received'), role: 'name' },
        cell: ({ deliveryId, receivedAt }) =>
          html`<a href="/operator/deliveries/${deliveryId}">${when(receivedAt)}</a>`,
      },
      {
        ...{ head: say('operator.app'), role: 'pair' },
        cell: ({ integration, appKey }) => html`${integration}<small class="id">${appKey}</small>`,
      },
      { head: say('kind'), role: 'second', cell: ({ kind }) => id(kind) },
      {
        head: say('operator.why'),
        role: 'wide-pair',
        cell: ({ why }) => (why == null ? '—' : mask('text', why)),
      },
    ],
  });
}
