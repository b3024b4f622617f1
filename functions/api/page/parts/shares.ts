import { html } from 'hono/html';
import { amount, points, share } from '../../../../lib/i18n/format.ts';
import type { Say } from '../../../../lib/i18n/words.ts';
import type { Html } from '../html.ts';

export interface ShareRow {
  readonly name: string;
  /** Of the swatch and its part of the bar: `b1` … for platforms, `g1` … for parts of one thing. */
  readonly swatch: string;
  readonly nowFen: number;
  readonly beforeFen: number;
  /** Null where there are no rows behind it. */
  readonly href: string | null;
}

export interface ShareGroup {
  readonly name: string;
  readonly rows: readonly ShareRow[];
}

/** What a total is made of, as one stacked bar a dimension with its numbers; parts of one dimension add up to it. */
export function sharesTable(say: Say, groups: readonly ShareGroup[]): Html {
  const heads = [say('figure.redeemed'), say('shares.share'), say('shares.change')];
  return html`<table class="tb shares" role="table"><caption class="sr">${say('shares.title')}</caption>
<thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">${say('shares.from')}</th>${heads.map(
    (head) => html`<th scope="col" role="columnheader" class="n">${head}</th>`,
  )}</tr></thead>
${groups.map(groupRows)}</table>`;
}

function groupRows({ name, rows }: ShareGroup): Html {
  const now = sum(rows.map(({ nowFen }) => nowFen));
  const before = sum(rows.map(({ beforeFen }) => beforeFen));
  return html`<tbody role="rowgroup"><tr role="row"><th scope="rowgroup" colspan="4" role="rowheader"><span class="strong">${name}</span>${stackedBar(rows)}</th></tr>${rows.map(
    ({ name: own, swatch, nowFen, beforeFen, href }) => html`<tr role="row">
<td role="cell"><span class="sw">${square(swatch)}${href === null ? own : html`<a href="${href}">${own}</a>`}</span></td>
<td role="cell" class="n">${amount(nowFen)}</td>
<td role="cell" class="n">${share(nowFen, now) ?? '—'}</td>
<td role="cell" class="n dim">${points({ part: nowFen, whole: now }, { part: beforeFen, whole: before }) ?? '—'}</td></tr>`,
  )}</tbody>`;
}

/** A square of a series' colour. */
export function square(swatch: string, size = 10): Html {
  return html`<svg width="${size}" height="${size}" aria-hidden="true"><rect width="${size}" height="${size}" rx="2" class="${swatch}"/></svg>`;
}

/** What is below nothing takes no part of the bar. */
export function stackedBar(rows: readonly Pick<ShareRow, 'swatch' | 'nowFen'>[]): Html {
  const parts = rows.map(({ nowFen }) => Math.max(0, nowFen));
  const whole = Math.max(1, sum(parts));
  let at = 0;
  return html`<svg width="100%" height="8" aria-hidden="true">${rows.map(({ swatch }, index) => {
    const width = ((parts[index] ?? 0) / whole) * 100;
    const x = at;
    at += width;
    // Half a per cent between two parts.
    return html`<rect class="${swatch}" x="${round(x)}%" width="${round(Math.max(0, width - 0.5))}%" height="8"/>`;
  })}</svg>`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
