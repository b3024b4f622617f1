import { html } from 'hono/html';
import * as z from 'zod';
import { amount } from '../../../../lib/i18n/format.ts';
import { check } from '../../input.ts';
import { pathOf } from '../ask.ts';
import type { Typed } from '../forms.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { actForm, folded } from '../parts/act-form.ts';
import { filterForm } from '../parts/filters.ts';
import { table } from '../parts/table.ts';
import type { Desk, Room, RoomPage } from '../room.ts';
import { word } from '../views.ts';
import { address, card, id, more, nothing, when } from './parts.ts';

const PATH = '/operator/refunds';
const query = z.object({
  status: z.enum(['pending', 'approved', 'refused']).default('pending'),
  cursor: z.string().max(4_096).optional(),
});

const list = z.object({
  refundRequests: z.array(
    z.object({
      ...{ platform: z.string(), refundId: z.string(), orderId: z.string(), status: z.string() },
      requestedFen: z.int().nullable(),
      ...{ requestedAt: z.string(), reason: z.string().nullable() },
    }),
  ),
  next: z.string().nullable(),
});
type Refund = z.infer<typeof list>['refundRequests'][number];

/** `GET /operator/refunds`: refund requests that wait for a decision, and those that the platform is not notified of yet. */
export const refundsPage: Room = {
  ...{ path: PATH, is: 'operator', needs: 'refunds:read' },
  async read({ c, ask, typed }: Desk): Promise<RoomPage> {
    const { status, cursor } = check(query, c.req.query());
    const { refundRequests, next } = await ask(
      { path: address('/v1/refund-requests', { status, cursor }) },
      list,
    );
    return {
      title: ({ say }) => say('operator.refunds'),
      note: ({ say }) => say('operator.refunds.note'),
      main: (speech) => {
        const { say } = speech;
        const filters = filterForm(say, {
          ...{ action: PATH, kept: {} },
          fields: [
            {
              ...{ name: 'status', label: say('status'), value: status },
              choices: (['pending', 'approved', 'refused'] as const).map(
                (one) => [one, say(`refund.${one}`)] as const,
              ),
            },
          ],
        });
        const rows =
          refundRequests.length === 0
            ? nothing(say('operator.refunds.none'))
            : rowsOf(speech, refundRequests, typed);
        return card(
          say(`refund.${status}`),
          '',
          html`${filters}${rows}${more(speech, PATH, { status }, next)}`,
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

function rowsOf({ say }: Speech, rows: readonly Refund[], typed: Typed): Html {
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
  return table<Refund>({
    ...{ caption: say('operator.refunds'), rows },
    columns: [
      { head: say('operator.when'), role: 'name', cell: ({ requestedAt }) => when(requestedAt) },
      { head: say('platform'), role: 'pair', cell: ({ platform }) => word(say, platform) },
      { head: say('order'), role: 'pair', cell: ({ orderId }) => id(orderId) },
      {
        ...{ head: say('operator.amount'), role: 'main', isNumber: true },
        cell: ({ requestedFen }) => (requestedFen === null ? say('unknown') : amount(requestedFen)),
      },
      {
        head: say('status'),
        role: 'pair',
        cell: ({ status, reason }) =>
          html`${word(say, `refund.${status}`)}${reason === null ? '' : html`<small>${reason}</small>`}`,
      },
      { head: say('operator.handle'), role: 'wide-pair', cell: forms },
    ],
  });
}
