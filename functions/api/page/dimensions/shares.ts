import { html } from 'hono/html';
import { amount, share } from '../../../../lib/i18n/format.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { square, stackedBar } from '../parts/shares.ts';
import type { DimensionKind, DimensionRow } from './model.ts';
import { nameOfRow } from './names.ts';
import type { DimensionRows } from './read.ts';

/** As many as the accent has steps; the rest is one part. */
const SHOWN = 4;

interface Shared {
  readonly kind: DimensionKind;
  readonly names: ReadonlyMap<string, string>;
  readonly all: DimensionRows;
}

/** What the total is made of: the largest parts and the rest, whatever the rows below are sorted by. */
export function sharesOf({ say }: Speech, { kind, names, all }: Shared): Html | string {
  const whole = all.sum.redeemedFen;
  if (whole <= 0) return '';
  const largest = all.rows
    .filter(({ rollup }) => rollup.redeemedFen > 0)
    .toSorted((a, b) => b.rollup.redeemedFen - a.rollup.redeemedFen || (a.key < b.key ? -1 : 1));
  const shown = largest.slice(0, SHOWN);
  const rest = largest.slice(SHOWN);
  const name = (row: DimensionRow) => nameOfRow(say, kind, row, names).name;
  const parts = shown.map((row, at) => ({
    ...{ name: name(row), swatch: `g${at + 1}`, nowFen: row.rollup.redeemedFen },
  }));
  const others = {
    name: say('dimension.rest', { n: rest.length }),
    swatch: 'g5',
    nowFen: rest.reduce((sum, { rollup }) => sum + rollup.redeemedFen, 0),
  };
  const bars = rest.length === 0 ? parts : [...parts, others];
  return html`<section class="card" aria-label="${say('shares.title')}"><header><h2>${say('figure.redeemed')}</h2><p class="note">${amount(whole)} ${say('unit.yuan')}</p></header>
<div class="in">${stackedBar(bars)}<p class="key">${bars.map(
    ({ name: own, swatch, nowFen }) =>
      html`<span>${square(swatch)}${own} <b>${share(nowFen, whole) ?? '—'}</b></span>`,
  )}</p></div></section>`;
}
