import { html } from 'hono/html';
import { channelSchema } from '../../../../lib/events/channel.ts';
import type { Rollup } from '../../../../lib/ledger/rollup.ts';
import { FILE_FORMATS } from '../../files.ts';
import { asOfForm } from '../as-of/view.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { actForm } from '../parts/act-form.ts';
import { emptyNote } from '../parts/empty.ts';
import { type Figure, figures } from '../parts/figure.ts';
import { filterForm } from '../parts/filters.ts';
import { hourBars } from '../parts/hours.ts';
import { pager } from '../parts/pager.ts';
import { periodLine, periodTools } from '../parts/periods.ts';
import { type Period, periodQuery } from '../period.ts';
import { word } from '../views.ts';
import type { HourRollups, StoreMeasures, StoreTotals } from './read.ts';
import type { LedgerRow, RowFilter } from './rows.ts';
import { rowTable } from './table.ts';

export interface StoreView {
  readonly period: Period;
  readonly platform: string;
  readonly storeId: string;
  readonly path: string;
  readonly name: string;
  readonly city: string | null;
  /** Null on later pages of its lines. */
  readonly totals: StoreTotals | null;
  readonly rows: readonly LedgerRow[];
  readonly filter: RowFilter;
  readonly filters: Readonly<Record<string, string>>;
  readonly nextHref: string | null;
  /** Whether they may have a file of any length made. */
  readonly canExport: boolean;
  /** The provider's first day with anything booked, read where no line is. */
  readonly firstDay: string | null;
}

/** All that there are, in the vocabulary's order. */
const CHANNELS = channelSchema.options;

/** A store's figures, its lines, and the hours of its last day. */
export function storeView(speech: Speech, view: StoreView): Html {
  const { say, language } = speech;
  const { period, platform, storeId, path, name, city, totals, filters } = view;
  const back = `/stores?${new URLSearchParams(periodQuery(period))}`;
  const about = [word(say, platform), ...(city === null ? [] : [city])].join(' · ');
  return html`<p class="crumb"><a href="${back}">${say('stores')}</a> <span class="dim">/</span> ${word(say, platform)}</p>
<div class="head"><div><h1>${name}</h1><p class="note">${about} · ${say('store.id')} <span class="id">${storeId}</span></p><p class="note">${periodLine(say, language, period)}</p></div>
<div class="tools">${periodTools(say, path, period, filters)}${asOfForm(say, path, periodQuery(period))}</div></div>
${totals === null ? '' : html`<div data-live="figures">${figures(say, storeFigures(speech, view, totals))}</div>`}
<div class="${totals === null ? '' : 'wide'}">${rowsCard(speech, view)}
${totals === null ? '' : html`<section class="card" data-live="hours">${hoursCard(speech, totals, period)}</section>`}</div>`;
}

function storeFigures({ say }: Speech, view: StoreView, { now, before }: StoreTotals): Figure[] {
  const sum = (all: readonly StoreMeasures[], measure: keyof StoreMeasures) =>
    all.reduce((total, one) => total + one[measure], 0);
  const href = (more: Record<string, string>) =>
    `${view.path}?${new URLSearchParams({ ...periodQuery(view.period), ...more })}#rows`;
  const one = (
    measure: keyof StoreMeasures,
    unit: Figure['unit'],
    more: Record<string, string> = {},
  ) => ({
    ...{ unit, now: sum(now, measure), before: sum(before, measure), href: href(more) },
    course: { now: now.map((day) => day[measure]), before: before.map((day) => day[measure]) },
  });
  const redeemed = say('figure.redeemed.why', { n: sum(now, 'redeemedCount') });
  return [
    { name: say('figure.redeemed'), ...one('redeemedFen', 'yuan'), why: redeemed },
    { name: say('figure.count'), ...one('redeemedCount', 'times'), why: say('store.count.why') },
    {
      name: say('figure.refunded'),
      ...one('refundedFen', 'yuan', { kind: 'refund' }),
      why: say('store.refunded.why'),
    },
    {
      name: say('figure.commission'),
      ...one('commissionFen', 'yuan'),
      why: say('store.commission.why'),
    },
  ];
}

