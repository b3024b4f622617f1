import { html } from 'hono/html';
import type { ContractVersion } from '../../../../lib/attribution/contract.ts';
import { amount, ledgerTime } from '../../../../lib/i18n/format.ts';
import type { Word } from '../../../../lib/i18n/words.ts';
import type { TierPart } from '../../../../lib/ledger/tiers.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { table } from '../parts/table.ts';
import { word } from '../views.ts';
import type { OwnContract } from './read.ts';
import { percent, spanText, stateCell, termsText } from './text.ts';
import { monthCell, monthText, placeOf } from './view.ts';

export interface ContractView {
  readonly one: OwnContract;
  readonly names: ReadonlyMap<string, string>;
  readonly now: string;
}

/** One contract: what it says, where its month stands, and how it came to say so. */
export function contractView(speech: Speech, { one, names, now }: ContractView): Html {
  const { say } = speech;
  const { version, state, versions } = one;
  const name = names.get(placeOf(one)) ?? version.merchantId;
  return html`<p class="crumb"><a href="/contracts">${say('contracts')}</a></p>
<div class="head"><div><h1>${name}</h1><p class="note">${word(say, version.platform)} · ${say('contract')} <span class="id">${version.contractId}</span></p>
<p class="note">${say('contract.line', { now: monthText(speech, now) })}</p></div></div>
<div class="half stretch"><section class="card"><header><h2>${say('contract')}</h2>${stateCell(say, state)}</header><div class="in"><dl class="kvs">
<dt>${say('contract.kind')}</dt><dd>${say(`contract.${version.mode}`)}</dd>
<dt>${say('contract.span')}</dt><dd>${spanText(speech, version)}</dd>
<dt>${say('contract.terms')}</dt><dd>${termsText(say, version)}</dd>
<dt>${say('contract.month.short')}</dt><dd>${monthCell(speech, one, 'redeemedFen', now)}</dd>
<dt>${say('contract.commission.short')}</dt><dd>${monthCell(speech, one, 'commissionFen', now)}</dd></dl></div></section>
<section class="card"><header><h2>${say('contract.scope')}</h2></header><div class="in"><dl class="kvs">${scope(speech, version)}</dl></div></section></div>
${tiers(speech, one)}${rates(speech, version)}${history(speech, versions)}`;
}

function scope({ say }: Speech, { scope: own, platform }: ContractVersion): Html[] {
  const rows: [Word, readonly Html[]][] = [
    [
      'contract.stores',
      own.stores.map(
        (id) => html`<a class="id" href="/stores/${platform}/${encodeURIComponent(id)}">${id}</a> `,
      ),
    ],
    ['contract.channels', own.channels.map((channel) => html`${word(say, channel)} `)],
    ['contract.products', own.products.map((id) => html`<span class="id">${id}</span> `)],
    ['contract.creators', own.creators.map((id) => html`<span class="id">${id}</span> `)],
  ];
  return rows.map(
    ([head, values]) =>
      html`<dt>${say(head)}</dt><dd>${values.length === 0 ? say('contract.all') : values}</dd>`,
  );
}

/** The month's GMV as it falls into tiers. */
function tiers({ say }: Speech, { version, month }: OwnContract): Html | string {
  if (version.tiers === null || version.commission !== 'account') return '';
  const parts = month?.parts ?? null;
  const steps: readonly { fromFen: number; rateBp: number; part: TierPart | null }[] = [
    { fromFen: 0, rateBp: version.rateBp },
    ...version.tiers.toSorted((a, b) => a.fromFen - b.fromFen),
  ].map((step, at) => ({ ...step, part: parts?.[at] ?? null }));
  const range = (at: number) => {
    const [from, to] = [steps[at]?.fromFen ?? 0, steps[at + 1]?.fromFen];
    return to === undefined
      ? say('contract.above', { from: amount(from) })
      : `${amount(from)} – ${amount(to)}`;
  };
  const wanted = (parts ?? []).reduce((sum, { resultFen }) => sum + resultFen, 0);
  // A first tier from nothing on leaves no room below it.
  const rows = steps.flatMap((step, at) =>
    steps[at + 1]?.fromFen === step.fromFen ? [] : [{ ...step, at }],
  );
  return html`<section class="card"><header><h2>${say('contract.tier')}</h2></header>${table({
    caption: say('contract.tier'),
    rows,
    columns: [
      { head: say('contract.range'), role: 'name', cell: ({ at }) => range(at) },
      {
        head: say('contract.rate'),
        role: 'pair',
        isNumber: true,
        cell: ({ rateBp }) => percent(rateBp),
      },
      {
        ...{ head: say('contract.in-range'), role: 'pair', isNumber: true },
        cell: ({ part }) => (part === null ? say('unknown') : amount(part.ofFen)),
      },
      {
        ...{ head: say('contract.earned'), role: 'main', isNumber: true },
        cell: ({ part }) => (part === null ? say('unknown') : amount(part.resultFen)),
      },
    ],
  })}<footer><span>${
    month === null
      ? say('contract.several')
      : say('contract.tiers.note', {
          booked: amount(month.rollup.commissionFen),
          wanted: amount(wanted),
        })
  }</span></footer></section>`;
}

function rates({ say }: Speech, { productRates, commission }: ContractVersion): Html | string {
  if (commission !== 'product') return '';
  return html`<section class="card"><header><h2>${say('contract.rates')}</h2></header>${table({
    caption: say('contract.rates'),
    rows: Object.entries(productRates),
    columns: [
      {
        head: say('contract.products'),
        role: 'name',
        cell: ([id]) => html`<span class="id">${id}</span>`,
      },
      {
        head: say('contract.rate'),
        role: 'main',
        isNumber: true,
        cell: ([, rateBp]) => percent(rateBp),
      },
    ],
  })}</section>`;
}

/** Versions are only added: an end that was moved is a line here. */
function history(speech: Speech, versions: readonly ContractVersion[]): Html {
  const { say } = speech;
  return html`<section class="card"><header><h2>${say('contract.versions')}</h2></header>${table<ContractVersion>(
    {
      caption: say('contract.versions'),
      rows: versions.toReversed(),
      columns: [
        {
          ...{ head: say('contract.recorded'), role: 'name' },
          cell: ({ recordedAt }) => `${recordedAt.slice(0, 5)}${ledgerTime(recordedAt)}`,
        },
        { head: say('contract.span'), role: 'pair', cell: (one) => spanText(speech, one) },
        {
          head: say('contract.terms'),
          role: 'main',
          isNumber: true,
          cell: (one) => termsText(say, one),
        },
      ],
    },
  )}</section>`;
}
