import { tieredOf } from '../attribution/contract.ts';
import type { Entry } from '../ledger/entry.ts';
import type { Line } from '../ledger/statement.ts';
import { addToContract, type TieredContract, tierEntry } from '../ledger/tiers.ts';
import { readContracts } from './contracts.ts';
import { bookEntry } from './ledger.ts';
import type { Statement } from './statements.ts';
import type { Table } from './table.ts';

/** Adds lines to what their contracts come to. Only contracts with tiers are kept: the others need no settling. */
export async function addTiered(
  table: Table,
  before: Statement['tiered'],
  lines: readonly Line[],
): Promise<Statement['tiered']> {
  const sums = { ...before };
  for (const [contractId, [first, ...others]] of Map.groupBy(lines, (line) => line.contractId)) {
    if (contractId === null || first === undefined) continue;
    if ((await readTiered(table, first, contractId)) === undefined) continue;
    sums[contractId] = addToContract(sums[contractId], [first, ...others]);
  }
  return sums;
}

/** Books what a statement's contracts earn by tiers beside what was booked. @returns the entries as they stand */
export async function bookTiers(table: Table, statement: Statement): Promise<Entry[]> {
  const settled: Entry[] = [];
  for (const [contractId, sum] of Object.entries(statement.tiered)) {
    const contract = await readTiered(table, sum, contractId);
    const entry = contract && tierEntry(statement, contract, sum);
    if (entry !== undefined) settled.push((await bookEntry(table, entry)).entry);
  }
  return settled;
}

async function readTiered(
  table: Table,
  { platform, merchantId }: { platform: string; merchantId: string },
  contractId: string,
): Promise<TieredContract | undefined> {
  return tieredOf(await readContracts(table, platform, merchantId), contractId);
}
