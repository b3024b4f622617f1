import * as z from 'zod';
import { idSchema } from '../../events/id.ts';
import { type Entry, entrySchema } from '../../ledger/entry.ts';
import {
  lineOf,
  lineSchema,
  monthSchema,
  type StatementLine,
  sumsSchema,
} from '../../ledger/statement.ts';
import { treeSchema } from '../../proof/tree.ts';
import {
  keys,
  ledgerPartition,
  ledgerPrefix,
  PREFIX,
  type StatementId,
  statementPartition,
  statementsPartition,
} from '../keys.ts';
import type { Condition, Item, Table } from '../table.ts';
import type { LedgerSpan } from './entries.ts';
import { placeOfRef } from './entry-ref.ts';

/**
 * A provider's statement of a month. While it is closing it says how far that came, so that whoever goes
 * on needs nothing else; closed, it never changes.
 */
export const statementSchema = z.object({
  providerId: idSchema,
  month: monthSchema,
  status: z.enum(['closing', 'closed']),
  /** The closing instant: what is final then and in no earlier statement is in this one. */
  asOf: z.string(),
  closedAt: z.string().nullable(),
  reversalWindowsMs: z.record(z.string(), z.int()),
  holdingDays: z.int(),
  /** Pieces of work done: the item's version. */
  step: z.int(),
  /** Nobody else works on the piece before this, epoch ms. */
  leaseUntilMs: z.int(),
  /** Somebody is at it, or a message is on its way, until then. */
  busyUntilMs: z.int(),
  /** First entries become lines, then lines are added up, then tiers are settled. */
  phase: z.enum(['taking', 'adding', 'settling']),
  /** Where the phase goes on. */
  cursor: z.string().nullable(),
  /** How many workers take entries side by side, each in a lane of its own; 0: one alone; null: nobody decided yet. */
  lanes: z.int().nullable().default(null),
  /** About how many entries were in no statement when that was decided. */
  openEntries: z.int().nullable().default(null),
  sums: sumsSchema,
  /** The sort keys of the lines that end a file: see `FILE_LINES`. */
  fileEnds: z.array(z.string()),
  /** Of the lines that were added up: its root is what the statement's proof is signed by. */
  tree: treeSchema.default([]),
  /** By contract with tiers and month of the redemptions: what its lines come to, see `TierSums`. */
  tiered: z.record(
    z.string(),
    z.record(
      monthSchema,
      z.object({ redeemedFen: z.int(), commissionFen: z.int(), settledFen: z.int() }),
    ),
  ),
  openingFen: z.int().max(0),
  payableFen: z.int().min(0),
  carriedFen: z.int().max(0),
});
export type Statement = z.infer<typeof statementSchema>;

/** How statements are named outside. */
export function statementIdOf({ month, providerId }: StatementId): string {
  return `${month}.${providerId}`;
}

/** @returns undefined for what no statement is called */
export function parseStatementId(text: string): StatementId | undefined {
  const month = monthSchema.safeParse(text.slice(0, 7));
  const providerId = idSchema.safeParse(text.slice(8));
  if (!month.success || !providerId.success || text[7] !== '.') return undefined;
  return { month: month.data, providerId: providerId.data };
}

export async function readStatement(
  table: Table,
  { providerId, month }: StatementId,
  consistent = true,
): Promise<Statement | undefined> {
  const item = await table.get(keys.statement(providerId, month), consistent);
  return item === undefined ? undefined : statementSchema.parse(item);
}

/** The same for half of the price where it is closed for a while: then no copy of the table has another. */
export async function readLongClosed(
  table: Table,
  id: StatementId,
  nowMs: number,
): Promise<Statement | undefined> {
  const item = await table.get(keys.statement(id.providerId, id.month), false);
  const found = item === undefined ? undefined : statementSchema.parse(item);
  return found !== undefined && isLongClosed(found, nowMs) ? found : readStatement(table, id);
}

/** A provider's statements, the newest first. */
export async function readStatements(table: Table, providerId: string): Promise<Statement[]> {
  const statements: Statement[] = [];
  const pk = statementsPartition(providerId);
  for await (const item of table.query(pk, { startsWith: '20', backwards: true })) {
    statements.push(statementSchema.parse(item));
  }
  return statements;
}

/** Opens a month. @returns false when somebody did before */
export async function createStatement(table: Table, statement: Statement): Promise<boolean> {
  return table.put(keys.statement(statement.providerId, statement.month), statement);
}

/** Saves a statement that was read at a step. @returns false when another worker was ahead */
export async function saveStatement(
  table: Table,
  statement: Statement,
  before: Pick<Statement, 'step' | 'leaseUntilMs'>,
): Promise<boolean> {
  return table.put(keys.statement(statement.providerId, statement.month), statement, {
    expression: 'step = :step AND leaseUntilMs = :lease AND #s = :closing',
    names: { '#s': 'status' },
    values: { ':step': before.step, ':lease': before.leaseUntilMs, ':closing': 'closing' },
  });
}

