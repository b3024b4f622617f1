import type { Cell } from '../ledger/csv.ts';
import type { Table } from '../store/table.ts';

/** Where the rows of a file come from. */
export interface ExportSource {
  /** What stands over the columns. */
  readonly headings: readonly string[];
  /** Which columns a workbook adds up in its last row: amounts in fen, counts; null for all others. */
  readonly sums: readonly ('fen' | 'count' | null)[];
  /** In the sum row's first column. */
  readonly total: string;
  /** Of a workbook's sheet: at most 31 characters, none of `:\/?*[]`. */
  readonly sheet: string;
  /**
   * The rows after a cursor, at most about a thousand: the same again, whoever asks again.
   * @returns `next`: where to go on; null: these were the last
   */
  readonly read: (table: Table, cursor: string | null) => Promise<ExportRows>;
}

export interface ExportRows {
  readonly rows: readonly (readonly Cell[])[];
  readonly next: string | null;
}
