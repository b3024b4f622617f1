import { contractPlace } from '../attribution/contract.ts';
import type { StatementLine } from '../ledger/statement.ts';
import { type ProofContract, proofContract } from '../proof/contract.ts';
import { rowBody } from '../proof/row.ts';
import { readContracts } from '../store/accounts/contracts.ts';
import type { StatementId } from '../store/keys.ts';
import { entryRef } from '../store/ledger/entry-ref.ts';
import type { Table } from '../store/table.ts';

/** A line with where it stands among its statement's. */
export interface KeptLine {
  readonly sk: string;
  readonly line: StatementLine;
}

export interface ProofRow {
  readonly body: string;
  readonly contract: ProofContract | null;
}

/** Reads contract versions for proofs, each merchant's log once. They never change. */
export class ProofContracts {
  readonly #table: Table;
  readonly #known = new Map<string, Promise<ProofContract | null>>();

  constructor(table: Table) {
    this.#table = table;
  }

  of(contractId: string | null, version: number | null): Promise<ProofContract | null> {
    if (contractId === null) return Promise.resolve(null);
    const name = `${version} ${contractId}`;
    const known = this.#known.get(name) ?? this.#read(contractId, version);
    this.#known.set(name, known);
    return known;
  }

  async #read(contractId: string, version: number | null): Promise<ProofContract | null> {
    const place = contractPlace(contractId);
    if (place === undefined) return null;
    const log = await readContracts(this.#table, place.platform, place.merchantId);
    const found = log.find((one) => one.contractId === contractId && one.version === version);
    return found === undefined ? null : proofContract(found);
  }
}

/** Lines as their statement's proof has them. */
export async function proofRows(
  { providerId }: StatementId,
  lines: readonly StatementLine[],
  contracts: ProofContracts,
): Promise<ProofRow[]> {
  const rows: ProofRow[] = [];
  for (const line of lines) {
    const contract = await contracts.of(line.contractId, line.contractVersion);
    const entryId = entryRef({ ...line, providerId });
    rows.push({ body: rowBody(line, { entryId, contract: contract?.hash ?? null }), contract });
  }
  return rows;
}

/** Whether a statement settled it itself: such lines are the last of its proof, wherever they sort. */
export function isSettledBy({ kind, orderId }: StatementLine, { month }: StatementId): boolean {
  return kind === 'tier' && (orderId === `tier:${month}` || orderId.startsWith(`tier:${month}:`));
}

export function inProofOrder(lines: readonly KeptLine[], statement: StatementId): KeptLine[] {
  const [settled = [], others = []] = [true, false].map((wanted) =>
    lines.filter(({ line }) => isSettledBy(line, statement) === wanted),
  );
  return [...others, ...settled.toSorted((a, b) => (a.sk < b.sk ? -1 : 1))];
}