function rowsCard(speech: Speech, view: StoreView): Html {
  const { say } = speech;
  const { rows, period, path, filter, nextHref, totals } = view;
  const isLive = totals !== null && period.part !== null;
  const kinds = ['redemption', 'reversal', 'refund'] as const;
  const isFiltered = Object.values(filter).some((value) => value !== null);
  const empty = isFiltered
    ? html`<p class="in form note">${say('filter.none')} <a href="${path}?${new URLSearchParams(periodQuery(period))}">${say('filter.clear')}</a></p>`
    : html`<p class="in form note" role="status">${view.firstDay === null ? say('nothing') : emptyNote(speech, { path, period, firstDay: view.firstDay })}</p>`;
  return html`<section class="card" id="rows"><header><h2>${say('redemptions')}</h2>${isLive ? html`<span class="live" role="status">${say('store.live')}</span>` : ''}</header>
${filterForm(say, {
  action: path,
  kept: periodQuery(period),
  files: fileLinks(view),
  fields: [
    { name: 'tail', label: say('store.tail'), value: filter.tail ?? '', hint: '4417' },
    {
      ...{ name: 'kind', label: say('kind'), value: filter.kind ?? '' },
      choices: [
        ['', say('filter.all')],
        ...kinds.map((kind) => [kind, say(`kind.${kind}`)] as const),
      ],
    },
    {
      ...{ name: 'channel', label: say('channel'), value: filter.channel ?? '' },
      choices: [['', say('filter.all')], ...CHANNELS.map((one) => [one, say(one)] as const)],
    },
  ],
})}
<div data-live="rows">${rows.length === 0 ? empty : rowTable(speech, rows, period)}
${pager(say, say('store.shown', { n: rows.length }), nextHref)}</div>${longFile(speech, view)}</section>`;
}

/** All lines of the period, however many: made piece by piece, and taken from the page of files. */
function longFile({ say }: Speech, { canExport, rows, platform, storeId, period }: StoreView) {
  if (!canExport || rows.length === 0) return '';
  const { from, to } = period.window;
  const hidden = { platform, storeId, from, to };
  const forms = FILE_FORMATS.map((format) =>
    actForm(say, {
      ...{ action: '/exports', act: 'make-store', hidden: { ...hidden, format } },
      submit: format === 'csv' ? 'exports.long-csv' : 'exports.long-xlsx',
    }),
  );
  return html`<details class="in"><summary>${say('exports.long')}</summary><p class="note">${say('exports.long.note')}</p>${forms}</details>`;
}

/** The lines of the filter as a file. */
function fileLinks({ period, path, filters }: StoreView): Html {
  const links = FILE_FORMATS.map(
    (file, at) =>
      html`${at === 0 ? '' : ' · '}<a href="${path}?${new URLSearchParams({ ...periodQuery(period), ...filters, file })}" download>${file.toUpperCase()}</a>`,
  );
  return html`${links}`;
}

function hoursCard({ say }: Speech, { lastDay }: StoreTotals, period: Period): Html {
  const counts = (hours: HourRollups) =>
    Array.from({ length: 24 }, (_, hour) => countOf(hours.get(String(hour).padStart(2, '0'))));
  const [now, before] = [counts(lastDay.now), counts(lastDay.before)];
  const most = now.indexOf(Math.max(...now));
  const [nowWord, beforeWord] = [period.window.to.slice(5), period.before.to.slice(5)];
  const description =
    Math.max(...now) === 0
      ? say('nothing')
      : say('hours.peak', { hour: String(most), n: now[most] ?? 0 });
  const title = say('hours.title');
  return html`<header><h2>${title}</h2><p class="key"><span><svg width="10" height="10" aria-hidden="true"><rect class="b1" width="10" height="10" rx="2"/></svg>${nowWord}</span><span><svg width="12" height="10" aria-hidden="true"><line class="tick" x1="0" x2="12" y1="5" y2="5"/></svg>${beforeWord}</span></p></header>
<div class="in">${hourBars({ title, description, now, before, nowWord, beforeWord })}<p class="note">${description}</p></div>`;
}

function countOf(rollup: Rollup | undefined): number {
  return rollup?.redeemedCount ?? 0;
}
