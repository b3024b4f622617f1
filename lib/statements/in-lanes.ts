import { type Lane, readLanes } from '../store/ledger/closing-lanes.ts';
import type { Statement } from '../store/ledger/statements.ts';
import type { Table } from '../store/table.ts';

/** Whether several workers take its entries side by side. */
export function isInLanes({ status, phase, lanes }: Statement): boolean {
  return status === 'closing' && phase === 'taking' && lanes !== null && lanes > 0;
}

export async function lanesOf(table: Table, statement: Statement): Promise<Lane[]> {
  return statement.lanes === null || statement.lanes === 0
    ? []
    : readLanes(table, statement, statement.lanes);
}
