import { html } from 'hono/html';
import * as z from 'zod';
import { amount, count, day } from '../../../../lib/i18n/format.ts';
import type { Html } from '../html.ts';
import { card, id, named, nothing } from '../operator/parts.ts';
import type { Speech } from '../page.ts';
import { table } from '../parts/table.ts';

export const AD_VIEWS = ['merchant', 'day', 'store', 'account'] as const;
type AdView = (typeof AD_VIEWS)[number];

const sums = {
  ...{ spendFen: z.int(), adOrders: z.int().nullable(), rebateFen: z.int(), cashFen: z.int() },
  ...{ redeemedFen: z.int(), roiBp: z.int().nullable() },
};
export const adReport = z.object({
  rows: z.array(z.object({ key: z.string(), ...sums })),
  total: z.object(sums),
  unmappedFen: z.int(),
  unmapped: z.array(z.object({ key: z.string(), spendFen: z.int() })),
});
type AdReport = z.infer<typeof adReport>;
type Row = AdReport['rows'][number];

/** `3.64`: how many yuan were redeemed for one that was spent. */
const roi = (bp: number | null) => (bp === null ? '—' : (bp / 10_000).toFixed(2));

export function adFigures({ say }: Speech, total: AdReport['total']): Html {
  const all = [
    [say('ads.spend'), amount(total.spendFen), say('ads.total.why')],
    [say('ads.credit'), amount(total.rebateFen + total.cashFen), ''],
    [say('redeemedGmv'), amount(total.redeemedFen), say('ads.redeemed.why')],
    [say('ads.roi'), roi(total.roiBp), say('ads.roi.why')],
  ];
  return html`<section class="figs f4" aria-label="${say('figure.label')}">${all.map(
    ([name, value, why]) =>
      html`<div class="card fig"><span class="k">${name}</span><span class="v">${value}</span><span class="d">${why}</span></div>`,
  )}</section>`;
}

export function adTable(
  speech: Speech,
  by: AdView,
  { rows, total }: AdReport,
  names: ReadonlyMap<string, string>,
): Html {
  const { say, language } = speech;
  if (rows.length === 0) return nothing(say('ads.none'));
  const nameOf = (key: string) => {
    if (key === '') return say('total');
    if (by === 'day') return day(key, language);
    return by === 'merchant' ? named(names.get(key), key) : id(key);
  };
  return table<Row>({
    ...{ caption: say('ads'), rows, sum: { key: '', ...total } },
    columns: [
      { head: say(`ads.by.${by}`), role: 'name', cell: ({ key }) => nameOf(key) },
      {
        ...{ head: say('ads.spend'), role: 'main', isNumber: true, hasLabel: true },
        cell: ({ spendFen }) => amount(spendFen),
      },
      {
        ...{ head: say('ads.credit'), role: 'pair', isNumber: true },
        cell: ({ rebateFen, cashFen }) => amount(rebateFen + cashFen),
      },
      {
        ...{ head: say('ads.orders'), role: 'pair', isNumber: true },
        cell: ({ adOrders }) => (adOrders === null ? '—' : count(adOrders)),
      },
      {
        ...{ head: say('redeemedGmv'), role: 'pair', isNumber: true },
        cell: ({ redeemedFen }) => amount(redeemedFen),
      },
      {
        ...{ head: say('ads.roi'), role: 'pair', isNumber: true },
        cell: ({ roiBp }) => roi(roiBp),
      },
    ],
  });
}

/** Accounts of which nobody said what they are for; nothing where there are none. */
export function unmappedCard({ say }: Speech, { unmapped }: AdReport): Html | string {
  if (unmapped.length === 0) return '';
  const rows = table<AdReport['unmapped'][number]>({
    ...{ caption: say('ads.unmapped'), rows: unmapped },
    columns: [
      { head: say('ads.account'), role: 'name', cell: ({ key }) => id(key) },
      {
        ...{ head: say('ads.spend'), role: 'main', isNumber: true },
        cell: ({ spendFen }) => amount(spendFen),
      },
    ],
  });
  return card(say('ads.unmapped'), say('ads.unmapped.note'), rows);
}
