import { lastDayOf } from '../../../lib/ledger/statement.ts';
import { NO_TIER_SUM } from '../../../lib/ledger/tiers.ts';
import { headLines, type ProofTier } from '../../../lib/proof/head.ts';
import { blockBody, ROWS_A_BLOCK } from '../../../lib/proof/row.ts';
import { asciiJson, LAST_LINE, proofLine } from '../../../lib/proof/text.ts';
import {
  inProofOrder,
  isSettledBy,
  type KeptLine,
  ProofContracts,
  proofRows,
} from '../../../lib/statements/proof-rows.ts';
import { sumsBefore } from '../../../lib/statements/tiers.ts';
import { readLines, type Statement, statementIdOf } from '../../../lib/store/ledger/statements.ts';
import type { Table } from '../../../lib/store/table.ts';
import type { ApiDeps } from '../deps.ts';
import { filesOf } from '../statement-files.ts';
import { proofTemplate } from './template.ts';

/** More contracts with tiers than a statement's item has room for. */
const MAX_SETTLED = 5_000;

const PIECES_A_LINE = 24;

/**
 * A part of a statement's proof: the parts one after the other are the file.
 * @param part from 1; each has the lines of the file of that number
 */
export async function proofPart(
  statement: Statement,
  part: number,
  { table, proofKeys }: Pick<ApiDeps, 'table' | 'proofKeys'>,
): Promise<string> {
  const contracts = new ProofContracts(table);
  const files = filesOf(statement);
  const { before, after, pieces } = proofTemplate();
  const settled = part === 1 || part === files ? await settledLines(table, statement) : [];
  const lines = [
    ...(part === 1 ? await beginning(statement, settled, contracts, { table, proofKeys }) : []),
    ...(await rowLines(
      statement,
      [...(await ownLines(table, statement, part)), ...(part === files ? settled : [])],
      contracts,
    )),
    ...(part === files ? pageLines(pieces) : []),
  ];
  const text = lines.map((line) => `${line}\n`).join('');
  return `${part === 1 ? before : ''}${text}${part === files ? LAST_LINE + after : ''}`;
}

export async function beginning(
  statement: Statement,
  settled: readonly KeptLine[],
  contracts: ProofContracts,
  { table, proofKeys }: Pick<ApiDeps, 'table' | 'proofKeys'>,
): Promise<string[]> {
  const { asOf, closedAt, tree, sums, openingFen } = statement;
  const tiers = await tiersOf(table, statement, settled, contracts);
  const page = proofTemplate().hash;
  const head = { statementId: statementIdOf(statement), asOf, closedAt: closedAt ?? asOf };
  return headLines({ ...head, tree, sums, openingFen, tiers, page }, await proofKeys.newest());
}

/** What each line of tiers settles, with the sums that it comes from. */
async function tiersOf(
  table: Table,
  statement: Statement,
  settled: readonly KeptLine[],
  contracts: ProofContracts,
): Promise<ProofTier[]> {
  const before = await sumsBefore(table, statement);
  const tiers: ProofTier[] = [];
  for (const { line } of settled) {
    const { contractId, contractVersion, commissionFen: settledFen } = line;
    const contract = await contracts.of(contractId, contractVersion);
    if (contractId === null || contract === null) continue;
    const of = line.orderId.split(':')[2] ?? statement.month;
    const own = statement.tiered[contractId]?.[of] ?? NO_TIER_SUM;
    const sum = before(contractId, of);
    tiers.push({
      ...{ contract: contract.hash, of, settledFen },
      before: [sum.redeemedFen, sum.commissionFen, sum.settledFen],
      own: [own.redeemedFen, own.commissionFen],
    });
  }
  return tiers;
}

/** The lines of a file but those that tiers settled. */
export async function ownLines(
  table: Table,
  statement: Statement,
  part: number,
): Promise<KeptLine[]> {
  const { fileEnds } = statement;
  const [from = null, to] = [fileEnds[part - 2], fileEnds[part - 1]];
  const found = await readLines(table, statement, from, Number.POSITIVE_INFINITY, { until: to });
  return found.filter(({ line }) => !isSettledBy(line, statement));
}

export async function settledLines(table: Table, statement: Statement): Promise<KeptLine[]> {
  const before = `LINE#${lastDayOf(statement.month)}#23:59:59.999#tier`;
  const found = await readLines(table, statement, before, MAX_SETTLED);
  const settled = found.filter(({ line }) => isSettledBy(line, statement));
  return inProofOrder(settled, statement);
}

/** Rows in blocks, each contract before the first row of the part that names it. */
async function rowLines(
  statement: Statement,
  placed: readonly KeptLine[],
  contracts: ProofContracts,
): Promise<string[]> {
  const shown = new Set<string>();
  const written: string[] = [];
  const lines = placed.map(({ line }) => line);
  for (let at = 0; at < lines.length; at += ROWS_A_BLOCK) {
    const rows = await proofRows(statement, lines.slice(at, at + ROWS_A_BLOCK), contracts);
    for (const { body, contract } of rows) {
      if (contract !== null && !shown.has(contract.hash)) written.push(...contract.lines);
      if (contract !== null) shown.add(contract.hash);
      written.push(proofLine('line', body));
    }
    written.push(proofLine('block', blockBody(rows.map(({ body }) => body))));
  }
  return written;
}

export function pageLines(pieces: readonly string[]): string[] {
  const count = Math.ceil(pieces.length / PIECES_A_LINE);
  return Array.from({ length: count }, (_, index) =>
    proofLine('page', asciiJson(pieces.slice(index * PIECES_A_LINE, (index + 1) * PIECES_A_LINE))),
  );
}
