import { Problem } from '../../../../lib/errors/problem.ts';
import type { Platform } from '../../../../lib/events/id.ts';
import { STORE_LINE_HEADINGS, storeLineCells } from '../../../../lib/exports/store-lines.ts';
import type { Cell } from '../../../../lib/ledger/csv.ts';
import type { Entry } from '../../../../lib/ledger/entry.ts';
import { entriesBackwards } from '../../../../lib/store/ledger/entries.ts';
import type { Table } from '../../../../lib/store/table.ts';
import type { Window } from '../../input.ts';
import { isWanted, type RowFilter } from './rows.ts';

/** So many lines are read for one file: some 750 read units, and a workbook of a megabyte. */
const MOST_LINES = 5_000;

/**
 * A store's lines as cells, the newest first, under headings in both languages.
 * @throws Problem `request-invalid` where the window has more: half a file would look like a whole one
 */
export async function fileRows(
  table: Table,
  place: { providerId: string; platform: Platform; storeId: string },
  window: Window,
  filter: RowFilter,
): Promise<Cell[][]> {
  const found: Entry[] = [];
  let looked = 0;
  for await (const { entry } of entriesBackwards(table, place, window, undefined, MOST_LINES + 1)) {
    looked += 1;
    if (looked > MOST_LINES) {
      const detail = `from, to: a file has at most ${MOST_LINES} lines. Choose fewer days, or have a long file made.`;
      throw new Problem('request-invalid', detail, { fields: ['from', 'to'] });
    }
    if (isWanted(entry, filter)) found.push(entry);
  }
  return [[...STORE_LINE_HEADINGS], ...found.map(storeLineCells)];
}
