import { html } from 'hono/html';
import * as z from 'zod';
import { count, ledgerTime } from '../../../../lib/i18n/format.ts';
import type { Html } from '../html.ts';
import { card, nothing } from '../operator/parts.ts';
import type { Speech } from '../page.ts';
import { status } from '../parts/status.ts';
import { type Column, table } from '../parts/table.ts';
import type { Desk, Room, RoomPage } from '../room.ts';

const PATH = '/exports';

const one = z.object({
  ...{ exportId: z.string(), file: z.string(), status: z.enum(['running', 'done']) },
  ...{ createdAt: z.string(), expiresAt: z.string() },
  progress: z.object({ rows: z.int(), of: z.int() }),
  ...{ bytes: z.int().nullable(), parts: z.int().nullable() },
});
type One = z.infer<typeof one>;

const list = z.object({ exports: z.array(one) });

/** `GET /exports`: files of any length that somebody had made, how far they are, and the files themselves. */
export const exportsPage: Room = {
  ...{ path: PATH, is: 'provider', needs: 'statements:read' },
  async read({ ask }: Desk): Promise<RoomPage> {
    const { exports } = await ask({ path: '/v1/exports' }, list);
    return {
      title: ({ say }) => say('exports'),
      note: ({ say }) => say('exports.note'),
      crumb: ({ say }) => html`<a href="/statements">${say('statements')}</a>`,
      // The page follows the files that are being made.
      version: String(exports.map(({ exportId, progress }) => `${exportId}:${progress.rows}`)),
      main: (speech) =>
        html`<div data-live="exports">${card(speech.say('exports'), '', exports.length === 0 ? nothing(speech.say('exports.none')) : rows(speech, exports))}</div>`,
    };
  },
  acts: {
    async make({ ask }, { statementId = '', format = '' }) {
      const body = { of: 'statement', statementId, format };
      await ask({ method: 'POST', path: '/v1/exports', body }, one);
      return { to: PATH, done: 'done.export' };
    },
    async 'make-store'({ ask }, { platform, storeId, from, to, format }) {
      const body = { of: 'store', platform, storeId, from, to, format };
      await ask({ method: 'POST', path: '/v1/exports', body }, one);
      return { to: PATH, done: 'done.export' };
    },
  },
};

function rows(speech: Speech, exports: readonly One[]): Html {
  const { say } = speech;
  const columns: Column<One>[] = [
    {
      ...{ head: say('exports.file'), role: 'name' },
      cell: ({ file, createdAt }) => html`${file}<small>${ledgerTime(createdAt)}</small>`,
    },
    {
      ...{ head: say('status'), role: 'pair' },
      cell: ({ status: is }) =>
        is === 'done'
          ? status('ok', 'ok', say('exports.done'))
          : status('go', 'go', say('exports.running')),
    },
    {
      ...{ head: say('exports.rows'), role: 'pair', isNumber: true },
      cell: ({ status: is, progress: { rows: made, of } }) =>
        is === 'done' ? count(made) : `${count(made)} / ${count(of)}`,
    },
    {
      ...{ head: say('exports.until'), role: 'pair' },
      cell: ({ expiresAt }) => ledgerTime(expiresAt),
    },
    { head: say('download'), role: 'main', cell: (row) => download(speech, row) },
  ];
  return table<One>({ caption: say('exports'), rows: exports, columns });
}

/** Its parts are put together by the page's program; without that each is a link of its own. */
function download({ say }: Speech, { exportId, file, parts }: One): Html | string {
  if (parts === null) return '—';
  const href = (part: number) => `/v1/exports/${exportId}/file?part=${part}`;
  const others = Array.from(
    { length: parts - 1 },
    (_, index) => html` <a href="${href(index + 2)}">${index + 2}/${parts}</a>`,
  );
  return html`<a class="btn" href="${href(1)}" download="${file}" data-parts="${parts}">${say('download')}</a>${parts === 1 ? '' : html`<noscript>${others}</noscript>`}`;
}
