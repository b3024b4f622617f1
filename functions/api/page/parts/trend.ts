import { html } from 'hono/html';
import { amount, axisAmount } from '../../../../lib/i18n/format.ts';
import type { Language } from '../../../../lib/i18n/words.ts';
import type { Html } from '../html.ts';

/** One place of the axis of time. */
export interface TrendPoint {
  /** On the axis. */
  readonly label: string;
  /** In the sentence of the pointer and of the table. */
  readonly name: string;
  /** Fen; null for what has not come yet. */
  readonly now: number | null;
  readonly before: number | null;
}

export interface Trend {
  readonly title: string;
  /** The finding, in a sentence. */
  readonly description: string;
  readonly points: readonly TrendPoint[];
  /** The last of this period that is not over: dotted, with a hollow point. */
  readonly part: number | null;
  readonly beforeWord: string;
  readonly language: Language;
}

const HEIGHT = 264;
const TOP = 16;
const PLOT = 224;
const STEPS = 3;

/**
 * Lines over time: this period with its area, the one before dashed. Geometry is in per cent and text in pixels, so it
 * stretches without a script.
 */
export function trendChart({
  title,
  description,
  points,
  part,
  beforeWord,
  language,
}: Trend): Html {
  const values = points.flatMap(({ now, before }) => [now ?? 0, before ?? 0]);
  const step = niceStep(Math.max(...values, 1));
  const below = Math.min(0, -Math.ceil(-Math.min(...values, 0) / step));
  const [low, high] = [below * step, STEPS * step];
  const y = (fen: number) => round(100 - ((fen - low) / (high - low)) * 100);
  const x = (at: number) => round(((at + 0.5) / Math.max(points.length, 1)) * 100);
  const line = (of: (point: TrendPoint) => number | null) =>
    points.flatMap((point, at) => {
      const fen = of(point);
      return fen === null ? [] : [`${x(at)},${y(fen)}`];
    });
  const now = line((point) => point.now);
  const whole = part === null ? now : now.slice(0, -1);
  const marks = Array.from({ length: STEPS - below + 1 }, (_, index) => (below + index) * step);
  const px = (fen: number) => round(TOP + (y(fen) / 100) * PLOT);
  return html`<div class="ch"><svg class="plot" width="44" height="${HEIGHT}" aria-hidden="true">${marks.map(
    (fen) => html`<text x="0" y="${px(fen) + 4}">${axisAmount(fen, language)}</text>`,
  )}</svg><svg class="plot" width="100%" height="${HEIGHT}" role="img" aria-labelledby="trend-title trend-text"><title id="trend-title">${title}</title><desc id="trend-text">${description}</desc>
${marks.map((fen) => html`<line class="gl" x1="0" x2="100%" y1="${px(fen)}" y2="${px(fen)}"/>`)}
<svg x="0" y="${TOP}" width="100%" height="${PLOT}" viewBox="0 0 100 100" preserveAspectRatio="none">${area(whole, y(0))}<polyline class="prv" points="${line((point) => point.before).join(' ')}"/><polyline class="cur" points="${whole.join(' ')}"/>${dotted(now, part)}</svg>
${hollowPoint(points, part, x, px)}
${labels(points, x)}
${points.map((point, at) => hitArea(point, at, points.length, beforeWord))}</svg></div>`;
}

function area(line: readonly string[], floor: number): Html | string {
  const [first, last] = [line[0], line.at(-1)];
  if (line.length < 2 || first === undefined || last === undefined) return '';
  const ends = [first, last].map((point) => `${point.split(',')[0]},${floor}`);
  return html`<polygon class="ar" points="${[ends[0], ...line, ends[1]].join(' ')}"/>`;
}

function dotted(line: readonly string[], part: number | null): Html | string {
  if (part === null || line.length < 2) return '';
  return html`<polyline class="cur" stroke-dasharray="1 4" stroke-linecap="round" points="${line.slice(-2).join(' ')}"/>`;
}

function hollowPoint(
  points: readonly TrendPoint[],
  part: number | null,
  x: (at: number) => number,
  px: (fen: number) => number,
): Html | string {
  const fen = part === null ? null : (points[part]?.now ?? null);
  return part === null || fen === null
    ? ''
    : html`<circle class="dot" cx="${x(part)}%" cy="${px(fen)}" r="4"/>`;
}

/** At most seven, evenly; every other one goes on a phone. */
function labels(points: readonly TrendPoint[], x: (at: number) => number): Html[] {
  const every = Math.max(1, Math.ceil(points.length / 7));
  const shown = points.flatMap(({ label }, at) => (at % every === 0 ? [{ label, at }] : []));
  const last = points.length - 1;
  // The end is labelled where the one before leaves room for it.
  if (last > 0 && last % every !== 0) {
    if (last % every < every / 2) shown.pop();
    shown.push({ label: points[last]?.label ?? '', at: last });
  }
  return shown.map(({ label, at }, index) => {
    const anchor = at === 0 ? 'start' : at === last && last > 0 ? 'end' : 'middle';
    const isExtra = index % 2 === 1 && index < shown.length - 1;
    return html`<text x="${x(at)}%" y="260" text-anchor="${anchor}"${isExtra ? html` class="x2"` : ''}>${label}</text>`;
  });
}

function hitArea(
  { name, now, before }: TrendPoint,
  at: number,
  length: number,
  beforeWord: string,
): Html {
  const width = 100 / length;
  const text = [
    now === null ? `${name}` : `${name}: ${amount(now)}`,
    ...(before === null ? [] : [`${beforeWord} ${amount(before)}`]),
  ].join(' ');
  return html`<rect class="hit" x="${round(at * width)}%" y="${TOP}" width="${round(width)}%" height="${PLOT}"><title>${text}</title></rect>`;
}

/** 1, 2, 2.5 or 5 of a power of ten, so that three steps reach the highest. */
function niceStep(highest: number): number {
  const least = highest / STEPS;
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 2.5, 5, 10].find((one) => one * power >= least) ?? 10;
  return factor * power;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
