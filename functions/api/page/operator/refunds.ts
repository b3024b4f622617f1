import { html } from 'hono/html';
import * as z from 'zod';
import { wordIn } from '../../../../lib/i18n/both.ts';
import { amount } from '../../../../lib/i18n/format.ts';
import { check } from '../../input.ts';
import { pathOf } from '../ask.ts';
import type { Typed } from '../forms.ts';
import type { Speech } from '../page.ts';
import { actForm, folded } from '../parts/act-form.ts';
import {
  fileList,
  type List,
  type ListColumn,
  listShape,
  listView,
  readList,
} from '../parts/list.ts';
import type { Desk, Room, RoomPage } from '../room.ts';
import { word } from '../views.ts';
import { address, card, id, when } from './parts.ts';

const PATH = '/operator/refunds';
const query = z.object({
  status: z.enum(['pending', 'approved', 'refused']).default('pending'),
  ...listShape,
});

const refunds = z.object({
  refundRequests: z.array(
    z.object({
      ...{ platform: z.string(), refundId: z.string(), orderId: z.string(), status: z.string() },
      requestedFen: z.int().nullable(),
      ...{ requestedAt: z.string(), reason: z.string().nullable() },
    }),
  ),
  next: z.string().nullable(),
});
type Refund = z.infer<typeof refunds>['refundRequests'][number];

/** `GET /operator/refunds`: refund requests that wait for a decision, and those that the platform is not notified of yet. */
export const refundsPage: Room = {
  ...{ path: PATH, is: 'operator', needs: 'refunds:read' },
  async read({ c, ask, typed }: Desk): Promise<RoomPage> {
    const asked = check(query, c.req.query());
    const { status } = asked;
    const read = async (cursor: string | undefined) => {
      const path = address('/v1/refund-requests', { status, cursor });
      const { refundRequests, next } = await ask({ path }, refunds);
      return { rows: refundRequests, next };
    };
    const list: List<Refund> = {
      ...{ name: '', path: PATH, query: asked, kept: { status }, caption: 'operator.refunds' },
      ...(await readList(asked, '', read)),
      fields: (say) => [
        {
          ...{ name: 'status', label: say('status'), value: status },
          choices: (['pending', 'approved', 'refused'] as const).map(
            (one) => [one, say(`refund.${one}`)] as const,
          ),
        },
      ],
      columns: (speech) => columns(speech, typed),
    };
    return {
      title: ({ say }) => say('operator.refunds'),
      note: ({ say }) => say('operator.refunds.note'),
      files: { name: `refunds-${status}`, lists: [fileList(list)] },
      main: (speech) => {
        const { say } = speech;
        return card(
          say(`refund.${status}`),
          '',
          listView(speech, list, say('operator.refunds.none')),
        );
      },
    };
  },
  acts: {
    async approve({ ask }, { platform = '', refundId = '' }) {
      const path = pathOf`/v1/refund-requests/${platform}/${refundId}/decide`;
      await ask({ method: 'POST', path, body: { decision: 'approve' } }, z.unknown());
      return { to: PATH, done: 'done.decided' };
    },
    async refuse({ ask }, { platform = '', refundId = '', reason = '' }) {
      const path = pathOf`/v1/refund-requests/${platform}/${refundId}/decide`;
      await ask({ method: 'POST', path, body: { decision: 'refuse', reason } }, z.unknown());
      return { to: PATH, done: 'done.decided' };
    },
  },
};

function columns({ say }: Speech, typed: Typed): ListColumn<Refund>[] {
  const forms = ({ platform, refundId, status }: Refund) => {
    if (status !== 'pending') return '—';
    const hidden = { platform, refundId };
    return folded(
      say,
      'operator.handle',
      [
        actForm(say, { action: PATH, act: 'approve', hidden, submit: 'operator.approve' }),
        actForm(say, {
          ...{ action: PATH, act: 'refuse', hidden, submit: 'operator.refuse', typed },
          fields: [{ name: 'reason', label: 'operator.refuse.reason', isRequired: true }],
        }),
      ],
      typed.refundId === refundId,
    );
  };
  return [
    {
      ...{ word: 'operator.when', by: 'at', role: 'name', value: ({ requestedAt }) => requestedAt },
      cell: ({ requestedAt }) => when(requestedAt),
    },
    {
      ...{
        word: 'platform',
        by: 'platform',
        role: 'pair',
        value: ({ platform }) => wordIn(platform),
      },
      cell: ({ platform }) => word(say, platform),
    },
    {
      ...{ word: 'order', by: 'order', role: 'pair', value: ({ orderId }) => ({ id: orderId }) },
      cell: ({ orderId }) => id(orderId),
    },
    {
      ...{ word: 'operator.amount', by: 'amount', role: 'main', isNumber: true },
      value: ({ requestedFen }) => (requestedFen === null ? null : { fen: requestedFen }),
      cell: ({ requestedFen }) => (requestedFen === null ? say('unknown') : amount(requestedFen)),
    },
    {
      ...{ word: 'status', by: 'reason', role: 'pair' },
      value: ({ status, reason }) =>
        [wordIn(`refund.${status}`), ...(reason === null ? [] : [reason])].join(' · '),
      cell: ({ status, reason }) =>
        html`${word(say, `refund.${status}`)}${reason === null ? '' : html`<small>${reason}</small>`}`,
    },
    { word: 'operator.handle', role: 'wide-pair', cell: forms },
  ];
}
