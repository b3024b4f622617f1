import {
  addSums,
  balanceOf,
  fileEnds,
  lineOf,
  type StatementLine,
  sumLines,
} from '../ledger/statement.ts';
import { addToTree } from '../proof/tree.ts';
import { storeHourOf } from '../rollups/store-day.ts';
import { keys } from '../store/keys.ts';
import {
  moveHead,
  readBilled,
  readLines,
  type Statement,
  saveStatement,
} from '../store/ledger/statements.ts';
import type { Table } from '../store/table.ts';
import { toInstant } from '../time/shanghai.ts';
import type { Batch, Closer } from './closer.ts';
import { isInLanes } from './in-lanes.ts';
import { takeLane } from './lanes.ts';
import { LEASE_MS } from './lease.ts';
import { takeEntries, takeEntry } from './lines.ts';
import { inProofOrder, ProofContracts, proofRows } from './proof-rows.ts';
import { addTiered, bookTiers } from './tiers.ts';

/** After so long without a word, the message of the next piece is taken for lost. */
const BUSY_MS = 300_000;

const LINES_A_BATCH = 1_000;

/**
 * Works on the next piece of a closing: some store-days whose entries become lines, or some lines that
 * are added up. Everything in it may be done twice, by a worker that died and the one after it: an entry
 * is stamped once with the statement it is in, and its line stands at a key made of the entry.
 * @param most entries to look at, about
 * @param lane where several workers take entries side by side: which of them; null: any that is free
 * @returns undefined when the statement is closed, or another worker has it
 */
export async function closeBatch(
  closer: Closer,
  standing: Statement,
  most: number,
  lane: number | null = null,
): Promise<Batch | undefined> {
  const { table } = closer;
  const nowMs = closer.now();
  if (standing.status === 'closed' || standing.leaseUntilMs > nowMs) return undefined;
  if (isInLanes(standing)) return takeLane(closer, standing, most, lane);
  const held = { ...standing, leaseUntilMs: nowMs + LEASE_MS, busyUntilMs: nowMs + BUSY_MS };
  if (!(await saveStatement(table, held, standing))) return undefined;
  const batch = await workOn(closer, held, most);
  const next = { ...batch.statement, step: held.step + 1, leaseUntilMs: 0 };
  if (!(await saveStatement(table, next, held))) return undefined;
  if (next.status === 'closed') await closeHead(table, next);
  return { ...batch, statement: next };
}

/** The last write of a closing: the provider may go on to another month. */
export async function closeHead(
  table: Table,
  { providerId, month }: Pick<Statement, 'providerId' | 'month'>,
): Promise<void> {
  await moveHead(table, providerId, { month, closed: true }, { month, closed: false });
}

async function workOn(closer: Closer, statement: Statement, most: number): Promise<Batch> {
  const { table } = closer;
  switch (statement.phase) {
    case 'taking':
      return takeAlone(closer, statement, most);
    case 'adding':
      return addLines(table, statement);
    case 'settling':
      return settle(closer, statement);
    default:
      return statement.phase satisfies never;
  }
}

async function takeAlone(closer: Closer, statement: Statement, most: number): Promise<Batch> {
  const isOwn = () => true;
  const taken = await takeEntries(closer, statement, { cursor: statement.cursor, isOwn, most });
  const { cursor, work } = taken;
  const next: Statement = { ...statement, cursor, phase: cursor === null ? 'adding' : 'taking' };
  return { statement: next, work };
}

async function addLines(table: Table, statement: Statement): Promise<Batch> {
  const found = await readLines(table, statement, statement.cursor, LINES_A_BATCH);
  const lines = found.map(({ line }) => line);
  const { month, adjustments } = statement.sums;
  const before = month.entryCount + adjustments.entryCount;
  const ends = fileEnds(
    before,
    found.map(({ sk }) => sk),
  );
  const added = {
    ...statement,
    fileEnds: [...statement.fileEnds, ...ends],
    sums: addSums(statement.sums, sumLines(lines, statement.month)),
    tiered: await addTiered(table, statement.tiered, lines),
    tree: await addProof(table, statement, lines),
  };
  const last = found.at(-1);
  const isLast = found.length < LINES_A_BATCH || last === undefined;
  const next: Statement = isLast
    ? { ...added, phase: 'settling', cursor: null }
    : { ...added, cursor: last.sk };
  return { statement: next, work: found.length };
}

/** The tree of a statement's proof, with more of its lines. */
async function addProof(
  table: Table,
  statement: Statement,
  lines: readonly StatementLine[],
): Promise<Statement['tree']> {
  const rows = await proofRows(statement, lines, new ProofContracts(table));
  return addToTree(
    statement.tree,
    rows.map(({ body }) => body),
  );
}

/** Books what tiers earn beside what was booked, and closes: its lines' sums never change again. */
async function settle(closer: Closer, statement: Statement): Promise<Batch> {
  const { table } = closer;
  const { settled, tiered } = await bookTiers(table, statement, closer.now);
  for (const entry of settled) {
    await takeEntry(table, statement, entry, (await readBilled(table, entry)) ?? null);
  }
  await closer.requestRollup(settled.map(storeHourOf));
  await closer.requestNotices(settled);
  const sums = addSums(statement.sums, sumLines(settled, statement.month));
  const placed = settled.map((entry) => {
    return { sk: keys.statementLine(statement, entry).sk, line: lineOf(entry) };
  });
  const last = inProofOrder(placed, statement).map(({ line }) => line);
  const { payableFen, carriedFen } = balanceOf(sums, statement.openingFen);
  const closedAt = toInstant(closer.now());
  const closed = {
    ...statement,
    tiered,
    sums,
    tree: await addProof(table, statement, last),
    payableFen,
    carriedFen,
    closedAt,
    status: 'closed' as const,
  };
  return { statement: closed, work: settled.length };
}
