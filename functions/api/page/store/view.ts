import { html } from 'hono/html';
import { amount, ledgerTime } from '../../../../lib/i18n/format.ts';
import type { Say } from '../../../../lib/i18n/words.ts';
import type { RedemptionLine } from '../../redemptions.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { pager } from '../parts/pager.ts';
import { periodLine, periodTools } from '../parts/periods.ts';
import { status } from '../parts/status.ts';
import { table } from '../parts/table.ts';
import { type Period, periodQuery } from '../period.ts';
import { word } from '../views.ts';

export interface StoreView {
  readonly period: Period;
  readonly platform: string;
  readonly storeId: string;
  readonly path: string;
  readonly name: string;
  readonly city: string | null;
  readonly redemptions: readonly RedemptionLine[];
  readonly nextHref: string | null;
}

export function storeView({ say, language }: Speech, view: StoreView): Html {
  const { period, platform, storeId, path, name, city, redemptions, nextHref } = view;
  const back = `/stores?${new URLSearchParams(periodQuery(period))}`;
  return html`<p class="crumb"><a href="${back}">${say('stores')}</a> <span class="dim">/</span> ${word(say, platform)}</p>
<div class="head"><div><h1>${name}</h1><p class="note">${[word(say, platform), ...(city === null ? [] : [city])].join(' · ')} · ${say('store.id')} <span class="id">${storeId}</span></p><p class="note">${periodLine(say, language, period)}</p></div>
<div class="tools">${periodTools(say, path, period)}</div></div>
<section class="card" id="rows"><header><h2>${say('redemptions')}</h2></header>
${redemptions.length === 0 ? html`<p class="in note">${say('nothing')}</p>` : redemptionRows(say, redemptions)}
${pager(say, say('store.shown', { n: redemptions.length }), nextHref)}</section>`;
}

function redemptionRows(say: Say, redemptions: readonly RedemptionLine[]): Html {
  return table<RedemptionLine>({
    caption: say('redemptions'),
    more: 'tm2',
    rows: redemptions,
    columns: [
      { head: say('redeemedAt'), role: 'name', cell: ({ redeemedAt }) => ledgerTime(redeemedAt) },
      {
        head: say('amount'),
        role: 'main',
        isNumber: true,
        cell: ({ amountFen }) => amount(amountFen),
      },
      {
        head: say('commission'),
        label: say('figure.commission'),
        role: 'pair',
        isNumber: true,
        cell: ({ commissionFen }) => amount(commissionFen),
      },
      { head: say('status'), role: 'pair', cell: ({ status: own }) => redemptionStatus(say, own) },
      { head: say('channel'), role: 'pair', cell: ({ channel }) => word(say, channel) },
      {
        head: say('redemption'),
        role: 'pair',
        isLow: true,
        cell: ({ redemptionId }) => html`<span class="id">${redemptionId}</span>`,
      },
      {
        head: say('voucher'),
        role: 'pair',
        cell: ({ voucherId }) => html`<span class="id">${voucherId}</span>`,
      },
    ],
  });
}

/** The state of a redemption: a shape and a word. */
function redemptionStatus(say: Say, is: RedemptionLine['status']): Html {
  switch (is) {
    case 'provisional':
      return status('prov', 'half', say('provisional'));
    case 'final':
      return status('ok', 'ok', say('final'));
    case 'reversed':
      return status('off', 'off', say('status.reversed'));
    case 'refunded':
      return status('back', 'back', say('status.refunded'));
    default:
      return is satisfies never;
  }
}
