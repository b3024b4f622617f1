import { html } from 'hono/html';
import * as z from 'zod';
import { check } from '../../input.ts';
import type { Speech } from '../page.ts';
import {
  fileList,
  type List,
  type ListColumn,
  listShape,
  listView,
  readList,
} from '../parts/list.ts';
import { periodTools } from '../parts/periods.ts';
import { periodOf, periodQuery, periodShape } from '../period.ts';
import type { Desk, Room, RoomPage } from '../room.ts';
import { address, card, given, id, when } from './parts.ts';

const PATH = '/operator/audit';
const query = z.object({
  ...periodShape,
  ...listShape,
  ...{ subject: z.string().max(1_024).default(''), actor: z.string().max(128).default('') },
});

const trail = z.object({
  entries: z.array(
    z.object({
      ...{ auditId: z.string(), at: z.string(), actor: z.string(), from: z.string() },
      ...{ call: z.string(), subject: z.string(), outcome: z.string().nullable() },
      ...{ before: z.unknown(), after: z.unknown() },
    }),
  ),
  next: z.string().nullable(),
});
type Entry = z.infer<typeof trail>['entries'][number];

/** `GET /operator/audit`: who changed or took out what, the oldest first. */
export const auditPage: Room = {
  ...{ path: PATH, is: 'operator', needs: 'audit:read' },
  async read({ c, ask, deps }: Desk): Promise<RoomPage> {
    const asked = check(query, c.req.query());
    const { subject, actor } = asked;
    const period = periodOf(asked, deps.now());
    const kept = { ...periodQuery(period), subject, actor };
    const read = async (cursor: string | undefined) => {
      const given = { ...period.window, subject, actor, cursor };
      const { entries, next } = await ask({ path: address('/v1/audit', given) }, trail);
      return { rows: entries, next };
    };
    const list: List<Entry> = {
      ...{ name: '', path: PATH, query: asked, kept, caption: 'operator.audit' },
      ...(await readList(asked, '', read)),
      fields: (say) => [
        { name: 'subject', label: say('operator.subject'), value: subject },
        { name: 'actor', label: say('operator.by'), value: actor },
      ],
      columns,
    };
    return {
      title: ({ say }) => say('operator.audit'),
      note: ({ say }) => say('operator.audit.note'),
      tools: ({ say }) => periodTools(say, PATH, period, given({ subject, actor })),
      files: { name: 'audit', lists: [fileList(list)] },
      main: (speech) =>
        card(
          speech.say('operator.audit'),
          '',
          listView(speech, list, speech.say('operator.audit.none')),
        ),
    };
  },
};

function columns({ say }: Speech): ListColumn<Entry>[] {
  return [
    {
      ...{ word: 'operator.when', by: 'at', role: 'name', value: ({ at }) => at },
      cell: ({ at }) => html`<span class="nw">${when(at)}</span>`,
    },
    {
      ...{ word: 'operator.by', by: 'actor', role: 'pair', value: ({ actor }) => ({ id: actor }) },
      cell: ({ actor, from }) => html`${id(actor)}<small>${from}</small>`,
    },
    {
      ...{ word: 'operator.did', by: 'call', role: 'pair', value: ({ call }) => call },
      cell: ({ call, outcome }) =>
        html`${id(call)}${outcome === null ? html`<small>${say('operator.unknown-outcome')}</small>` : ''}`,
    },
    {
      ...{ word: 'operator.subject', by: 'subject', role: 'wide-pair' },
      value: ({ subject }) => ({ id: subject }),
      cell: ({ subject }) => id(subject),
    },
    { word: 'operator.change', role: 'wide-pair', value: changeText, cell: changeCell },
  ];
}

function changeCell(entry: Entry) {
  const text = changeText(entry);
  return text === null ? '—' : html`<span class="id wrap">${text}</span>`;
}

function changeText({ before, after }: Entry): string | null {
  const text = (value: unknown) => (value == null ? '—' : JSON.stringify(value));
  return before == null && after == null ? null : `${text(before)} → ${text(after)}`;
}
