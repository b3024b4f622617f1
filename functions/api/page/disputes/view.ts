import { html } from 'hono/html';
import * as z from 'zod';
import { wordIn } from '../../../../lib/i18n/both.ts';
import { isWord } from '../../../../lib/i18n/words.ts';
import type { Html } from '../html.ts';
import { card, id, inside, named, when } from '../operator/parts.ts';
import type { Speech } from '../page.ts';
import type { ListColumn } from '../parts/list.ts';
import { status } from '../parts/status.ts';
import { table } from '../parts/table.ts';
import { word } from '../views.ts';

export const oneDispute = z.object({
  ...{ disputeId: z.string(), providerId: z.string(), platform: z.string(), voucherId: z.string() },
  ...{ merchantId: z.string(), reason: z.string(), contractId: z.string().nullable() },
  ...{ raisedAt: z.string(), state: z.string() },
  answer: z.object({ reason: z.string(), restatementId: z.string().nullable() }).nullable(),
  trail: z.array(
    z.object({
      ...{ at: z.string(), actor: z.string(), what: z.string(), reason: z.string().nullable() },
    }),
  ),
});
export type OneDispute = z.infer<typeof oneDispute>;

export const disputeList = z.object({
  disputes: z.array(oneDispute),
  next: z.string().nullable(),
});

/** By their ids: of providers, and of merchants by `platform/merchantId`. */
export interface DisputeNames {
  readonly providers: ReadonlyMap<string, string>;
  readonly merchants: ReadonlyMap<string, string>;
}

function stateOfDispute({ say }: Speech, state: string): Html {
  const name = `dispute.is.${state}`;
  const text = isWord(name) ? say(name) : state;
  if (state === 'accepted') return status('ok', 'ok', text);
  if (state === 'refused') return status('none', 'none', text);
  return state === 'stalled' ? status('warn', 'warn', text) : status('go', 'go', text);
}

/** @param path of the page that shows one */
export function disputeColumns(
  speech: Speech,
  path: string,
  isOperators: boolean,
  names: DisputeNames,
): ListColumn<OneDispute>[] {
  const { say } = speech;
  const provider: ListColumn<OneDispute> = {
    ...{ word: 'operator.provider', by: 'provider', role: 'pair' },
    value: ({ providerId }) => names.providers.get(providerId) ?? providerId,
    cell: ({ providerId }) => named(names.providers.get(providerId), providerId),
  };
  return [
    {
      ...{ word: 'dispute.voucher', by: 'voucher', role: 'name' },
      value: ({ voucherId }) => ({ id: voucherId }),
      cell: ({ voucherId, disputeId }) =>
        html`<a class="id wrap" href="${path}?id=${encodeURIComponent(disputeId)}">${voucherId}</a>`,
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
    ...(isOperators ? [provider] : []),
    {
      ...{ word: 'dispute.reason', by: 'reason', role: 'wide-pair', value: ({ reason }) => reason },
      cell: ({ reason }) => reason,
    },
    {
      ...{ word: 'operator.when', by: 'at', role: 'pair', value: ({ raisedAt }) => raisedAt },
      cell: ({ raisedAt }) => when(raisedAt),
    },
    {
      ...{ word: 'status', by: 'state', role: 'pair' },
      value: ({ state }) => wordIn(`dispute.is.${state}`),
      cell: ({ state }) => stateOfDispute(speech, state),
    },
  ];
}

/** One dispute: what it is about, where it stands, and its trail. */
export function disputeCard(
  speech: Speech,
  one: OneDispute,
  names: DisputeNames,
  more: Html | string,
): Html {
  const { say } = speech;
  const merchant = names.merchants.get(`${one.platform}/${one.merchantId}`);
  const voucher = `/vouchers/${one.platform}/${encodeURIComponent(one.voucherId)}`;
  const facts = html`<dl class="kvs"><dt>${say('status')}</dt><dd>${stateOfDispute(speech, one.state)}</dd>
<dt>${say('operator.provider')}</dt><dd>${named(names.providers.get(one.providerId), one.providerId)}</dd>
<dt>${say('dispute.voucher')}</dt><dd><a class="id wrap" href="${voucher}">${one.voucherId}</a></dd>
<dt>${say('dispute.merchant')}</dt><dd>${named(merchant, one.merchantId)}</dd>
<dt>${say('dispute.reason')}</dt><dd>${one.reason}</dd>
<dt>${say('contract')}</dt><dd>${id(one.contractId)}</dd></dl>`;
  const trail = table<OneDispute['trail'][number]>({
    ...{ caption: say('dispute.trail'), rows: one.trail },
    columns: [
      { head: say('operator.when'), role: 'name', cell: ({ at }) => when(at) },
      {
        ...{ head: say('dispute.trail'), role: 'main' },
        cell: ({ what }) => {
          const name = `dispute.did.${what}`;
          return isWord(name) ? say(name) : what;
        },
      },
      {
        ...{ head: say('dispute.who'), role: 'pair' },
        cell: ({ actor }) => {
          const name = `dispute.by.${actor}`;
          return isWord(name) ? say(name) : id(actor);
        },
      },
      { head: say('dispute.reason'), role: 'wide-pair', cell: ({ reason }) => reason ?? '—' },
    ],
  });
  return html`<div class="col" data-live="dispute">${card(say('dispute'), word(say, one.platform), inside(facts))}
${card(say('dispute.trail'), '', trail)}</div>${more}`;
}
