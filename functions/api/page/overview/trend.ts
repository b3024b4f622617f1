import { html } from 'hono/html';
import { amount, day, weekday } from '../../../../lib/i18n/format.ts';
import { assetHref } from '../assets.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { movement } from '../parts/figure.ts';
import { table } from '../parts/table.ts';
import { type TrendPoint, trendChart } from '../parts/trend.ts';
import { periodQuery } from '../period.ts';
import type { OverviewView } from './model.ts';

const MEASURES = { redeemed: 'redeemedFen', paid: 'paidFen' } as const;

/** The course of one figure with both periods, and the same as a table. */
export function trendCard(speech: Speech, view: OverviewView): Html {
  const { say, language } = speech;
  const { totals, measure, by, period } = view;
  const points = pointsOf(speech, view);
  const field = MEASURES[measure];
  const [now, before] = [totals.now.total[field], totals.before.total[field]].map(amount);
  const title = say(`trend.${measure}`);
  const top = points.reduce<TrendPoint | null>(
    (best, point) => ((point.now ?? 0) > (best?.now ?? 0) ? point : best),
    null,
  );
  const description =
    top === null
      ? say('nothing')
      : say('trend.described', {
          ...{ now: now ?? '', before: before ?? '', peak: top.name, top: amount(top.now ?? 0) },
        });
  const part = period.part === null ? null : lastOf(points);
  const chart = { title, description, points, part, beforeWord: say('period.before'), language };
  const until = period.part?.now.slice(11, 16) ?? '';
  return html`<header><h2>${title}</h2><p class="key"><span>${line('cur')}${say('period.current')} <b>${now}</b></span><span>${line('prv')}${say('period.before')} <b>${before}</b></span></p></header>
<div class="in">${trendChart(chart)}${part === null ? '' : html`<p class="note">${say(by === 'day' ? 'trend.part-day' : 'trend.part-hour', { time: until })}</p>`}</div>
<footer><details><summary>${say('trend.numbers')}</summary><div class="dn">${numbers(speech, points, title)}</div></details>${zoomButton(speech, points)}${steps(speech, view)}</footer>`;
}

/** Shown where scripts run; what it draws with is loaded when it is pressed. */
function zoomButton({ say }: Speech, points: readonly TrendPoint[]): Html | string {
  if (points.length < 3) return '';
  const drawn = {
    names: points.map(({ name }) => name),
    now: points.map(({ now }) => now),
    before: points.map(({ before }) => before),
    words: [say('period.current'), say('period.before'), say('businessDay')],
  };
  return html`<button class="btn zoom" type="button" aria-pressed="false" data-zoom="${JSON.stringify(drawn)}" data-script="${assetHref('uplot.js')}" data-sheet="${assetHref('uplot.css')}" data-help="${say('trend.zoom.help')}">${say('trend.zoom')}</button>`;
}

function line(of: 'cur' | 'prv'): Html {
  return html`<svg width="16" height="8" aria-hidden="true"><line class="${of}" x1="0" x2="16" y1="4" y2="4"/></svg>`;
}

function pointsOf(
  { say, language }: Speech,
  { totals, measure, by, period }: OverviewView,
): TrendPoint[] {
  const field = MEASURES[measure];
  const now = period.part?.now ?? null;
  if (by === 'hour') {
    return totals.now.hours.map(({ hour, rollup }, at) => {
      const label = say('trend.hour', { hour: String(Number(hour.slice(11))) });
      const name = period.days === 1 ? label : `${day(hour.slice(0, 10), language)} ${label}`;
      const isAhead = now !== null && hour > now.slice(0, 13);
      const before = totals.before.hours[at]?.rollup[field] ?? null;
      return {
        label: period.days === 1 ? label : name,
        name,
        now: isAhead ? null : rollup[field],
        before,
      };
    });
  }
  return totals.now.days.map(({ day: one, rollup }, at) => {
    const isToday = now !== null && one === now.slice(0, 10);
    const isAhead = now !== null && one > now.slice(0, 10);
    const before = totals.before.days[at]?.rollup[field] ?? null;
    const label = isToday ? say('day.today') : day(one, language);
    const name = `${day(one, language)} ${weekday(one, language)}`;
    return { label, name, now: isAhead ? null : rollup[field], before };
  });
}

/** The last point that has come, and is not over. */
function lastOf(points: readonly TrendPoint[]): number | null {
  const at = points.findLastIndex(({ now }) => now !== null);
  return at === -1 ? null : at;
}

function numbers({ say }: Speech, points: readonly TrendPoint[], caption: string): Html {
  return table<TrendPoint>({
    caption,
    rows: points.filter(({ now, before }) => now !== null || before !== null).toReversed(),
    columns: [
      { head: say('businessDay'), role: 'name', cell: ({ name }) => name },
      {
        head: say('period.current'),
        role: 'main',
        isNumber: true,
        cell: ({ now }) => (now === null ? '—' : amount(now)),
      },
      {
        head: say('period.before'),
        role: 'pair',
        isNumber: true,
        cell: ({ before }) => (before === null ? '—' : amount(before)),
      },
      {
        head: say('trend.change'),
        role: 'pair',
        isNumber: true,
        cell: ({ now, before }) => (now === null ? '—' : (movement(now, before ?? 0) ?? '—')),
      },
    ],
  });
}

function steps({ say }: Speech, { period, measure, by, canHour }: OverviewView): Html | string {
  if (!canHour) return '';
  const href = (step: string) =>
    `/?${new URLSearchParams({ ...periodQuery(period), measure, by: step })}#trend`;
  return html`<nav class="seg" aria-label="${say('trend.step')}">${(['day', 'hour'] as const).map(
    (step) =>
      html`<a href="${href(step)}"${step === by ? html` aria-current="true"` : ''}>${say(`trend.by-${step}`)}</a>`,
  )}</nav>`;
}
