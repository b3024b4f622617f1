import { html } from 'hono/html';
import * as z from 'zod';
import { Problem } from '../../../../lib/errors/problem.ts';
import { wordIn } from '../../../../lib/i18n/both.ts';
import { amount, signedAmount } from '../../../../lib/i18n/format.ts';
import type { Say } from '../../../../lib/i18n/words.ts';
import { check } from '../../input.ts';
import { pathOf } from '../ask.ts';
import type { Typed } from '../forms.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { actForm } from '../parts/act-form.ts';
import { fileList, type List, type ListColumn, listShape, listView } from '../parts/list.ts';
import { table } from '../parts/table.ts';
import type { Desk, Room, RoomPage } from '../room.ts';
import { word } from '../views.ts';
import { address, card, inside, nothing, when } from './parts.ts';
import { providersList } from './people.ts';

const PATH = '/operator/imports';
const query = z.object({
  ...listShape,
  providerId: z.string().max(128).optional(),
  import: z.string().max(64).optional(),
});

const kept = z.object({
  ...{ importId: z.string(), profile: z.string(), from: z.string(), to: z.string() },
  ...{ importedAt: z.string(), lines: z.int(), read: z.int() },
});
const importList = z.object({ imports: z.array(kept) });

const whole = kept.extend({
  refused: z.array(z.object({ line: z.int(), reason: z.string() })),
  differences: z.array(
    z.object({
      ...{ merchantId: z.string(), merchantName: z.string().nullable(), measure: z.string() },
      ...{ oursFen: z.int(), theirsFen: z.int().nullable(), gapFen: z.int(), reason: z.string() },
      oursBySource: z.array(z.object({ source: z.string(), fen: z.int() })).nullable(),
    }),
  ),
});
type Whole = z.infer<typeof whole>;

/** Of an import that was tried only, or of which no line could be read: nothing of it is kept. */
const read = z.object({
  ...{ importId: z.string().nullable(), lines: z.int(), read: z.int() },
  ...{ refused: whole.shape.refused, differences: whole.shape.differences },
});
type Shown = Pick<
  Whole,
  'profile' | 'from' | 'to' | 'refused' | 'differences' | 'lines' | 'read'
> & {
  readonly importedAt: string | null;
};

/** `GET /operator/imports`: files of a provider's that were compared with the books, and what differed. */
export const importsPage: Room = {
  ...{ path: PATH, is: 'operator', needs: 'statements:read' },
  async read({ c, ask, viewer, typed }: Desk): Promise<RoomPage> {
    const asked = check(query, c.req.query());
    const { providerId = '', import: wanted } = asked;
    const { providers } = await ask({ path: '/v1/providers?limit=200' }, providersList);
    const whose = { providerId };
    const [imports, one] = await Promise.all([
      providerId === ''
        ? []
        : ask({ path: address('/v1/imports', whose) }, importList).then((found) => found.imports),
      wanted === undefined || providerId === ''
        ? null
        : ask({ path: address(pathOf`/v1/imports/${wanted}`, whose) }, whole),
    ]);
    const choicesOf = (say: Say) => [
      ['', say('operator.choose')] as const,
      ...providers.map((own) => [own.providerId, own.name] as const),
    ];
    const list: List<Kept> = {
      ...{ name: '', path: PATH, query: asked, kept: { providerId }, rows: imports, next: null },
      caption: 'operator.imports',
      fields: (say) => [
        {
          ...{ name: 'providerId', label: say('operator.provider'), value: providerId },
          choices: choicesOf(say),
        },
      ],
      columns: ({ say }) => columns(say, providerId),
    };
    return {
      files: { name: 'imports', lists: [fileList(list)] },
      title: ({ say }) => say('operator.imports'),
      note: ({ say }) => say('operator.imports.note'),
      main: (speech) => {
        const { say } = speech;
        const choices = choicesOf(say);
        const empty = say(providerId === '' ? 'operator.imports.whose' : 'operator.imports.none');
        const canUpload = viewer.principal.permissions.has('imports:write');
        return html`${one === null ? '' : differencesCard(speech, one)}
${canUpload ? card(say('operator.upload'), say('operator.upload.note'), inside(uploadForm(speech, choices, providerId, typed))) : ''}
${card(say('operator.imports'), '', listView(speech, list, empty))}`;
      },
    };
  },
  acts: {
    async upload({ c, ask }, { providerId = '', profile = '', from = '', to = '', dryRun }) {
      const { file } = await c.req.parseBody();
      if (!(file instanceof File) || file.size === 0) {
        throw new Problem('request-invalid', 'file: choose one.', { fields: ['file'] });
      }
      const bytes = new Uint8Array(await file.arrayBuffer());
      const isDry = dryRun === 'yes';
      const how = { profile, providerId, from, to, ...(isDry ? { dryRun: 'true' } : {}) };
      const path = address('/v1/imports', how);
      const done = await ask({ method: 'POST', path, body: bytes }, read);
      if (done.importId !== null) {
        return {
          to: address(PATH, { providerId, import: done.importId }),
          done: 'done.imported',
        };
      }
      const shown = { ...done, profile, from, to, importedAt: null };
      return { once: (speech) => differencesCard(speech, shown) };
    },
  },
};

