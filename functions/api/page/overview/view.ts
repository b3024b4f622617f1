import { html } from 'hono/html';
import {
  amount,
  count,
  day,
  fullDay,
  lastFour,
  monthOf,
  signedAmount,
} from '../../../../lib/i18n/format.ts';
import { MOST_STORES } from '../../../../lib/rollups/day-summary.ts';
import { asOfForm } from '../as-of/view.ts';
import type { Html } from '../html.ts';
import { nameOf, placeKey, type StoreName, storeHref } from '../names.ts';
import type { Speech } from '../page.ts';
import { emptyNote } from '../parts/empty.ts';
import { figures, movement } from '../parts/figure.ts';
import { periodLine, periodTools } from '../parts/periods.ts';
import { square } from '../parts/shares.ts';
import { sparkline } from '../parts/sparkline.ts';
import { status } from '../parts/status.ts';
import { table } from '../parts/table.ts';
import { periodQuery } from '../period.ts';
import { checkedCard } from './checked-card.ts';
import { overviewFigures } from './figures.ts';
import type { OverviewView } from './model.ts';
import { lateNote, platformSwatch, sharesCard } from './shares.ts';
import type { StoreCourse } from './stores.ts';
import { trendCard } from './trend.ts';
import type { Waiting } from './waiting.ts';

/** Figures, then their course and what waits, then what they are made of. */
export function overviewView(speech: Speech, view: OverviewView): Html {
  const { say, language } = speech;
  const { period, totals, stores, isEmpty, firstDay } = view;
  return html`<div class="head"><div><h1>${say('overview')}</h1><p class="note">${periodLine(say, language, period)}</p></div>
<div class="tools">${periodTools(say, '/', period)}${asOfForm(say, '/', periodQuery(period))}</div></div>
${isEmpty ? html`<p class="msg" role="status">${emptyNote(speech, { path: '/', period, firstDay })}</p>` : ''}
<div data-live="figures">${figures(say, overviewFigures(speech, view))}</div>
<div class="two"><div class="col flat">
<section class="card o1" id="trend" data-live="trend">${trendCard(speech, view)}</section>
<section class="card o4" data-live="stores">${topStores(speech, view)}</section>
</div><div class="col flat">
<section class="card o2" data-live="waiting">${waitingCard(speech, view.waiting)}</section>
<section class="card o2" data-live="checked">${checkedCard(speech, view.checked)}</section>
<section class="card o3" data-live="shares">${sharesCard(speech, totals, periodQuery(period))}</section>
${stores.movers.length === 0 ? '' : html`<section class="card o5" data-live="movers">${moversCard(speech, view)}</section>`}
</div></div>`;
}

function topStores(speech: Speech, { period, stores, totals }: OverviewView): Html {
  const { say } = speech;
  const query = periodQuery(period);
  const note = stores.isComplete
    ? say('top.note', { all: stores.all, n: stores.top.length })
    : say('top.daily', { most: MOST_STORES });
  if (stores.top.length === 0) {
    return html`<header><h2>${say('stores')}</h2>${lateNote(speech, totals.now)}</header><p class="in note">${say('nothing')}</p>`;
  }
  const rows = table<StoreCourse>({
    caption: say('stores'),
    rows: stores.top,
    columns: [
      {
        head: say('store'),
        role: 'name',
        cell: (store) => storeCell(speech, store, stores.names, query),
      },
      {
        head: say('platform'),
        role: 'pair',
        cell: ({ platform }) => platformCell(speech, platform),
      },
      {
        head: say('top.trend'),
        role: 'desk',
        isLow: true,
        cell: ({ course }) => sparkline(course, [], 'sp mini'),
      },
      {
        head: say('redeemedGmv'),
        role: 'main',
        isNumber: true,
        cell: ({ redeemedFen }) => amount(redeemedFen),
      },
      {
        head: say(period.part === null ? 'top.versus' : 'top.versus.whole'),
        label: say('top.versus'),
        role: 'pair',
        isNumber: true,
        cell: ({ compared }) =>
          compared === null ? '—' : (movement(compared.nowFen, compared.beforeFen) ?? '—'),
      },
      {
        head: say('commission'),
        label: say('figure.commission'),
        role: 'pair',
        isNumber: true,
        cell: ({ commissionFen }) => amount(commissionFen),
      },
    ],
  });
  return html`<header><h2>${say('stores')}</h2><p class="note">${note}</p>${lateNote(speech, totals.now)}</header>${rows}
<footer><a href="/stores?${new URLSearchParams(query)}">${say('top.all')} →</a></footer>`;
}

