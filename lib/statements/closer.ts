import type { Entry } from '../ledger/entry.ts';
import type { StoreHour } from '../rollups/store-day.ts';
import type { Lane } from '../store/ledger/closing-lanes.ts';
import type { Statement } from '../store/ledger/statements.ts';
import type { Table } from '../store/table.ts';

/** What a batch came to. */
export interface Batch {
  readonly statement: Statement;
  /** Entries and lines looked at. */
  readonly work: number;
  /** Where the batch was of one lane: the lane, as it is now. */
  readonly lane?: Lane;
}

/** Whoever closes: its clock, and its ways to have store-hours rolled up and providers notified. */
export interface Closer {
  readonly table: Table;
  readonly now: () => number;
  readonly requestRollup: (hours: readonly StoreHour[]) => Promise<void>;
  /** That the provider is notified of them. */
  readonly requestNotices: (entries: readonly Entry[]) => Promise<void>;
}
