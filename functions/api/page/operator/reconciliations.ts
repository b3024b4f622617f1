import { html } from 'hono/html';
import * as z from 'zod';
import { duration } from '../../../../lib/i18n/format.ts';
import { check } from '../../input.ts';
import { pathOf } from '../ask.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { actForm } from '../parts/act-form.ts';
import { fileList, listShape, listView } from '../parts/list.ts';
import type { Desk, Room, RoomPage } from '../room.ts';
import { word } from '../views.ts';
import { begunList, readBegun } from './begun.ts';
import { address, card, id, inside, when } from './parts.ts';

const PATH = '/operator/reconciliations';
const query = z.object({ ...listShape, id: z.string().max(512).optional() });

const one = z.object({
  ...{ reconciliationId: z.string(), integration: z.string(), appKey: z.string() },
  ...{
    from: z.string(),
    to: z.string(),
    status: z.string(),
    done: z.int(),
    total: z.int().nullable(),
  },
  ...{ calls: z.int(), found: z.int(), repaired: z.int(), differences: z.int() },
  ...{ secondsLeft: z.int().nullable(), startedAt: z.string(), endedAt: z.string().nullable() },
  reason: z.string().nullable(),
});
type Reconciliation = z.infer<typeof one>;

const apps = z.object({
  apps: z.array(z.object({ integration: z.string(), appKey: z.string() })),
});

/** `GET /operator/reconciliations`: begins one, follows it, and stops it. */
export const reconciliationsPage: Room = {
  ...{ path: PATH, is: 'operator', needs: 'pipeline:read' },
  async read({ c, ask, typed }: Desk): Promise<RoomPage> {
    const asked = check(query, c.req.query());
    const wanted = asked.id;
    const [current, registered, begun] = await Promise.all([
      wanted === undefined ? null : ask({ path: pathOf`/v1/reconciliations/${wanted}` }, one),
      ask({ path: '/v1/apps?limit=200' }, apps),
      readBegun(ask, 'reconciliation'),
    ]);
    const list = begunList(PATH, asked, begun);
    return {
      files: { name: 'reconciliations', lists: [fileList(list)] },
      title: ({ say }) => say('operator.reconciliations'),
      note: ({ say }) => say('operator.reconciliations.note'),
      main: (speech) => {
        const { say } = speech;
        const choices = registered.apps.map(({ integration, appKey }) => {
          const name = `${integration}/${appKey}`;
          return [name, name] as const;
        });
        const form = actForm(say, {
          ...{ action: PATH, act: 'begin', submit: 'operator.begin', isMain: true, typed },
          fields: [
            { name: 'app', label: 'operator.app', choices, isRequired: true },
            { name: 'from', label: 'from', type: 'date', isRequired: true },
            { name: 'to', label: 'to', type: 'date', isRequired: true },
          ],
        });
        const rows = listView(speech, list, say('operator.begun.none'));
        return html`${current === null ? '' : progressCard(speech, current)}
${card(say('operator.reconciliations.begin'), say('operator.reconciliations.why'), inside(form))}
${card(say('operator.begun'), say('operator.begun.note'), rows)}`;
      },
    };
  },
  acts: {
    async begin({ ask }, { app = '', from = '', to = '' }) {
      const [integration = '', ...rest] = app.split('/');
      const body = { integration, appKey: rest.join('/'), from, to };
      const answer = z.object({ reconciliationId: z.string() });
      const { reconciliationId } = await ask(
        { method: 'POST', path: '/v1/reconciliations', body },
        answer,
      );
      return { to: address(PATH, { id: reconciliationId }), done: 'done.begun' };
    },
    async cancel({ ask }, { id: wanted = '' }) {
      await ask(
        { method: 'POST', path: pathOf`/v1/reconciliations/${wanted}/cancel` },
        z.unknown(),
      );
      return { to: address(PATH, { id: wanted }), done: 'done.cancelled' };
    },
  },
};

function progressCard({ say, language }: Speech, now: Reconciliation): Html {
  const left = now.secondsLeft === null ? '—' : duration(now.secondsLeft * 1_000, language);
  const isRunning = now.endedAt === null;
  return card(
    `${now.integration}/${now.appKey}`,
    `${now.from} – ${now.to}`,
    inside(html`<dl class="kvs"><dt>${say('status')}</dt><dd>${word(say, `job.${now.status}`)}</dd>
<dt>${say('operator.progress')}</dt><dd>${now.done} / ${now.total ?? say('unknown')}${isRunning ? html` · ${say('operator.left')} ${left}` : ''}</dd>
<dt>${say('operator.found')}</dt><dd>${now.found} · ${say('operator.repaired')} ${now.repaired} · ${say('operator.differ')} ${now.differences}</dd>
<dt>${say('operator.calls')}</dt><dd>${now.calls}</dd><dt>${say('operator.when')}</dt><dd>${when(now.startedAt)} – ${when(now.endedAt)}</dd>
${now.reason === null ? '' : html`<dt>${say('operator.why')}</dt><dd>${now.reason}</dd>`}<dt>${say('operator.id')}</dt><dd>${id(now.reconciliationId)}</dd></dl>
${isRunning ? actForm(say, { action: PATH, act: 'cancel', hidden: { id: now.reconciliationId }, submit: 'operator.cancel' }) : ''}`),
  );
}
