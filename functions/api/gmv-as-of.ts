import { PLATFORMS } from '../../lib/events/event.ts';
import { addRows, type Cell, cellsOf, type Row, rowsBy } from '../../lib/ledger/dimensions.ts';
import type { Entry } from '../../lib/ledger/entry.ts';
import { type Rollup, rollUpEntries } from '../../lib/ledger/rollup.ts';
import type { Dimension } from '../../lib/rollups/dimensions.ts';
import { registeredStores } from '../../lib/rollups/registered-stores.ts';
import type { Table } from '../../lib/store/table.ts';
import { storeKey } from './reports.ts';

/** Rows of GMV from entries alone, as the rollups of just these entries would have them. */

export interface GmvRow {
  readonly key: string;
  readonly rollup: Rollup;
}

export function dayRowsOf(entries: readonly Entry[]): GmvRow[] {
  return grouped(entries, ({ businessDay }) => businessDay).toSorted((a, b) =>
    a.key < b.key ? -1 : 1,
  );
}

export function platformRowsOf(entries: readonly Entry[]): GmvRow[] {
  const rows = grouped(entries, ({ platform }) => platform);
  return PLATFORMS.flatMap((platform) => rows.filter(({ key }) => key === platform));
}

/** The largest first. */
export function storeRowsOf(entries: readonly Entry[]): GmvRow[] {
  return grouped(entries, storeKey).toSorted(
    (a, b) => b.rollup.redeemedFen - a.rollup.redeemedFen || (a.key < b.key ? -1 : 1),
  );
}

export async function dimensionRowsOf(
  by: Dimension,
  entries: readonly Entry[],
  table: Table,
): Promise<Row[]> {
  if (by !== 'city') return rowsBy(by, cellsOf(entries));
  const stores = [...Map.groupBy(entries, storeKey).values()].flatMap((own) => {
    const first = own[0];
    return first === undefined ? [] : [{ first, cells: cellsOf(own) }];
  });
  const all = stores.flatMap(({ cells }): Cell[] => cells);
  const registered = await registeredStores(
    stores.map(({ first }) => first),
    all,
    table,
  );
  const rows = stores.flatMap(({ first, cells }): Row[] =>
    cells.map(({ rollup }) => ({ value: registered.get(storeKey(first))?.city ?? null, rollup })),
  );
  return addRows(rows);
}

function grouped(entries: readonly Entry[], keyOf: (entry: Entry) => string): GmvRow[] {
  return [...Map.groupBy(entries, keyOf)].map(([key, own]) => ({
    key,
    rollup: rollUpEntries(own),
  }));
}
