import { contractPlace, tieredOf } from '../attribution/contract.ts';
import type { Entry } from '../ledger/entry.ts';
import type { StatementLine } from '../ledger/statement.ts';
import {
  addTierSums,
  addToContract,
  NO_TIER_SUM,
  type TieredContract,
  type TierSum,
  tierEntry,
} from '../ledger/tiers.ts';
import { readContracts } from '../store/accounts/contracts.ts';
import { bookEntry } from '../store/ledger/entries.ts';
import { readStatements, type Statement } from '../store/ledger/statements.ts';
import type { Table } from '../store/table.ts';

/** Adds lines to what their contracts come to. Only contracts with tiers are kept: the others need no settling. */
export async function addTiered(
  table: Table,
  before: Statement['tiered'],
  lines: readonly StatementLine[],
): Promise<Statement['tiered']> {
  const sums = { ...before };
  const earning = lines.filter((line) => line.kind !== 'tier');
  for (const [contractId, own] of Map.groupBy(earning, (line) => line.contractId)) {
    if (contractId === null || (await readTiered(table, contractId)) === undefined) continue;
    sums[contractId] = { ...addToContract(sums[contractId], own) };
  }
  return sums;
}

/**
 * Books what a statement's contracts earn by tiers beside what was booked: for its own month, and again
 * for each month before it that it brings lines of. A month's tiers are known from all the statements
 * that have lines of it, which never change once they are closed.
 * @returns the entries as they stand, and the statement's sums with them
 */
export async function bookTiers(
  table: Table,
  statement: Statement,
  now: () => number,
): Promise<{ settled: Entry[]; tiered: Statement['tiered'] }> {
  const settled: Entry[] = [];
  const tiered = { ...statement.tiered };
  const before = await sumsBefore(table, statement);
  for (const [contractId, months] of Object.entries(statement.tiered)) {
    const contract = await readTiered(table, contractId);
    if (contract === undefined) continue;
    for (const [of, own] of Object.entries(months)) {
      const sum = addTierSums([before(contractId, of), own]);
      const wanted = tierEntry({ ...statement, of }, contract, sum);
      if (wanted === undefined) continue;
      const { entry } = await bookEntry(table, wanted, now);
      settled.push(entry);
      const settledFen = entry.commissionFen;
      tiered[contractId] = { ...tiered[contractId], [of]: { ...own, settledFen } };
    }
  }
  return { settled, tiered };
}

/** What the statements before one have of a contract's month. */
export async function sumsBefore(
  table: Table,
  { providerId, month, tiered }: Pick<Statement, 'providerId' | 'month' | 'tiered'>,
): Promise<(contractId: string, of: string) => TierSum> {
  // A provider without tiers needs none of them.
  if (Object.keys(tiered).length === 0) return () => NO_TIER_SUM;
  const all = await readStatements(table, providerId);
  const before = all.filter((one) => one.month < month);
  return (contractId, of) => addTierSums(before.map((one) => one.tiered[contractId]?.[of]));
}

async function readTiered(table: Table, contractId: string): Promise<TieredContract | undefined> {
  const place = contractPlace(contractId);
  if (place === undefined) return undefined;
  return tieredOf(await readContracts(table, place.platform, place.merchantId), contractId);
}
