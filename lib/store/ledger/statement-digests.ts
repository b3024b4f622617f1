import * as z from 'zod';
import type { Entry } from '../../ledger/entry.ts';
import { lineOf, lineSchema, type StatementLine } from '../../ledger/statement.ts';
import {
  heldSchema,
  itemSchema,
  type Subtotal,
  type SubtotalKind,
  subtotalSchema,
  toldSchema,
} from '../../ledger/statement-parts.ts';
import { keys, PREFIX, type StatementId, statementPartition } from '../keys.ts';
import type { Table } from '../table.ts';

/**
 * What a closed statement comes to beside its totals: subtotals, what is held, what bills told. Made of its lines, and
 * made again from them at any time.
 */
export const digestSchema = z.object({
  step: z.int(),
  phase: z.enum(['lines', 'subtotals', 'held', 'done']),
  cursor: z.string().nullable(),
  /** Of the lines so far; subtotals are apart. */
  items: z.array(itemSchema),
  told: z.object({ feeFen: toldSchema, creatorFen: toldSchema, providerFen: toldSchema }),
  held: z.array(heldSchema),
  tiers: z.array(
    z.object({
      contractId: z.string(),
      version: z.int(),
      /** Of the redemptions. */
      month: z.string(),
      redeemedFen: z.int(),
      steps: z.array(
        z.object({ fromFen: z.int(), rateBp: z.int(), ofFen: z.int(), resultFen: z.int() }),
      ),
      bookedFen: z.int(),
      dueFen: z.int(),
    }),
  ),
  /** How many rows each kind of subtotals has. */
  counts: z.object({ stores: z.int(), merchants: z.int(), contracts: z.int() }),
  /** Pieces of lines whose subtotals were kept; ranges of them that are added up. */
  pieces: z.int().default(0),
  rangesDone: z.int().default(0),
});
export type Digest = z.infer<typeof digestSchema>;

export async function readDigest(table: Table, id: StatementId): Promise<Digest | undefined> {
  const item = await table.get(keys.statementDigest(id));
  return item === undefined ? undefined : digestSchema.parse(item);
}

/** @returns false when another worker was ahead */
export async function saveDigest(
  table: Table,
  id: StatementId,
  digest: Digest,
  before: Digest | undefined,
): Promise<boolean> {
  const at = { expression: 'step = :step', values: { ':step': before?.step } };
  return table.put(keys.statementDigest(id), digest, before && at);
}

/** So many that an item is some kilobytes: a page reads the first alone. */
const ROWS_AN_ITEM = 50;

const rowsSchema = z.object({ rows: z.array(subtotalSchema) });

/** @param name a kind of subtotals, or a piece of them that is not added up yet */
export async function putSubtotals(
  table: Table,
  id: StatementId,
  name: string,
  rows: readonly Subtotal[],
): Promise<void> {
  for (let at = 0; at < rows.length; at += ROWS_AN_ITEM) {
    const key = keys.statementSubtotals(id, name, at / ROWS_AN_ITEM);
    await table.put(key, { rows: rows.slice(at, at + ROWS_AN_ITEM) }, null);
  }
}

/** From a place on, at most so many. They never change: `isFresh` is for those that were written just now. */
export async function readSubtotals(
  table: Table,
  id: StatementId,
  name: SubtotalKind | `piece-${string}` | `range-${string}`,
  {
    from,
    most,
    isFresh = false,
  }: { readonly from: number; readonly most: number; readonly isFresh?: boolean },
): Promise<Subtotal[]> {
  const rows: Subtotal[] = [];
  for (
    let at = Math.floor(from / ROWS_AN_ITEM);
    rows.length < most + (from % ROWS_AN_ITEM);
    at += 1
  ) {
    const item = await table.get(keys.statementSubtotals(id, name, at), isFresh);
    if (item === undefined) break;
    rows.push(...rowsSchema.parse(item).rows);
  }
  return rows.slice(from % ROWS_AN_ITEM).slice(0, most);
}

/** Copies an entry that is left for a later statement. */
export async function putHeld(table: Table, id: StatementId, entry: Entry): Promise<void> {
  await table.put(keys.statementHeld(id, entry), lineOf(entry), null);
}

/** Entries that are left for a later statement, by day and time. */
export async function readHeld(
  table: Table,
  id: StatementId,
  limit: number,
): Promise<StatementLine[]> {
  const lines: StatementLine[] = [];
  const pk = statementPartition(id);
  for await (const item of table.query(pk, { startsWith: PREFIX.held, limit })) {
    lines.push(lineSchema.parse(item));
  }
  return lines;
}

/** The same with their sort keys, after one. */
export async function readHeldAfter(
  table: Table,
  id: StatementId,
  after: string,
  limit: number,
): Promise<{ sk: string; line: StatementLine }[]> {
  const found: { sk: string; line: StatementLine }[] = [];
  // '$' sorts right after '#', and a space before everything that may follow a whole key.
  const between = [after === PREFIX.held ? after : `${after} `, 'HELD$'] as const;
  for await (const item of table.query(statementPartition(id), { between, limit })) {
    found.push({ sk: item.sk, line: lineSchema.parse(item) });
  }
  return found;
}
