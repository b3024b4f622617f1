import { PLATFORMS, type Platform } from '../../lib/events/id.ts';
import { addRows, type Row } from '../../lib/ledger/dimensions.ts';
import { type Product, productName, productsOf } from '../../lib/store/accounts/products.ts';
import type { Table } from '../../lib/store/table.ts';
import { Kept } from './page/kept.ts';

/** What products are grouped by at reading: nothing of it is rolled up. */
export const GROUPINGS = ['supply', 'category'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** What is known of a product's id. An id that two platforms have is what both of its products are. */
export interface Known {
  readonly name: string | null;
  readonly category: string | null;
  readonly supply: string | null;
  /** Where something is sold under this id. */
  readonly platforms: readonly Platform[];
}
export type Catalogue = ReadonlyMap<string, Known>;

const kept = new Kept<Catalogue>();

/** The whole catalogue by product id, read once in some minutes: a few hundred products are a handful of read units. */
export async function readCatalogue(table: Table, nowMs: number): Promise<Catalogue> {
  const found = await kept.of(table, 'catalogue', nowMs, () => readAll(table));
  return found ?? NOTHING;
}

const NOTHING: Catalogue = new Map();

async function readAll(table: Table): Promise<Catalogue> {
  const all: Product[] = [];
  for (const platform of PLATFORMS) {
    for await (const product of productsOf(table, platform)) all.push(product);
  }
  const byId = Map.groupBy(all, ({ productId }) => productId);
  return new Map(
    [...byId].map(([id, own]) => [
      id,
      {
        name: same(own.map(productName)),
        category: same(own.map(({ category }) => category)),
        supply: same(own.map(({ supplyId }) => supplyId)),
        platforms: own.map(({ platform }) => platform),
      },
    ]),
  );
}

/** One value of all, or nothing: a guess would be as often wrong as right. */
function same(values: readonly (string | null)[]): string | null {
  return new Set(values).size === 1 ? (values[0] ?? null) : null;
}

/** Rows by product → rows by what the catalogue says of them. They add up to the same; what it says nothing of is null. */
export function groupedBy(by: Grouping, rows: Iterable<Row>, catalogue: Catalogue): Row[] {
  return addRows(
    [...rows].map(({ value, rollup }) => ({
      value: value === null ? null : (catalogue.get(value)?.[by] ?? null),
      rollup,
    })),
  );
}
