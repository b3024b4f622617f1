import { html } from 'hono/html';
import { amount, change, count } from '../../../../lib/i18n/format.ts';
import type { Say } from '../../../../lib/i18n/words.ts';
import type { Html } from '../html.ts';
import { sparkline } from './sparkline.ts';
import { status } from './status.ts';

/** One number, the number before, its course, and where its reason is. */
export interface Figure {
  readonly name: string;
  readonly unit: 'yuan' | 'times';
  /** In fen where the unit is yuan. */
  readonly now: number;
  /** Of the period before, cut at the same time of its last day. */
  readonly before: number;
  /** By day or hour; of the period before, as many. */
  readonly course: { readonly now: readonly number[]; readonly before: readonly number[] };
  /** The whole card is the link. */
  readonly href: string;
  readonly why: string;
  /** The reason is one to look at. */
  readonly isWarning?: boolean;
}

/** A card with one number; see `Figure`. */
function figureCard(say: Say, figure: Figure): Html {
  const { name, unit, now, before, course, href, why, isWarning } = figure;
  return html`<a class="card fig" href="${href}"><span class="k">${name}</span>
<span class="v">${number(say, unit, now)}</span>
<span class="d">${versus(say, unit, now, before)}</span>${sparkline(course.now, course.before, 'sp')}
<span class="go">${isWarning ? status('warn', 'warn', `${why} →`) : `${why} →`}</span></a>`;
}

/** The row of cards at the top of a page. */
export function figures(say: Say, all: readonly Figure[]): Html {
  return html`<section class="figs${all.length === 4 ? ' f4' : ''}" aria-label="${say('figure.label')}">${all.map((one) => figureCard(say, one))}</section>`;
}

/** `▲ +6.0%`, in text colour: neither rise nor fall is good or bad by itself. Null where nothing was before. */
export function movement(now: number, before: number): Html | null {
  const text = change(now, before);
  if (text === null) return null;
  const shape = now === before ? '' : now > before ? '▲' : '▼';
  return html`<span class="nw"><span aria-hidden="true" class="rise">${shape}</span> ${text}</span>`;
}

function number(say: Say, unit: Figure['unit'], value: number): Html {
  if (unit === 'times') return html`${count(value)}<i>${say('unit.times')}</i>`;
  const [whole, fraction] = amount(value).split('.');
  return html`${whole}<small>.${fraction}</small><i>${say('unit.yuan')}</i>`;
}

function versus(say: Say, unit: Figure['unit'], now: number, before: number): Html | string {
  const moved = movement(now, before);
  if (moved === null) return say('figure.none-before');
  const was = say('figure.was', { amount: unit === 'yuan' ? amount(before) : count(before) });
  return html`<b>${moved}</b> ${was}`;
}
