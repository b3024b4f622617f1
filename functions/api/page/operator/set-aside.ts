import { html } from 'hono/html';
import * as z from 'zod';
import { mask } from '../../../../lib/mask/mask.ts';
import { check } from '../../input.ts';
import { actForm } from '../parts/act-form.ts';
import {
  fileList,
  type List,
  type ListColumn,
  listShape,
  listView,
  readList,
} from '../parts/list.ts';
import type { Desk, Room, RoomPage } from '../room.ts';
import { address, card, id, inside, when } from './parts.ts';

const PATH = '/operator/set-aside';

const query = z.object({
  ...listShape,
  reason: z.enum(['parked', 'quarantined']).default('quarantined'),
});

const setAside = z.object({
  deliveries: z.array(
    z.object({
      ...{ deliveryId: z.string(), integration: z.string(), appKey: z.string() },
      ...{ receivedAt: z.string(), kind: z.string(), why: z.string().nullish() },
    }),
  ),
  next: z.string().nullable(),
});
type Delivery = z.infer<typeof setAside>['deliveries'][number];

export const replayed = z.object({ matched: z.int(), sent: z.int(), next: z.string().nullable() });

/** `GET /operator/set-aside`: what nobody could read, with reading one and replaying them. */
export const setAsidePage: Room = {
  ...{ path: PATH, is: 'operator', needs: 'pipeline:read' },
  async read({ c, ask, typed }: Desk): Promise<RoomPage> {
    const asked = check(query, c.req.query());
    const { reason } = asked;
    const read = async (cursor: string | undefined) => {
      const path = address(`/v1/set-aside/${reason}`, { cursor });
      const { deliveries, next } = await ask({ path }, setAside);
      return { rows: deliveries, next };
    };
    const list: List<Delivery> = {
      ...{ name: '', path: PATH, query: asked, kept: { reason }, caption: 'operator.set-aside' },
      ...(await readList(asked, '', read)),
      fields: (say) => [
        {
          ...{ name: 'reason', label: say('operator.list'), value: reason },
          choices: [
            ['quarantined', say('operator.quarantined')],
            ['parked', say('operator.parked')],
          ],
        },
      ],
      columns,
    };
    return {
      title: ({ say }) => say('operator.set-aside'),
      note: ({ say }) => say('operator.set-aside.note'),
      files: { name: `set-aside-${reason}`, lists: [fileList(list)] },
      main: (speech) => {
        const { say } = speech;
        const form = { action: PATH, act: 'replay', hidden: { reason }, typed } as const;
        const all = actForm(say, { ...form, submit: 'operator.replay-all' });
        return html`${card(say(`operator.${reason}`), say(`operator.${reason}.why`), listView(speech, list, say('operator.set-aside.none')))}
${list.rows.length === 0 ? '' : card(say('operator.replay'), say('operator.replay.note'), inside(all))}`;
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

function columns(): ListColumn<Delivery>[] {
  return [
    {
      ...{
        word: 'operator.received',
        by: 'at',
        role: 'name',
        value: ({ receivedAt }) => receivedAt,
      },
      cell: ({ deliveryId, receivedAt }) =>
        html`<a href="/operator/deliveries/${deliveryId}">${when(receivedAt)}</a>`,
    },
    {
      ...{ word: 'operator.app', by: 'app', role: 'pair' },
      value: ({ integration, appKey }) => ({ id: `${integration}/${appKey}` }),
      cell: ({ integration, appKey }) => html`${integration}<small class="id">${appKey}</small>`,
    },
    {
      ...{ word: 'kind', by: 'kind', role: 'second', value: ({ kind }) => ({ id: kind }) },
      cell: ({ kind }) => id(kind),
    },
    {
      ...{ word: 'operator.why', by: 'why', role: 'wide-pair' },
      value: ({ why }) => (why == null ? null : mask('text', why)),
      cell: ({ why }) => (why == null ? '—' : mask('text', why)),
    },
    {
      ...{ word: 'operator.id', role: 'desk', value: ({ deliveryId }) => ({ id: deliveryId }) },
      ...{ isHidden: true, cell: () => '' },
    },
  ];
}
