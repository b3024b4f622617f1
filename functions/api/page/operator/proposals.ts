import { html } from 'hono/html';
import * as z from 'zod';
import type { Typed } from '../forms.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { actForm, folded } from '../parts/act-form.ts';
import { table } from '../parts/table.ts';
import { formContract } from './contract-form.ts';
import { address, card, id, nothing, when } from './parts.ts';

export const proposalList = z.object({
  proposals: z.array(
    z.object({
      ...{ cooperationId: z.string(), state: z.string().nullable() },
      ...{ notifiedAt: z.string().nullable(), contractId: z.string().nullable() },
      refused: z.object({ reason: z.string() }).nullable(),
      draft: formContract,
    }),
  ),
});
type Row = z.infer<typeof proposalList>['proposals'][number];

/** What a platform reports of cooperations with a merchant: each becomes a contract, or is refused with a reason. */
export function proposalsCard(
  { say }: Speech,
  path: string,
  place: { readonly platform: string; readonly merchantId: string },
  rows: readonly Row[],
  typed: Typed,
): Html {
  const decide = ({ cooperationId, contractId, refused }: Row): Html | string => {
    if (contractId !== null) return html`${say('terms.is-contract')} ${id(contractId)}`;
    const hidden = { ...place, cooperationId };
    const refusal = actForm(say, {
      ...{ action: path, act: 'refuse', hidden, submit: 'terms.refuse', typed },
      fields: [{ name: 'reason', label: 'operator.reason', isRequired: true }],
    });
    const href = address(path, { ...place, cooperation: cooperationId });
    return html`<a href="${href}">${say('terms.accept')}</a>${
      refused === null
        ? folded(say, 'terms.refuse', [refusal], typed.cooperationId === cooperationId)
        : html`<small>${say('terms.refused', { reason: refused.reason })}</small>`
    }`;
  };
  const list = table<Row>({
    ...{ caption: say('terms.proposals'), rows },
    columns: [
      { head: say('terms.cooperation'), role: 'name', cell: (one) => id(one.cooperationId) },
      { head: say('status'), role: 'pair', cell: ({ state }) => state ?? say('unknown') },
      { head: say('operator.when'), role: 'pair', cell: ({ notifiedAt }) => when(notifiedAt) },
      { head: say('operator.handle'), role: 'wide-pair', cell: decide },
    ],
  });
  const none = nothing(say('terms.proposals.none'));
  return card(say('terms.proposals'), '', rows.length === 0 ? none : list);
}
