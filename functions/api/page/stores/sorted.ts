import { placeKey, type StoreName } from '../names.ts';
import type { StoreRow } from './rows.ts';
import { SORTS, type Sort } from './view.ts';

/** By name, city or id. */
export function isFound(row: StoreRow, names: ReadonlyMap<string, StoreName>, q: string): boolean {
  if (q === '') return true;
  const known = names.get(placeKey(row));
  const text = [known?.name ?? '', known?.city ?? '', row.storeId].join('\n');
  return text.toLowerCase().includes(q.toLowerCase());
}

/** All rows in the order of a column; equal ones by their key, so that pages agree. */
export function sortedBy(
  rows: readonly StoreRow[],
  names: ReadonlyMap<string, StoreName>,
  { sort, order }: { sort: Sort; order: 'asc' | 'desc' },
): StoreRow[] {
  const sign = order === 'asc' ? -1 : 1;
  const byKey = (a: StoreRow, b: StoreRow) => (placeKey(a) < placeKey(b) ? -1 : 1);
  if (sort === 'store') {
    const name = (row: StoreRow) => names.get(placeKey(row))?.name ?? row.storeId;
    return rows.toSorted((a, b) => -sign * name(a).localeCompare(name(b), 'zh') || byKey(a, b));
  }
  const of = (row: StoreRow) =>
    sort === 'change'
      ? (row.compared?.nowFen ?? 0) - (row.compared?.beforeFen ?? 0)
      : row[SORTS[sort]];
  return rows.toSorted((a, b) => sign * (of(b) - of(a)) || byKey(a, b));
}
