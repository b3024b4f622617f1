import { html } from 'hono/html';
import * as z from 'zod';
import { check, windowShape } from '../../input.ts';
import { filterForm } from '../parts/filters.ts';
import { table } from '../parts/table.ts';
import type { Desk, Room, RoomPage } from '../room.ts';
import { address, card, id, more, nothing, when } from './parts.ts';

const PATH = '/operator/audit';
const query = z.object({
  ...windowShape,
  ...{ subject: z.string().max(1_024).default(''), actor: z.string().max(128).default('') },
  cursor: z.string().max(4_096).optional(),
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
  async read({ c, ask }: Desk): Promise<RoomPage> {
    const { from, to, subject, actor, cursor } = check(query, c.req.query());
    const kept = { from: from ?? '', to: to ?? '', subject, actor };
    const { entries, next } = await ask({ path: address('/v1/audit', { ...kept, cursor }) }, trail);
    return {
      title: ({ say }) => say('operator.audit'),
      note: ({ say }) => say('operator.audit.note'),
      main: (speech) => {
        const { say } = speech;
        const filters = filterForm(say, {
          ...{ action: PATH, kept: {} },
          fields: [
            { name: 'from', label: say('from'), value: kept.from, hint: '2026-11-01' },
            { name: 'to', label: say('to'), value: kept.to, hint: '2026-11-30' },
            { name: 'subject', label: say('operator.subject'), value: subject },
            { name: 'actor', label: say('operator.by'), value: actor },
          ],
        });
        const rows = table<Entry>({
          ...{ caption: say('operator.audit'), rows: entries },
          columns: [
            {
              head: say('operator.when'),
              role: 'name',
              cell: ({ at }) => html`<span class="nw">${when(at)}</span>`,
            },
            {
              head: say('operator.by'),
              role: 'pair',
              cell: ({ actor: own, from: place }) => html`${id(own)}<small>${place}</small>`,
            },
            {
              head: say('operator.did'),
              role: 'pair',
              cell: ({ call, outcome }) =>
                html`${id(call)}${outcome === null ? html`<small>${say('operator.unknown-outcome')}</small>` : ''}`,
            },
            {
              head: say('operator.subject'),
              role: 'wide-pair',
              cell: ({ subject: own }) => id(own),
            },
            { head: say('operator.change'), role: 'wide-pair', cell: changeCell },
          ],
        });
        return card(
          say('operator.audit'),
          '',
          html`${filters}${entries.length === 0 ? nothing(say('operator.audit.none')) : rows}${more(speech, PATH, kept, next)}`,
        );
      },
    };
  },
};

function changeCell({ before, after }: Entry) {
  const text = (value: unknown) => (value == null ? '—' : JSON.stringify(value));
  if (before == null && after == null) return '—';
  return html`<span class="id wrap">${text(before)} → ${text(after)}</span>`;
}