/** Which month a provider is at: the one item that says who may open which month. */
const headSchema = z.object({ month: monthSchema, closed: z.boolean() });
export type Head = z.infer<typeof headSchema>;

export async function readHead(table: Table, providerId: string): Promise<Head | undefined> {
  const item = await table.get(keys.statementHead(providerId));
  return item === undefined ? undefined : headSchema.parse(item);
}

/** Goes on to a month from where the head was when it was read. @returns false when it moved */
export async function moveHead(
  table: Table,
  providerId: string,
  next: Head,
  before: Head | undefined,
): Promise<boolean> {
  const unmoved: Condition = {
    expression: '#m = :month AND closed = :closed',
    names: { '#m': 'month' },
    values: { ':month': before?.month, ':closed': before?.closed },
  };
  return table.put(keys.statementHead(providerId), next, before && unmoved);
}

/**
 * A store's day in the ledger as it stands, each entry with the statement it is in.
 * @param after only entries after this sort key; at most `limit`
 */
export async function* billedEntries(
  table: Table,
  { providerId, platform, storeId }: LedgerSpan,
  day: string,
  after: string | null,
  limit: number,
): AsyncGenerator<{ entry: Entry; statementId: string | null; sk: string }> {
  const pk = ledgerPartition(providerId, platform, storeId);
  const between = [after === null ? `${day}#` : `${after} `, `${day}$`] as const;
  for await (const item of table.query(pk, { between, limit })) {
    yield { ...billedOf(item), sk: item.sk };
  }
}

/** In which statement an entry is; undefined when there is no such entry. */
export async function readBilled(table: Table, entry: Entry): Promise<string | null | undefined> {
  const item = await table.get(keys.entry(entry));
  return item === undefined ? undefined : billedOf(item).statementId;
}

/** Puts an entry in a statement, once and for all. @returns false when it is in one */
export async function stampEntry(
  table: Table,
  entry: Entry,
  statementId: string,
): Promise<boolean> {
  return table.set(
    keys.entry(entry),
    { statementId },
    { expression: 'attribute_exists(pk) AND attribute_not_exists(statementId)' },
  );
}

/** Copies a stamped entry into its statement, with what was taken down of its fact. Doing it again changes nothing. */
export async function putLine(
  table: Table,
  id: StatementId,
  entry: Entry,
  noted: Partial<Pick<StatementLine, 'evidence' | 'charges'>> = {},
): Promise<void> {
  await table.put(keys.statementLine(id, entry), { ...lineOf(entry), ...noted });
}

/** The line that is shown by an entry's id outside; undefined when the statement has none. */
export async function readLineOf(
  table: Table,
  id: StatementId,
  ref: string,
): Promise<StatementLine | undefined> {
  const place = placeOfRef(ref);
  if (place === undefined || !place.pk.startsWith(ledgerPrefix(id.providerId))) return undefined;
  const item = await table.get(keys.statementLineAt(id, place));
  return item === undefined ? undefined : lineSchema.parse(item);
}

/**
 * A statement's lines by day and time, after a sort key and up to one when given, with theirs. Those of one that is
 * closed never change: a look that may be a moment behind is as good, and costs half.
 */
export async function readLines(
  table: Table,
  id: StatementId & Partial<Pick<Statement, 'status' | 'closedAt'>>,
  after: string | null,
  limit: number,
  { until = 'LINE$', nowMs }: { readonly until?: string | undefined; readonly nowMs?: number } = {},
): Promise<{ sk: string; line: StatementLine }[]> {
  const lines: { sk: string; line: StatementLine }[] = [];
  // '$' sorts right after '#', and a space before everything that may follow a whole key.
  const between = [after === null ? PREFIX.line : `${after} `, until] as const;
  const consistent = nowMs === undefined || !isLongClosed(id, nowMs);
  for await (const item of table.query(statementPartition(id), { between, limit, consistent })) {
    lines.push({ sk: item.sk, line: lineSchema.parse(item) });
  }
  return lines;
}

/** Its last lines were written a minute ago or earlier: every copy of the table has them. */
function isLongClosed({ status, closedAt }: Partial<Statement>, nowMs: number): boolean {
  return status === 'closed' && Date.parse(closedAt ?? '') + 60_000 < nowMs;
}

function billedOf(item: Item): { entry: Entry; statementId: string | null } {
  const { statementId } = item;
  const entry = entrySchema.parse(item);
  return { entry, statementId: typeof statementId === 'string' ? statementId : null };
}