function storeCell(
  { say }: Speech,
  store: StoreCourse,
  names: ReadonlyMap<string, StoreName>,
  query: Record<string, string>,
): Html {
  const known = names.get(placeKey(store));
  const name = nameOf(say, { storeId: store.storeId, name: known?.name ?? null });
  const city = known?.city ?? null;
  return html`<a href="${storeHref(store, query)}">${name}</a>${city === null ? '' : html` <span class="dim">${city}</span>`}`;
}

/** A platform's name with the colour of its series. */
export function platformCell({ say }: Speech, platform: string): Html {
  return html`<span class="sw">${square(platformSwatch(platform), 8)}${say(platform as 'douyin')}</span>`;
}

function moversCard(speech: Speech, { stores, period, totals }: OverviewView): Html {
  const { say, language } = speech;
  const query = periodQuery(period);
  return html`<header><h2>${say('movers.title')}</h2><p class="note">${say(period.part === null ? 'movers.note' : 'movers.note.whole')}</p>${lateNote(speech, totals.now)}</header><ul class="mv">${stores.movers.map(
    (store) => {
      const { nowFen, beforeFen } = store.compared ?? { nowFen: 0, beforeFen: 0 };
      const since =
        nowFen === 0
          ? say('movers.since', { day: day(period.window.from, language) })
          : beforeFen === 0
            ? say('movers.new')
            : say(store.platform as 'douyin');
      return html`<li><span>${storeCell(speech, store, stores.names, query)}<span class="x">${since}</span></span>
<span class="n">${signedAmount(nowFen - beforeFen)}<span class="x">${movement(nowFen, beforeFen) ?? '—'}</span></span></li>`;
    },
  )}</ul>`;
}

function waitingCard({ say, language }: Speech, waiting: readonly Waiting[]): Html {
  const you = status('warn', 'warn', say('wait.you'));
  const operator = status('go', 'go', say('wait.operator'));
  const rows = waiting.map((one) => {
    switch (one.is) {
      case 'statement-closed': {
        const month = monthOf(one.month, language);
        return html`<li><b>1</b><a href="/statements/${one.month}">${say('wait.statement', { month, amount: amount(one.payableFen) })}</a>${you}<span class="x">${say('wait.statement.more', { day: fullDay(one.closedOn, language) })}</span></li>`;
      }
      case 'statement-open': {
        const month = monthOf(one.month, language);
        return html`<li><b>1</b><a href="/statements/${one.month}">${say('wait.closing', { month })}</a>${operator}<span class="x">${say('wait.closing.more')}</span></li>`;
      }
      case 'dispute': {
        const voucher = lastFour(one.voucherId);
        return html`<li><b>1</b><a href="/disputes?id=${encodeURIComponent(one.disputeId)}">${say('wait.dispute', { voucher })}</a>${operator}<span class="x">${say('wait.dispute.more', { day: fullDay(one.raisedOn, language) })}</span></li>`;
      }
      case 'differences': {
        const href = `/completeness?${new URLSearchParams({ from: one.day, to: one.day })}`;
        return html`<li><b>${count(one.count)}</b><a href="${href}">${say('wait.differences', { n: one.count, day: day(one.day, language) })}</a>${operator}<span class="x">${say('wait.differences.more')}</span></li>`;
      }
      default:
        return one satisfies never;
    }
  });
  return html`<header><h2>${say('wait.title')}</h2></header>${
    rows.length === 0
      ? html`<p class="in note">${say('wait.none')}</p>`
      : html`<ul class="wait">${rows}</ul>`
  }`;
}
