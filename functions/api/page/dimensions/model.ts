import type { Word } from '../../../../lib/i18n/words.ts';
import type { Rollup } from '../../../../lib/ledger/rollup.ts';
import type { Dimension } from '../../../../lib/rollups/dimensions.ts';
import type { Grouping } from '../../catalogue.ts';
import type { Compared } from '../period.ts';

/** What a dimension is called on its page. */
export interface DimensionKind {
  readonly dimension: Exclude<Dimension, 'loop'> | Grouping;
  readonly path: string;
  readonly title: Word;
  readonly one: Word;
}

export const KINDS: readonly DimensionKind[] = [
  kind('product', '/products', 'products'),
  kind('supply', '/supplies', 'supplies'),
  kind('category', '/categories', 'categories'),
  kind('creator', '/creators', 'creators'),
  kind('channel', '/channels', 'channels'),
  kind('merchant', '/merchants', 'merchants'),
  kind('city', '/cities', 'cities'),
];

function kind(dimension: DimensionKind['dimension'], path: string, title: Word): DimensionKind {
  return { dimension, path, title, one: `dimension.${dimension}` };
}

/** Pages of the same sales, told by product and by what the catalogue says of it: one leads to the others. */
export const OF_PRODUCTS: readonly DimensionKind[] = KINDS.filter(({ dimension }) =>
  ['product', 'supply', 'category'].includes(dimension),
);

/** What of a kind is rolled up, and what its rows are grouped by at reading, if anything. */
export function rolledUpAs({ dimension }: DimensionKind): {
  readonly rolledUp: Dimension;
  readonly grouping: Grouping | null;
} {
  return dimension === 'supply' || dimension === 'category'
    ? { rolledUp: 'product', grouping: dimension }
    : { rolledUp: dimension, grouping: null };
}

/** What the list is sorted by. */
export const SORTS = {
  redeemed: 'redeemedFen',
  paid: 'paidFen',
  count: 'redeemedCount',
  refunded: 'refundedFen',
  commission: 'commissionFen',
} as const;
export type Sort = keyof typeof SORTS;

/** One value of a dimension over a period. */
export interface DimensionRow {
  /** What the address has of it: see `keyOf`. */
  readonly key: string;
  /** Null: nobody reported it. */
  readonly value: string | null;
  /** Of a creator: how it earns; null where nobody reported it. */
  readonly cpsKind?: string | null;
  readonly rollup: Rollup;
  readonly compared: Compared | null;
  /** By day, as many as the period has. */
  readonly days: readonly Rollup[];
  /** Redeemed GMV of the period before by day, as far as it is compared. */
  readonly before: readonly number[];
}
