import { FILE_HEADINGS, FILE_SUMS, FILE_TOTAL, fileRows } from '../statements/file-rows.ts';
import type { StatementId } from '../store/keys.ts';
import { readDigest, readHeldAfter } from '../store/ledger/statement-digests.ts';
import { readLines, readStatement } from '../store/ledger/statements.ts';
import type { Table } from '../store/table.ts';
import type { ExportRows, ExportSource } from './source.ts';

/** With its cells some hundred kilobytes, packed: a piece of a file is one item of at most 400. */
const ROWS_A_PIECE = 1_000;

const HELD = 'HELD#';

/** All lines of a closed statement, then all that it holds. */
export function statementSource(id: StatementId): ExportSource {
  return {
    headings: FILE_HEADINGS,
    sums: FILE_SUMS,
    total: FILE_TOTAL,
    sheet: id.month,
    read: (table, cursor) =>
      cursor?.startsWith(HELD) ? heldRows(table, id, cursor) : lineRows(table, id, cursor),
  };
}

async function lineRows(table: Table, id: StatementId, after: string | null): Promise<ExportRows> {
  const statement = await closed(table, id);
  const found = await readLines(table, statement, after, ROWS_A_PIECE);
  const tiers = (await readDigest(table, id))?.tiers ?? [];
  const lines = found.map(({ line }) => line);
  const isLast = found.length < ROWS_A_PIECE;
  return {
    rows: fileRows({ statement, lines, held: [], tiers }),
    next: isLast ? HELD : (found.at(-1)?.sk ?? HELD),
  };
}

async function heldRows(table: Table, id: StatementId, after: string): Promise<ExportRows> {
  const statement = await closed(table, id);
  const found = await readHeldAfter(table, id, after, ROWS_A_PIECE);
  const held = found.map(({ line }) => line);
  const last = found.length < ROWS_A_PIECE ? undefined : found.at(-1);
  return {
    rows: fileRows({ statement, lines: [], held, tiers: [] }),
    next: last?.sk ?? null,
  };
}

async function closed(table: Table, id: StatementId) {
  const statement = await readStatement(table, id);
  if (statement?.status === 'closed') return statement;
  throw new Error(`statement ${id.month} of an export is not closed`);
}
