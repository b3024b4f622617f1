import { html } from 'hono/html';
import * as z from 'zod';
import { check } from '../../input.ts';
import { pathOf } from '../ask.ts';
import { merchantNames } from '../dimensions/names.ts';
import type { Typed } from '../forms.ts';
import type { Html } from '../html.ts';
import { providerNames } from '../names.ts';
import { address, card, inside } from '../operator/parts.ts';
import type { Speech } from '../page.ts';
import { actForm } from '../parts/act-form.ts';
import { fileList, type List, listShape, listView, readList } from '../parts/list.ts';
import type { Desk, Room, RoomPage } from '../room.ts';
import { disputeCard, disputeColumns, disputeList, type OneDispute, oneDispute } from './view.ts';

const LIST = '/v1/attribution-disputes';
const STATES = ['open', 'restating', 'stalled', 'accepted', 'refused'] as const;

const query = z.object({
  id: z.string().max(4_096).optional(),
  state: z.enum(['', ...STATES]).default(''),
  ...listShape,
});

/** `GET /disputes`: what a provider says is its own, and what the operator says to it. */
export const disputesPage: Room = {
  ...{ path: '/disputes', is: 'provider', needs: 'reports:read' },
  read: (desk) => readPage(desk, '/disputes'),
  acts: {
    async raise({ ask }, { platform, voucherId, reason, contractId = '' }) {
      const body = { platform, voucherId, reason, contractId: contractId || null };
      const { disputeId } = await ask({ method: 'POST', path: LIST, body }, oneDispute);
      return { to: address('/disputes', { id: disputeId }), done: 'done.raised' };
    },
  },
};

/** `GET /operator/disputes`: those of all providers; accepts or refuses. */
export const operatorDisputesPage: Room = {
  ...{ path: '/operator/disputes', is: 'operator', needs: 'disputes:answer' },
  read: (desk) => readPage(desk, '/operator/disputes'),
  acts: {
    accept: (desk, typed) => answer(desk, typed, true),
    refuse: (desk, typed) => answer(desk, typed, false),
  },
};

async function answer({ ask }: Desk, typed: Typed, accept: boolean) {
  const { id = '', reason, contractId = '' } = typed;
  const body = { accept, reason, contractId: contractId || null };
  await ask(
    { method: 'POST', path: pathOf`/v1/attribution-disputes/${id}/answer`, body },
    z.unknown(),
  );
  return { to: address('/operator/disputes', { id }), done: 'done.answered' as const };
}

async function readPage({ c, ask, deps, viewer, typed }: Desk, path: string): Promise<RoomPage> {
  const asked = check(query, c.req.query());
  const { state } = asked;
  const isOperators = viewer.principal.is === 'operator';
  const wanted = asked.id ?? typed.id;
  const one =
    wanted === undefined
      ? null
      : await ask({ path: pathOf`/v1/attribution-disputes/${wanted}` }, oneDispute);
  const found =
    one === null
      ? await readList(asked, '', async (cursor) => {
          const { disputes, next } = await ask(
            { path: address(LIST, { state, cursor }) },
            disputeList,
          );
          return { rows: disputes, next };
        })
      : { rows: [one], next: null };
  const all = found.rows;
  const merchantKeys = one === null ? [] : [`${one.platform}/${one.merchantId}`];
  const [providers, merchants] = await Promise.all([
    providerNames(
      deps.table,
      all.map(({ providerId }) => providerId),
      deps.now(),
    ),
    merchantNames(deps.table, merchantKeys, deps.now()),
  ]);
  const names = { providers, merchants };
  const list: List<OneDispute> = {
    ...{ name: '', path, query: asked, kept: { state }, ...found, caption: 'disputes' },
    fields: (say) => [
      {
        ...{ name: 'state', label: say('status'), value: state },
        choices: [
          ['', say('filter.all')] as const,
          ...STATES.map((own) => [own, say(`dispute.is.${own}`)] as const),
        ],
      },
    ],
    columns: (speech) => disputeColumns(speech, path, isOperators, names),
  };
  return {
    title: ({ say }) => say('disputes'),
    files: { name: 'disputes', lists: one === null ? [fileList(list)] : [] },
    note: ({ say }) => say('dispute.note'),
    ...(one === null ? {} : { version: `${one.state}.${one.trail.length}` }),
    ...(one === null
      ? {}
      : { crumb: ({ say }: Speech) => html`<a href="${path}">${say('disputes')}</a>` }),
    main: (speech) => {
      const { say } = speech;
      if (one !== null) {
        return disputeCard(speech, one, names, isOperators ? answerForms(speech, one, typed) : '');
      }
      if (typed.act === 'raise') return raiseCard(speech, typed, []);
      return card(say('disputes'), '', listView(speech, list, say('dispute.none')));
    },
  };
}

/** An answer stands; what was accepted and stopped is begun again. */
function answerForms({ say }: Speech, one: OneDispute, typed: Typed): Html | string {
  if (one.state !== 'open' && one.state !== 'stalled') return '';
  const common = { action: '/operator/disputes', hidden: { id: one.disputeId }, typed };
  const reason = { name: 'reason', label: 'dispute.reason', isRequired: true } as const;
  const contract = {
    name: 'contractId',
    label: 'dispute.contract',
    value: one.contractId ?? '',
  } as const;
  const contracts = address('/operator/contracts', {
    ...{ platform: one.platform, merchantId: one.merchantId },
  });
  return card(
    say('dispute.answer'),
    say('dispute.accept.note'),
    inside(
      html`<p><a href="${contracts}">${say('contracts')} →</a></p>${actForm(say, { ...common, act: 'accept', submit: 'dispute.accept', isMain: true, fields: [reason, contract] })}${
        one.state === 'open'
          ? actForm(say, { ...common, act: 'refuse', submit: 'dispute.refuse', fields: [reason] })
          : ''
      }`,
    ),
  );
}

/** On a voucher's page, and again where it could not be raised. @param contracts the provider's own there */
export function raiseCard(
  { say }: Speech,
  typed: Typed,
  contracts: readonly string[],
  note: 'dispute.raise.note' | 'dispute.raise.not-booked' = 'dispute.raise.note',
): Html {
  const { platform = '', voucherId = '' } = typed;
  const form = actForm(say, {
    ...{ action: '/disputes', act: 'raise', submit: 'dispute.raise', typed },
    hidden: { platform, voucherId },
    fields: [
      { name: 'reason', label: 'dispute.reason', isRequired: true },
      ...(contracts.length === 0
        ? []
        : [
            {
              ...({ name: 'contractId', label: 'dispute.contract' } as const),
              choices: [
                ['', say('dispute.no-contract')] as const,
                ...contracts.map((one) => [one, one] as const),
              ],
            },
          ]),
    ],
  });
  return card(say('dispute.raise'), say(note), inside(form));
}
