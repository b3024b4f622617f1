import { html } from 'hono/html';
import * as z from 'zod';
import { check } from '../../input.ts';
import type { Typed } from '../forms.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { actForm, folded } from '../parts/act-form.ts';
import { filterForm } from '../parts/filters.ts';
import { table } from '../parts/table.ts';
import type { Desk, Room, RoomPage } from '../room.ts';
import { address, card, id, nothing, when } from './parts.ts';

const PATH = '/operator/dead-letters';
const query = z.object({ queue: z.enum(['intake', 'attribution']).default('intake') });

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
    const { queue } = check(query, c.req.query());
    const [{ groups, more }, { letters }] = await Promise.all([
      ask({ path: `/v1/dead-letters?queue=${queue}&limit=1000` }, list),
      ask({ path: '/v1/dead-letters/dropped?limit=50' }, droppedList),
    ]);
    return {
      title: ({ say }) => say('operator.dead'),
      note: ({ say }) => say('operator.dead.note'),
      main: (speech) => {
        const { say } = speech;
        const filters = filterForm(say, {
          ...{ action: PATH, kept: {} },
          fields: [
            {
              ...{ name: 'queue', label: say('operator.queue'), value: queue },
              choices: [
                ['intake', say('operator.queue.intake')],
                ['attribution', say('operator.queue.attribution')],
              ],
            },
          ],
        });
        const rows =
          groups.length === 0
            ? nothing(say('operator.dead.none'))
            : groupsOf(speech, groups, queue, typed);
        return html`${card(say(`operator.queue.${queue}`), more ? say('operator.dead.more') : '', html`${filters}${rows}`)}
${card(say('operator.dropped'), '', letters.length === 0 ? nothing(say('operator.dropped.none')) : droppedOf(speech, letters))}`;
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

function groupsOf({ say }: Speech, rows: readonly Group[], queue: string, typed: Typed): Html {
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
  return table<Group>({
    ...{ caption: say('operator.dead'), rows },
    columns: [
      { head: say('kind'), role: 'name', cell: ({ type }) => id(type) },
      {
        ...{ head: say('operator.app'), role: 'pair' },
        cell: ({ integration, appKey }) =>
          integration === null ? '—' : html`${integration} · ${id(appKey)}`,
      },
      { head: say('operator.oldest'), role: 'pair', cell: ({ oldestAt }) => when(oldestAt) },
      { head: say('operator.newest'), role: 'pair', cell: ({ newestAt }) => when(newestAt) },
      {
        head: say('operator.number'),
        role: 'main',
        isNumber: true,
        cell: ({ count }) => String(count),
      },
      { head: say('operator.handle'), role: 'wide-pair', cell: forms },
    ],
  });
}

function droppedOf({ say }: Speech, rows: readonly Dropped[]): Html {
  return table<Dropped>({
    ...{ caption: say('operator.dropped'), rows },
    columns: [
      { head: say('operator.when'), role: 'name', cell: ({ droppedAt }) => when(droppedAt) },
      { head: say('kind'), role: 'second', cell: ({ type, queue }) => id(`${queue} ${type}`) },
      { head: say('operator.by'), role: 'pair', cell: ({ droppedBy }) => id(droppedBy) },
      { head: say('operator.reason'), role: 'wide-pair', cell: ({ reason }) => reason },
    ],
  });
}
