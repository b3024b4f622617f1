import { actSchema, type StatementAct } from '../../ledger/statement-life.ts';
import { keys, PREFIX, type StatementId, statementPartition } from '../keys.ts';
import type { Table } from '../table.ts';

/** What happened to a statement since it was closed, in its order. */
export async function readActs(table: Table, id: StatementId): Promise<StatementAct[]> {
  const acts: StatementAct[] = [];
  for await (const item of table.query(statementPartition(id), { startsWith: PREFIX.act })) {
    acts.push(actSchema.parse(item));
  }
  return acts;
}

/**
 * Adds an act at its number, from 1.
 * @returns false when another took that number: read the acts again, judge again, try the next
 */
export async function appendAct(
  table: Table,
  id: StatementId,
  number: number,
  act: StatementAct,
): Promise<boolean> {
  return table.put(keys.statementAct(id, number), act);
}
