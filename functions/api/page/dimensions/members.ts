import { html } from 'hono/html';
import { PLATFORMS, type Platform } from '../../../../lib/events/id.ts';
import { amount, count } from '../../../../lib/i18n/format.ts';
import type { Row } from '../../../../lib/ledger/dimensions.ts';
import type { Rollup } from '../../../../lib/ledger/rollup.ts';
import type { Catalogue } from '../../catalogue.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { movement } from '../parts/figure.ts';
import { type Column, table } from '../parts/table.ts';
import { type Period, periodQuery } from '../period.ts';
import { type DimensionKind, rolledUpAs } from './model.ts';

/** A product of a supply or a category, and what was sold of it. */
interface Member {
  readonly productId: string;
  readonly name: string | null;
  readonly platforms: readonly Platform[];
  readonly rollup: Rollup;
  /** What a redemption came to on average; null where none stands. */
  readonly priceFen: number | null;
}

/** The products of one row of a grouping. */
export interface Members {
  readonly products: readonly Member[];
  /** Platforms where something of the provider's was sold, and none of these. */
  readonly notAt: readonly Platform[];
}

/** @param sold by product, of the same period; null: the row is of no grouping, or of what is in none */
export function membersOf(
  kind: DimensionKind,
  value: string,
  sold: readonly Row[],
  catalogue: Catalogue,
): Members | null {
  const { grouping } = rolledUpAs(kind);
  if (grouping === null || value === '') return null;
  const products = sold.flatMap(({ value: productId, rollup }): Member[] => {
    const known = productId === null ? undefined : catalogue.get(productId);
    if (productId === null || known === undefined || known[grouping] !== value) return [];
    const { redeemedFen, redeemedCount } = rollup;
    const priceFen = redeemedCount > 0 ? Math.round(redeemedFen / redeemedCount) : null;
    return [{ productId, name: known.name, platforms: known.platforms, rollup, priceFen }];
  });
  const at = new Set(products.flatMap((one) => one.platforms));
  const used = new Set(sold.flatMap((one) => catalogue.get(one.value ?? '')?.platforms ?? []));
  return {
    products: products.toSorted((a, b) => (a.priceFen ?? 0) - (b.priceFen ?? 0)),
    notAt: PLATFORMS.filter((platform) => used.has(platform) && !at.has(platform)),
  };
}

/** What the same dish costs under each of its ids, the cheapest first, and where it is not sold; or a category's products. */
export function membersCard(
  { say }: Speech,
  { kind, period, members }: { kind: DimensionKind; period: Period; members: Members },
): Html {
  const { products, notAt } = members;
  const cheapest = products.find(({ priceFen }) => priceFen !== null)?.priceFen ?? null;
  // Of a category the products are different things.
  const dearer: Column<Member> = {
    ...{ head: say('dimension.dearer'), role: 'pair', isNumber: true },
    cell: ({ priceFen }) =>
      priceFen === null || cheapest === null || priceFen === cheapest
        ? '—'
        : (movement(priceFen, cheapest) ?? '—'),
  };
  const columns: Column<Member>[] = [
    {
      ...{ head: say('dimension.product'), role: 'name' },
      cell: ({ productId, name }) => {
        const query = new URLSearchParams({ ...periodQuery(period), row: productId });
        return html`<a href="/products?${query}"${name === null ? html` class="id"` : ''}>${name ?? productId}</a>${name === null ? '' : html` <span class="dim">${productId}</span>`}`;
      },
    },
    {
      ...{ head: say('platform'), role: 'pair' },
      cell: ({ platforms }) => platforms.map((one) => say(one)).join(' · '),
    },
    {
      ...{ head: say('dimension.price'), role: 'main', isNumber: true },
      cell: ({ priceFen }) => (priceFen === null ? '—' : amount(priceFen)),
    },
    ...(kind.dimension === 'supply' ? [dearer] : []),
    {
      ...{ head: say('redeemedCount'), role: 'pair', isNumber: true },
      cell: ({ rollup }) => count(rollup.redeemedCount),
    },
    {
      ...{ head: say('redeemedGmv'), role: 'pair', isNumber: true },
      cell: ({ rollup }) => amount(rollup.redeemedFen),
    },
  ];
  const gap =
    notAt.length === 0
      ? ''
      : html`<p class="in form note">${say('dimension.not-at', { platforms: notAt.map((one) => say(one)).join(say('dimension.and')) })}</p>`;
  return html`<section class="card"><header><h2>${say('dimension.members')}</h2><p class="note">${say('dimension.members.note')}</p></header>
${table<Member>({ caption: say('dimension.members'), columns, rows: products })}${kind.dimension === 'supply' ? gap : ''}</section>`;
}
