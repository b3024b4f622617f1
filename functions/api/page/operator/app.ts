import { html } from 'hono/html';
import * as z from 'zod';
import { duration } from '../../../../lib/i18n/format.ts';
import { type HeardApp, heardApps } from '../../../../lib/store/accounts/heard.ts';
import { type TokenEnds, tokenEnds } from '../../../../lib/store/accounts/platform-tokens.ts';
import { addDays, businessDayAt, toInstant } from '../../../../lib/time/shanghai.ts';
import { pathOf } from '../ask.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { lossColumns } from '../parts/losses.ts';
import { status } from '../parts/status.ts';
import { table } from '../parts/table.ts';
import type { Desk, Room, RoomPage } from '../room.ts';
import { heardState, LOSS_DAYS, lagText, lossRows } from './apps.ts';
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
    const [app, { rows }, ends] = await Promise.all([
      ask({ path: pathOf`/v1/apps/${integration}/${appKey}` }, appSchema),
      ask({ path: `/v1/losses?${query}` }, lossRows),
      tokenEnds(deps.table, integration, appKey),
    ]);
    let heard: HeardApp | null = null;
    for await (const one of heardApps(deps.table, deps.now())) {
      if (one.integration === integration && one.appKey === appKey) heard = one;
    }
    const health = { heard, ends, nowMs: deps.now() };
    return {
      title: () => appKey,
      crumb: ({ say }) =>
        html`<a href="/operator">${say('operator.apps')}</a> <span class="dim">/</span> ${integration}`,
      note: (speech) => heardState(speech, health.heard?.heardAtMs ?? null, deps.now()),
      main: (speech) =>
        html`<p><a href="${pathOf`/operator/apps/${integration}/${appKey}/channels`}">${speech.say('channels.map')} →</a></p>${healthCard(speech, health)}${pasteCard(speech, app)}<div class="half stretch">${secretsCard(speech, app)}${lossCard(speech, rows)}</div>`,
    };
  },
};

interface Health {
  readonly heard: HeardApp | null;
  readonly ends: readonly TokenEnds[];
  readonly nowMs: number;
}

/** The last delivery, how long it waited, and until when the platform can be called. */
function healthCard(speech: Speech, { heard, ends, nowMs }: Health): Html {
  const { say, language } = speech;
  const last =
    heard === null
      ? say('operator.heard.never')
      : html`${when(toInstant(heard.heardAtMs))} · ${say('operator.ago', { time: duration(nowMs - heard.heardAtMs, language) })}`;
  const tokens = ends.map((end) => tokenText(speech, end, nowMs));
  return card(
    say('operator.health'),
    say('operator.health.note'),
    inside(html`<dl class="kvs"><dt>${say('operator.heard')}</dt><dd>${last}</dd>
<dt>${say('operator.lag')}</dt><dd>${lagText(speech, heard?.lagMs ?? null)}</dd>
<dt>${say('operator.token')}</dt><dd>${tokens.length === 0 ? say('operator.token.none') : tokens}</dd></dl>`),
  );
}

/** Within a week of the end of what it is renewed with, somebody has to authorise the app again. */
const SOON_MS = 7 * 86_400_000;

function tokenText({ say }: Speech, { accessMs, renewableMs }: TokenEnds, nowMs: number): Html {
  const access = when(toInstant(accessMs));
  if (renewableMs === null) {
    return html`<p>${status('ok', 'ok', say('operator.token.until', { time: access }))}</p>`;
  }
  const time = when(toInstant(renewableMs));
  const isSoon = renewableMs - nowMs < SOON_MS;
  const text = say(isSoon ? 'operator.token.soon' : 'operator.token.renewable', { time });
  return html`<p>${status(isSoon ? 'warn' : 'ok', isSoon ? 'warn' : 'ok', text)} <small>${say('operator.token.until', { time: access })}</small></p>`;
}

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
