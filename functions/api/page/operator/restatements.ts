import { html } from 'hono/html';
import * as z from 'zod';
import { PLATFORMS } from '../../../../lib/events/id.ts';
import { signedAmount } from '../../../../lib/i18n/format.ts';
import { check } from '../../input.ts';
import { pathOf } from '../ask.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { actForm } from '../parts/act-form.ts';
import { fileList, listShape, listView } from '../parts/list.ts';
import { table } from '../parts/table.ts';
import type { Desk, Room, RoomPage } from '../room.ts';
import { word } from '../views.ts';
import { begunList, readBegun } from './begun.ts';
import { address, card, id, inside, nothing, when } from './parts.ts';

const PATH = '/operator/restatements';
const query = z.object({ ...listShape, id: z.string().max(512).optional() });

const gains = z.object({ paidFen: z.int(), redeemedFen: z.int(), commissionFen: z.int() });
const one = z.object({
  ...{ restatementId: z.string(), platform: z.string(), merchantId: z.string() },
  ...{ from: z.string(), to: z.string(), status: z.string(), reason: z.string() },
  ...{ dryRun: z.boolean(), asOf: z.string() },
  providers: z.array(z.object({ providerId: z.string(), gains })),
});
type Restatement = z.infer<typeof one>;

/** `GET /operator/restatements`: attributes a merchant's window again, or shows what that would change. */
export const restatementsPage: Room = {
  ...{ path: PATH, is: 'operator', needs: 'ledger:restate' },
  async read({ c, ask, typed }: Desk): Promise<RoomPage> {
    const asked = check(query, c.req.query());
    const wanted = asked.id;
    const [current, begun] = await Promise.all([
      wanted === undefined ? null : ask({ path: pathOf`/v1/restatements/${wanted}` }, one),
      readBegun(ask, 'restatement'),
    ]);
    const list = begunList(PATH, asked, begun);
    return {
      files: { name: 'restatements', lists: [fileList(list)] },
      title: ({ say }) => say('operator.restatements'),
      note: ({ say }) => say('operator.restatements.note'),
      main: (speech) => {
        const { say } = speech;
        const form = actForm(say, {
          ...{ action: PATH, act: 'begin', submit: 'operator.begin', isMain: true, typed },
          fields: [
            {
              ...{ name: 'platform', label: 'platform', isRequired: true },
              choices: PLATFORMS.map((platform) => [platform, say(platform)] as const),
            },
            { name: 'merchantId', label: 'operator.merchant-id', isRequired: true },
            { name: 'from', label: 'from', type: 'date', isRequired: true },
            { name: 'to', label: 'to', type: 'date', isRequired: true },
            { name: 'reason', label: 'operator.reason', isRequired: true },
            { name: 'dryRun', label: 'operator.dry-run', type: 'checkbox', value: 'yes' },
          ],
        });
        const rows = listView(speech, list, say('operator.begun.none'));
        return html`${current === null ? '' : resultCard(speech, current)}
${card(say('operator.restatements.begin'), say('operator.restatements.why'), inside(form))}
${card(say('operator.begun'), say('operator.begun.note'), rows)}`;
      },
    };
  },
  acts: {
    async begin({ ask }, { platform, merchantId, from, to, reason, dryRun }) {
      const body = { platform, merchantId, from, to, reason, dryRun: dryRun === 'yes' };
      const answer = z.object({ restatementId: z.string() });
      const { restatementId } = await ask(
        { method: 'POST', path: '/v1/restatements', body },
        answer,
      );
      return { to: address(PATH, { id: restatementId }), done: 'done.begun' };
    },
    async cancel({ ask }, { id: wanted = '' }) {
      await ask({ method: 'POST', path: pathOf`/v1/restatements/${wanted}/cancel` }, z.unknown());
      return { to: address(PATH, { id: wanted }), done: 'done.cancelled' };
    },
  },
};

/** Who gains and who loses; of a dry run, who would. */
function resultCard({ say }: Speech, now: Restatement): Html {
  const isRunning = now.status === 'running' || now.status === 'planned';
  const rows = table<Restatement['providers'][number]>({
    ...{ caption: say('operator.gains'), rows: now.providers },
    columns: [
      { head: say('operator.provider'), role: 'name', cell: ({ providerId }) => id(providerId) },
      {
        head: say('paidGmv'),
        role: 'pair',
        isNumber: true,
        cell: ({ gains: own }) => signedAmount(own.paidFen),
      },
      {
        head: say('redeemedGmv'),
        role: 'pair',
        isNumber: true,
        cell: ({ gains: own }) => signedAmount(own.redeemedFen),
      },
      {
        head: say('commission'),
        role: 'main',
        isNumber: true,
        cell: ({ gains: own }) => signedAmount(own.commissionFen),
      },
    ],
  });
  return card(
    `${word(say, now.platform)} ${now.merchantId}`,
    `${now.from} – ${now.to}`,
    html`${inside(html`<dl class="kvs"><dt>${say('status')}</dt><dd>${word(say, `job.${now.status}`)}${now.dryRun ? html` · ${say('operator.dry')}` : ''}</dd>
<dt>${say('operator.reason')}</dt><dd>${now.reason}</dd><dt>${say('asOf')}</dt><dd>${when(now.asOf)}</dd><dt>${say('operator.id')}</dt><dd>${id(now.restatementId)}</dd></dl>
${isRunning ? actForm(say, { action: PATH, act: 'cancel', hidden: { id: now.restatementId }, submit: 'operator.cancel' }) : ''}`)}
${now.providers.length === 0 ? nothing(say(isRunning ? 'operator.gains.later' : 'operator.gains.none')) : rows}`,
  );
}
