import { html } from 'hono/html';
import * as z from 'zod';
import { channelSchema } from '../../../../lib/events/channel.ts';
import type { Ask } from '../ask.ts';
import { pathOf } from '../ask.ts';
import type { Typed } from '../forms.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { actForm, folded } from '../parts/act-form.ts';
import { table } from '../parts/table.ts';
import type { Desk, Room, RoomPage } from '../room.ts';
import { word } from '../views.ts';
import { card, nothing, when } from './parts.ts';

const wordsOfMap = z.array(z.object({ raw: z.string(), channel: channelSchema }));
const answer = z.object({
  map: wordsOfMap,
  words: z.array(
    z.object({ raw: z.string(), read: channelSchema, channel: channelSchema, sentAt: z.string() }),
  ),
  versions: z.array(
    z.object({ version: z.int(), recordedAt: z.string(), recordedBy: z.string(), map: wordsOfMap }),
  ),
});
type Answer = z.infer<typeof answer>;

/** A word that the app sent, that the map has, or both. */
interface Row {
  readonly raw: string;
  /** Null: the app never sent it. */
  readonly read: string | null;
  readonly channel: string;
  readonly isMapped: boolean;
  readonly sentAt: string | null;
}

/** What a form says where the word is to be read as the integration reads it. */
const AS_READ = 'as-read';

/** `GET /operator/apps/{integration}/{appKey}/channels`: which channel each word of an app is, and who said so. */
export const channelsPage: Room = {
  ...{ path: '/operator/apps/:integration/:appKey/channels', is: 'operator' },
  needs: 'registry:read',
  async read({ c, ask, typed, viewer }: Desk): Promise<RoomPage> {
    const { integration = '', appKey = '' } = c.req.param();
    const own = pathOf`/operator/apps/${integration}/${appKey}`;
    const found = await ask({ path: pathOf`/v1/channel-maps/${integration}/${appKey}` }, answer);
    const mayWrite = viewer.principal.permissions.has('registry:write');
    return {
      title: ({ say }) => say('channels.map'),
      crumb: ({ say }) =>
        html`<a href="/operator">${say('operator.apps')}</a> <span class="dim">/</span> <a href="${own}">${appKey}</a>`,
      note: ({ say }) => say('channels.note'),
      main: (speech) =>
        html`${wordsCard(speech, found, { action: `${own}/channels`, mayWrite, typed })}${versionsCard(speech, found)}`,
    };
  },
  acts: {
    async map({ c, ask }, { raw = '', channel = '' }) {
      const { integration = '', appKey = '' } = c.req.param();
      await mapWord(ask, pathOf`/v1/channel-maps/${integration}/${appKey}`, { raw, channel });
      return { to: pathOf`/operator/apps/${integration}/${appKey}/channels`, done: 'done.mapped' };
    },
  },
};

/** The map as it stands, with one word said anew. */
async function mapWord(
  ask: Ask,
  path: string,
  said: { readonly raw: string; readonly channel: string },
): Promise<void> {
  const { map } = await ask({ path }, answer);
  const raw = said.raw.trim();
  const others = map.filter((one) => one.raw !== raw);
  const own = said.channel === AS_READ ? [] : [{ raw, channel: said.channel }];
  await ask({ method: 'PUT', path, body: { map: [...others, ...own] } }, z.unknown());
}

interface Forms {
  readonly action: string;
  readonly mayWrite: boolean;
  readonly typed: Typed;
}

function rowsOf({ map, words }: Answer): Row[] {
  const mapped = new Set(map.map(({ raw }) => raw));
  const sent = new Set(words.map(({ raw }) => raw));
  return [
    ...words.map((one) => ({ ...one, isMapped: mapped.has(one.raw) })),
    ...map
      .filter(({ raw }) => !sent.has(raw))
      .map((one) => ({ ...one, read: null, isMapped: true, sentAt: null })),
  ];
}

function wordsCard(speech: Speech, found: Answer, { action, mayWrite, typed }: Forms): Html {
  const { say } = speech;
  const rows = rowsOf(found);
  const choices = [AS_READ, ...channelSchema.options].map(
    (one) => [one, one === AS_READ ? say('channels.as-read') : word(say, one)] as const,
  );
  const field = (value: string) => ({ name: 'channel', label: 'channel', value, choices }) as const;
  const form = ({ raw, channel, isMapped }: Row) =>
    mayWrite
      ? folded(
          say,
          'channels.change',
          [
            actForm(say, {
              ...{ action, act: 'map', hidden: { raw }, submit: 'channels.save', typed },
              fields: [field(isMapped ? channel : AS_READ)],
            }),
          ],
          typed.raw === raw,
        )
      : '—';
  const body = table<Row>({
    ...{ caption: say('channels.words'), rows },
    columns: [
      { head: say('channels.word'), role: 'name', cell: ({ raw }) => raw },
      {
        ...{ head: say('channel'), role: 'main' },
        cell: ({ channel, isMapped }) =>
          html`${word(say, channel)}${isMapped ? html` <small>${say('channels.mapped')}</small>` : ''}`,
      },
      {
        ...{ head: say('channels.read'), role: 'pair' },
        cell: ({ read }) => (read === null ? '—' : word(say, read)),
      },
      { head: say('channels.since'), role: 'pair', cell: ({ sentAt }) => when(sentAt) },
      { head: say('operator.handle'), role: 'wide-pair', cell: form },
    ],
  });
  const another = actForm(say, {
    ...{ action, act: 'map', submit: 'channels.save', typed },
    fields: [{ name: 'raw', label: 'channels.word', isRequired: true }, field('unknown')],
  });
  return card(
    say('channels.words'),
    say('channels.words.note'),
    html`${rows.length === 0 ? nothing(say('channels.none')) : body}${mayWrite ? html`<div class="in">${another}</div>` : ''}`,
  );
}

function versionsCard({ say }: Speech, { versions }: Answer): Html | string {
  if (versions.length === 0) return '';
  return card(
    say('channels.versions'),
    say('channels.versions.note'),
    table<Answer['versions'][number]>({
      ...{ caption: say('channels.versions'), rows: versions },
      columns: [
        { head: say('channels.version'), role: 'name', cell: ({ version }) => String(version) },
        { head: say('operator.when'), role: 'pair', cell: ({ recordedAt }) => when(recordedAt) },
        { head: say('channels.by'), role: 'pair', cell: ({ recordedBy }) => recordedBy },
        {
          ...{ head: say('channels.map'), role: 'wide-pair' },
          cell: ({ map }) =>
            map.map(({ raw, channel }) => `${raw} = ${word(say, channel)}`).join('; ') || '—',
        },
      ],
    }),
  );
}
