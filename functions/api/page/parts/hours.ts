import { html } from 'hono/html';
import { count } from '../../../../lib/i18n/format.ts';
import type { Html } from '../html.ts';

export interface HourBars {
  readonly title: string;
  readonly description: string;
  /** 24 numbers. */
  readonly now: readonly number[];
  readonly before: readonly number[];
  readonly nowWord: string;
  readonly beforeWord: string;
}

const HEIGHT = 148;
const PLOT = 120;
const TOP = 8;

/** A bar for each hour of a day, and a mark for the same hour of the day before. Zero is the floor. */
export function hourBars({ title, description, now, before, nowWord, beforeWord }: HourBars): Html {
  const highest = Math.max(4, ...now, ...before);
  const y = (value: number) =>
    Math.round((TOP + PLOT - (Math.max(0, value) / highest) * PLOT) * 10) / 10;
  const x = (hour: number) => Math.round((hour / 24) * 1_000) / 10;
  const marks = [0, Math.ceil(highest / 2), highest];
  return html`<div class="ch"><svg class="plot" width="28" height="${HEIGHT}" aria-hidden="true">${marks.map(
    (mark) => html`<text x="0" y="${y(mark) + 4}">${count(mark)}</text>`,
  )}</svg><svg class="plot" width="100%" height="${HEIGHT}" role="img" aria-labelledby="hours-title hours-text"><title id="hours-title">${title}</title><desc id="hours-text">${description}</desc>
${marks.map((mark) => html`<line class="gl" x1="0" x2="100%" y1="${y(mark)}" y2="${y(mark)}"/>`)}
${now.map((value, hour) => html`<rect class="b1" x="${x(hour + 0.15)}%" width="2.9%" y="${y(value)}" height="${TOP + PLOT - y(value)}"/>`)}
${before.map((value, hour) => (value === 0 ? '' : html`<line class="tick" x1="${x(hour + 0.05)}%" x2="${x(hour + 0.95)}%" y1="${y(value)}" y2="${y(value)}"/>`))}
${[0, 6, 12, 18].map((hour) => html`<text x="${x(hour)}%" y="${HEIGHT - 2}">${String(hour)}</text>`)}
${now.map((value, hour) => html`<rect class="hit" x="${x(hour)}%" y="${TOP}" width="4.16%" height="${PLOT}"><title>${`${hour}:00 ${nowWord} ${count(value)} ${beforeWord} ${count(before[hour] ?? 0)}`}</title></rect>`)}</svg></div>`;
}
