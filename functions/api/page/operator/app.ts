import { html } from 'hono/html';
import * as z from 'zod';
import { heardApps } from '../../../../lib/store/accounts/heard.ts';
import { addDays, businessDayAt } from '../../../../lib/time/shanghai.ts';
import { pathOf } from '../ask.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { lossColumns } from '../parts/losses.ts';
import { table } from '../parts/table.ts';
import type { Desk, Room, RoomPage } from '../room.ts';
import { heardState, LOSS_DAYS, lossRows } from './apps.ts';
import { card, id, inside, nothing, when } from './parts.ts';

const appSchema = z.object({
  ...{ integration: z.string(), appKey: z.string(), secretId: z.string().nullable() },
  ...{ registeredAt: z.string().nullable(), webhookUrl: z.string(), spiUrl: z.string() },
  settings: z.record(z.string(), z.unknown()),
  /** Null: Secrets Manager does not give them at this moment. */
  live: z
    .record(
      z.string(),
      z.array(z.object({ fingerprint: z.string(), since: z.string().nullable() })),
    )
    .nullable(),
});
type App = z.infer<typeof appSchema>;
type Losses = z.infer<typeof lossRows>['rows'];

/** `GET /operator/apps/{integration}/{appKey}`: what to paste where, which secrets are live, and what got lost. */
export const appPage: Room = {
  ...{ path: '/operator/apps/:integration/:appKey', is: 'operator', needs: 'registry:read' },
  async read({ c, ask, deps }: Desk): Promise<RoomPage> {
    const { integration = '', appKey = '' } = c.req.param();
    const to = businessDayAt(deps.now());
    const query = new URLSearchParams({
      integration,
      appKey,
      from: addDays(to, 1 - LOSS_DAYS),
      to,
    });
    const [app, { rows }] = await Promise.all([
      ask({ path: pathOf`/v1/apps/${integration}/${appKey}` }, appSchema),
      ask({ path: `/v1/losses?${query}` }, lossRows),
    ]);
    let heardAtMs: number | null = null;
    for await (const one of heardApps(deps.table, deps.now())) {
      if (one.integration === integration && one.appKey === appKey) heardAtMs = one.heardAtMs;
    }
    return {
      title: () => appKey,
      crumb: ({ say }) =>
        html`<a href="/operator">${say('operator.apps')}</a> <span class="dim">/</span> ${integration}`,
      note: (speech) => heardState(speech, heardAtMs, deps.now()),
      main: (speech) =>
        html`<p><a href="${pathOf`/operator/apps/${integration}/${appKey}/channels`}">${speech.say('channels.map')} →</a></p>${pasteCard(speech, app)}<div class="half stretch">${secretsCard(speech, app)}${lossCard(speech, rows)}</div>`,
    };
  },
};

/** The addresses, and what to do with them. */
function pasteCard({ say }: Speech, { webhookUrl, spiUrl }: App): Html {
  const url = (word: 'operator.webhook-url' | 'operator.spi-url', value: string) =>
    html`<p><label class="f"><span class="note">${say(word)}</span><input class="url" readonly value="${value}"></label></p>`;
  const steps = ([1, 2, 3, 4] as const).map(
    (step) => html`<li>${say(`operator.step.${step}`)}</li>`,
  );
  return card(
    say('operator.paste'),
    '',
    inside(
      html`${url('operator.webhook-url', webhookUrl)}${url('operator.spi-url', spiUrl)}<h3>${say('operator.steps')}</h3><ol class="steps">${steps}</ol>`,
    ),
  );
}

function secretsCard({ say }: Speech, { live, secretId, settings, registeredAt }: App): Html {
  const secrets = Object.entries(live ?? {}).flatMap(([name, all]) =>
    all.map(
      ({ fingerprint, since }) =>
        html`<dt class="id">${name}</dt><dd>${id(fingerprint)} · ${say('operator.since')} ${when(since)}</dd>`,
    ),
  );
  return card(
    say('operator.secrets'),
    say('operator.secrets.note'),
    inside(html`<dl class="kvs">${live === null ? html`<dt>${say('operator.secrets')}</dt><dd>${say('unknown')}</dd>` : secrets}
<dt>${say('operator.kept-at')}</dt><dd>${secretId === null ? say('operator.kept-here') : id(secretId)}</dd>
<dt>${say('operator.registered')}</dt><dd>${when(registeredAt)}</dd></dl><pre class="pre" tabindex="0">${JSON.stringify(settings, null, 2)}</pre>`),
  );
}

function lossCard({ say }: Speech, rows: Losses): Html {
  const body = table<Losses[number]>({
    ...{ caption: say('operator.losses'), rows: rows.toReversed() },
    columns: [
      { head: say('businessDay'), role: 'name', cell: ({ businessDay }) => businessDay },
      ...lossColumns(say),
    ],
  });
  return card(
    say('operator.losses'),
    say('operator.losses.note'),
    rows.length === 0 ? nothing(say('operator.losses.none')) : body,
  );
}
