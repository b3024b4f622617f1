import { mapLimit } from '../async/map-limit.ts';
import { fingerprint } from '../crypto/hash.ts';
import { wholeOf } from '../ledger/statement.ts';
import {
  addSubtotals,
  SUBTOTALS,
  type Subtotal,
  type Subtotals,
} from '../ledger/statement-parts.ts';
import { type Digest, putSubtotals, readSubtotals } from '../store/ledger/statement-digests.ts';
import type { Statement } from '../store/ledger/statements.ts';
import type { Table } from '../store/table.ts';

/**
 * A million lines of fifty thousand stores have a million rows of subtotals in their pieces: more than one worker adds
 * up in its time. So the rows of a long statement are dealt out to ranges by their names, each range is added up for
 * itself, and the sums of the ranges are put in order at last.
 */

/** Lines for which one range is enough: their rows are added up in some seconds. */
const LINES_A_RANGE = 40_000;

const AT_ONCE = 16;

const ALL = { from: 0, most: Number.MAX_SAFE_INTEGER, isFresh: true };

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at);

export function rangesOf({ sums }: Pick<Statement, 'sums'>): number {
  return Math.max(1, Math.ceil(wholeOf(sums).entryCount / LINES_A_RANGE));
}

/** Keeps what a piece of lines comes to, until all pieces are there. */
export async function putPieces(
  table: Table,
  statement: Statement,
  step: number,
  subtotals: Subtotals,
): Promise<void> {
  const ranges = rangesOf(statement);
  for (const by of SUBTOTALS) {
    const dealt = Map.groupBy(subtotals[by], (row) => rangeOf(row, ranges));
    await mapLimit([...dealt], AT_ONCE, ([range, rows]) =>
      putSubtotals(table, statement, `piece-${by}-${range}-${step}`, rows),
    );
  }
}

/** The ranges of all kinds, each of which is a piece of work. @param steps pieces of lines that there were */
export async function addRange(
  table: Table,
  statement: Statement,
  steps: number,
  { counts, rangesDone }: Pick<Digest, 'counts' | 'rangesDone'>,
): Promise<Pick<Digest, 'counts' | 'rangesDone'> & { readonly isLast: boolean }> {
  const ranges = rangesOf(statement);
  const by = SUBTOTALS[Math.floor(rangesDone / ranges)] ?? 'contracts';
  const range = rangesDone % ranges;
  const done = rangesDone + 1;
  const all = await mapLimit(upTo(steps), AT_ONCE, (step) =>
    readSubtotals(table, statement, `piece-${by}-${range}-${step}`, ALL),
  );
  const rows = addSubtotals(all);
  const isLast = done === ranges * SUBTOTALS.length;
  if (range < ranges - 1) {
    await putSubtotals(table, statement, `range-${by}-${range}`, rows);
    return { counts, rangesDone: done, isLast };
  }
  const before = await mapLimit(upTo(range), AT_ONCE, (one) =>
    readSubtotals(table, statement, `range-${by}-${one}`, ALL),
  );
  const sorted = range === 0 ? rows : addSubtotals([...before, rows]);
  await putSubtotals(table, statement, by, sorted);
  return { counts: { ...counts, [by]: sorted.length }, rangesDone: done, isLast };
}

function rangeOf(row: Subtotal, ranges: number): number {
  if (ranges === 1) return 0;
  const { totals: _totals, ...named } = row;
  return Number.parseInt(fingerprint(JSON.stringify(named)).slice(0, 6), 16) % ranges;
}
