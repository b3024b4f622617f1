import type { StoreHour } from '../rollups/store-day.ts';
import type { Statement } from './ledger/statements.ts';
import type { Table } from './table.ts';

/** What a piece came to. */
export interface Piece {
  readonly statement: Statement;
  /** Entries and lines looked at. */
  readonly work: number;
}

/** Whoever closes: its clock, and its way to have store-hours rolled up. */
export interface Closer {
  readonly table: Table;
  readonly now: () => number;
  readonly requestRollup: (hours: readonly StoreHour[]) => Promise<void>;
}
