import { html } from 'hono/html';
import * as z from 'zod';
import { QUEUE_NAMES } from '../../deps.ts';
import { check } from '../../input.ts';
import type { Typed } from '../forms.ts';
import type { Speech } from '../page.ts';
import { actForm, folded } from '../parts/act-form.ts';
import { fileList, type List, type ListColumn, listShape, listView } from '../parts/list.ts';
import type { Desk, Room, RoomPage } from '../room.ts';
import { address, card, id, when } from './parts.ts';

const PATH = '/operator/dead-letters';
const query = z.object({
  ...listShape,
  queue: z.enum(QUEUE_NAMES).default('intake'),
});

const list = z.object({
  groups: z.array(
    z.object({
      ...{ type: z.string(), integration: z.string().nullable(), appKey: z.string().nullable() },
      ...{ count: z.int(), oldestAt: z.string(), newestAt: z.string() },
    }),
  ),
  more: z.boolean(),
});
type Group = z.infer<typeof list>['groups'][number];

const droppedList = z.object({
  letters: z.array(
    z.object({
      ...{ letterId: z.string(), queue: z.string(), type: z.string(), reason: z.string() },
      ...{ droppedAt: z.string(), droppedBy: z.string() },
    }),
  ),
});
type Dropped = z.infer<typeof droppedList>['letters'][number];

/** `GET /operator/dead-letters`: what failed eight times, to be sent again or dropped with a reason. */
export const deadLettersPage: Room = {
  ...{ path: PATH, is: 'operator', needs: 'pipeline:read' },
  async read({ c, ask, typed }: Desk): Promise<RoomPage> {
    const asked = check(query, c.req.query());
    const { queue } = asked;
    const [{ groups, more }, { letters }] = await Promise.all([
      ask({ path: `/v1/dead-letters?queue=${queue}&limit=1000` }, list),
      ask({ path: '/v1/dead-letters/dropped?limit=200' }, droppedList),
    ]);
    const shape = { path: PATH, query: asked, kept: { queue }, next: null };
    const waiting: List<Group> = {
      ...{ ...shape, name: '', rows: groups, caption: 'operator.dead' },
      fields: (say) => [
        {
          ...{ name: 'queue', label: say('operator.queue'), value: queue },
          choices: [
            ['intake', say('operator.queue.intake')],
            ['attribution', say('operator.queue.attribution')],
            ['notices', say('operator.queue.notices')],
          ],
        },
      ],
      columns: (speech) => groupColumns(speech, queue, typed),
    };
    const dropped: List<Dropped> = {
      ...{ ...shape, name: 'dropped', rows: letters, caption: 'operator.dropped' },
      columns: droppedColumns,
    };
    return {
      title: ({ say }) => say('operator.dead'),
      note: ({ say }) => say('operator.dead.note'),
      files: { name: `dead-letters-${queue}`, lists: [fileList(waiting), fileList(dropped)] },
      main: (speech) => {
        const { say } = speech;
        return html`${card(say(`operator.queue.${queue}`), more ? say('operator.dead.more') : '', listView(speech, waiting, say('operator.dead.none')))}
${card(say('operator.dropped'), '', listView(speech, dropped, say('operator.dropped.none')))}`;
      },
    };
  },
  acts: {
    async redrive({ ask }, typed) {
      await ask(
        { method: 'POST', path: '/v1/dead-letters/redrive', body: chosen(typed) },
        z.unknown(),
      );
      return { to: address(PATH, { queue: typed.queue }), done: 'done.redriven' };
    },
    async drop({ ask }, typed) {
      const body = { ...chosen(typed), reason: typed.reason ?? '' };
      await ask({ method: 'POST', path: '/v1/dead-letters/drop', body }, z.unknown());
      return { to: address(PATH, { queue: typed.queue }), done: 'done.dropped' };
    },
  },
};

/** The letters of one group. */
function chosen({ queue, type, integration, appKey }: Typed): object {
  const filter = { type, integration, appKey };
  return {
    queue,
    filter: Object.fromEntries(Object.entries(filter).filter(([, value]) => value)),
  };
}

function groupColumns({ say }: Speech, queue: string, typed: Typed): ListColumn<Group>[] {
  const forms = ({ type, integration, appKey }: Group) => {
    const hidden = { queue, type, integration: integration ?? '', appKey: appKey ?? '' };
    const isOpen = typed.act === 'drop' && typed.type === type && typed.appKey === hidden.appKey;
    return folded(
      say,
      'operator.handle',
      [
        actForm(say, { action: PATH, act: 'redrive', hidden, submit: 'operator.redrive' }),
        actForm(say, {
          ...{ action: PATH, act: 'drop', hidden, submit: 'operator.drop', typed },
          fields: [{ name: 'reason', label: 'operator.reason', isRequired: true }],
        }),
      ],
      isOpen,
    );
  };
  return [
    {
      ...{ word: 'kind', by: 'kind', role: 'name', value: ({ type }) => ({ id: type }) },
      cell: ({ type }) => id(type),
    },
    {
      ...{ word: 'operator.app', by: 'app', role: 'pair' },
      value: ({ integration, appKey }) =>
        integration === null ? null : { id: `${integration}/${appKey}` },
      cell: ({ integration, appKey }) =>
        integration === null ? '—' : html`${integration} · ${id(appKey)}`,
    },
    {
      ...{ word: 'operator.oldest', by: 'oldest', role: 'pair', value: ({ oldestAt }) => oldestAt },
      cell: ({ oldestAt }) => when(oldestAt),
    },
    {
      ...{ word: 'operator.newest', by: 'newest', role: 'pair', value: ({ newestAt }) => newestAt },
      cell: ({ newestAt }) => when(newestAt),
    },
    {
      ...{ word: 'operator.number', by: 'number', role: 'main', isNumber: true },
      ...{ value: ({ count }) => count, cell: ({ count }) => String(count) },
    },
    { word: 'operator.handle', role: 'wide-pair', cell: forms },
  ];
}

function droppedColumns(): ListColumn<Dropped>[] {
  return [
    {
      ...{ word: 'operator.when', by: 'at', role: 'name', value: ({ droppedAt }) => droppedAt },
      cell: ({ droppedAt }) => when(droppedAt),
    },
    {
      ...{ word: 'kind', by: 'kind', role: 'second' },
      value: ({ type, queue }) => ({ id: `${queue} ${type}` }),
      cell: ({ type, queue }) => id(`${queue} ${type}`),
    },
    {
      ...{ word: 'operator.by', by: 'by', role: 'pair' },
      value: ({ droppedBy }) => ({ id: droppedBy }),
      cell: ({ droppedBy }) => id(droppedBy),
    },
    {
      ...{
        word: 'operator.reason',
        by: 'reason',
        role: 'wide-pair',
        value: ({ reason }) => reason,
      },
      cell: ({ reason }) => reason,
    },
  ];
}