function uploadForm(
  { say }: Speech,
  choices: readonly (readonly [string, string])[],
  providerId: string,
  typed: Typed,
): Html {
  return actForm(say, {
    ...{ action: PATH, act: 'upload', submit: 'operator.upload.send', isMain: true, typed },
    fields: [
      {
        ...{ name: 'providerId', label: 'operator.provider', value: providerId },
        ...{ choices, isRequired: true },
      },
      {
        ...{ name: 'profile', label: 'operator.profile', isRequired: true },
        choices: PROFILES.map((name) => [name, say(`profile.${name}`)] as const),
      },
      { name: 'from', label: 'from', type: 'date', isRequired: true },
      { name: 'to', label: 'to', type: 'date', isRequired: true },
      {
        ...{ name: 'file', label: 'operator.upload.file', type: 'file', isRequired: true },
        accept: '.csv,.xlsx,text/csv',
      },
      { name: 'dryRun', label: 'operator.upload.dry', type: 'checkbox' },
    ],
  });
}

const PROFILES = ['linke-merchants', 'douyin-bill', 'meituan-bill'] as const;

type Kept = z.infer<typeof kept>;

function columns(say: Say, providerId: string): ListColumn<Kept>[] {
  return [
    {
      ...{ word: 'operator.when', by: 'at', role: 'name', value: ({ importedAt }) => importedAt },
      cell: ({ importId, importedAt }) =>
        html`<a href="${address(PATH, { providerId, import: importId })}">${when(importedAt)}</a>`,
    },
    {
      ...{ word: 'operator.profile', by: 'profile', role: 'pair' },
      value: ({ profile }) => wordIn(`profile.${profile}`),
      cell: ({ profile }) => word(say, `profile.${profile}`),
    },
    {
      ...{ word: 'period.label', by: 'from', role: 'pair' },
      value: ({ from, to }) => `${from} – ${to}`,
      cell: ({ from, to }) => `${from} – ${to}`,
    },
    {
      ...{ word: 'operator.read', by: 'read', role: 'pair', isNumber: true },
      ...{ value: ({ read: own }) => own, cell: ({ read: own }) => String(own) },
    },
    {
      ...{ word: 'operator.lines-all', by: 'lines', role: 'main', isNumber: true, hasLabel: true },
      ...{ value: ({ lines }) => lines, cell: ({ lines }) => String(lines) },
    },
  ];
}

function differencesCard({ say }: Speech, one: Shown): Html {
  const rows = table<Whole['differences'][number]>({
    ...{ caption: say('operator.differ'), rows: one.differences },
    columns: [
      {
        head: say('merchant'),
        role: 'name',
        cell: ({ merchantName, merchantId }) =>
          html`${merchantName ?? merchantId}<small class="id">${merchantId}</small>`,
      },
      {
        head: say('operator.measure'),
        role: 'pair',
        cell: ({ measure }) => word(say, `figure.${measure}`),
      },
      {
        head: say('operator.ours'),
        role: 'pair',
        isNumber: true,
        cell: ({ oursFen, oursBySource }) =>
          html`${amount(oursFen)}${(oursBySource ?? []).map(
            ({ source, fen }) =>
              html`<small>${word(say, `booked-by.${source}`)} ${amount(fen)}</small>`,
          )}`,
      },
      {
        head: say('operator.theirs'),
        role: 'pair',
        isNumber: true,
        cell: ({ theirsFen }) => (theirsFen === null ? '—' : amount(theirsFen)),
      },
      {
        head: say('operator.gap'),
        role: 'main',
        isNumber: true,
        cell: ({ gapFen }) => signedAmount(gapFen),
      },
      { head: say('operator.why'), role: 'wide-pair', cell: ({ reason }) => reason },
    ],
  });
  const refused = one.refused.map(
    ({ line, reason }) => html`<li>${say('operator.line', { n: line })} ${reason}</li>`,
  );
  return card(
    `${word(say, `profile.${one.profile}`)} · ${one.importedAt === null ? say('operator.upload.tried') : when(one.importedAt)}`,
    `${one.from} – ${one.to} · ${say('operator.lines')} ${one.read} / ${one.lines}`,
    html`${one.differences.length === 0 ? nothing(say('operator.differ.none')) : rows}${refused.length === 0 ? '' : html`<footer><ul>${refused}</ul></footer>`}`,
  );
}
