import type { Terms } from '../../../lib/attribution/generations.ts';
import { addSums, balanceOf, lastDayOf, NO_SUMS, sumLines } from '../../../lib/ledger/statement.ts';
import { wrongBuckets, wrongDimensions } from '../../../lib/rollups/check-day.ts';
import { readProviderDays } from '../../../lib/rollups/rollups.ts';
import type { Difference, Job } from '../../../lib/store/ledger/restatements.ts';
import { readLines, readStatements, type Statement } from '../../../lib/store/ledger/statements.ts';
import type { Table } from '../../../lib/store/table.ts';
import { addDays } from '../../../lib/time/shanghai.ts';
import type { AttributeDeps } from '../deps.ts';
import { requestDimensions } from '../totals.ts';
import { type LedgerFinding, NOTHING_FOUND } from './progress.ts';
import { placesOf } from './scan-ledger.ts';

/** Of the function's 30 s: a day that was begun last may have thousands of stores. */
const DAYS_MS = 10_000;
const LINES_A_PIECE = 1_000;

/** Where a rebuild goes on, and what it found there. */
export interface Compared {
  readonly job: Job;
  readonly found: readonly LedgerFinding[];
}

/** The first place of the phase after entries. */
export const FROM_THE_FIRST = { providerId: '', storeId: '', sk: '' } as const;

/** The next of the providers' days, or of their statements, that a rebuild adds up. */
export async function compareTotals(
  job: Job,
  terms: Terms,
  deps: AttributeDeps,
): Promise<Compared> {
  const places = await placesOf(job, terms, deps.table);
  const providers = [...new Set(places.map(({ providerId }) => providerId))];
  return job.phase === 'days'
    ? compareDays(job, providers, deps)
    : compareStatements(job, providers, deps.table);
}

async function compareDays(
  job: Job,
  providers: readonly string[],
  deps: AttributeDeps,
): Promise<Compared> {
  const untilMs = deps.now() + DAYS_MS;
  const found: LedgerFinding[] = [];
  const reached = job.cursor ?? FROM_THE_FIRST;
  for (const providerId of providers.filter((one) => one >= reached.providerId)) {
    const isResumed = providerId === reached.providerId && reached.sk !== '';
    const from = isResumed ? addDays(reached.sk, 1) : job.from;
    if (from > job.to) continue;
    const window = { from, to: job.to };
    for (const { day } of await readProviderDays(deps.table, providerId, window, true)) {
      found.push(await compareDay({ providerId, day }, !job.dryRun, deps));
      // One at least, so that each piece gets on.
      if (deps.now() < untilMs) continue;
      return { job: { ...job, cursor: { providerId, storeId: '', sk: day } }, found };
    }
  }
  return { job: { ...job, phase: 'statements', cursor: FROM_THE_FIRST }, found };
}

async function compareDay(
  place: { providerId: string; day: string },
  mended: boolean,
  deps: AttributeDeps,
): Promise<LedgerFinding> {
  const { providerId, day: businessDay } = place;
  const at = { providerId, storeId: null, businessDay, entryId: null, mended };
  const buckets = await wrongBuckets(deps.table, place, mended);
  const dimensions = await wrongDimensions(deps.table, place, mended);
  // What came in between is not in what was put right.
  if (mended) await requestDimensions(place, deps);
  const differences: Difference[] = [
    ...(buckets.length === 0 ? [] : [{ ...at, what: 'day' as const }]),
    ...dimensions.map((dimension) => ({ ...at, what: 'dimension' as const, dimension })),
  ];
  return { ...NOTHING_FOUND, totals: 1, differences };
}

/**
 * Closed statements of the window's months: what they say must be what their lines come to. They are never
 * put right: a statement may have been paid. Its lines say what is due.
 */
async function compareStatements(
  job: Job,
  providers: readonly string[],
  table: Table,
): Promise<Compared> {
  const reached = job.cursor ?? FROM_THE_FIRST;
  for (const providerId of providers.filter((one) => one >= reached.providerId)) {
    const isResumed = providerId === reached.providerId;
    const own = await statementsOf(job, providerId, table);
    for (const statement of own) {
      const { month } = statement;
      if (isResumed && month < reached.storeId) continue;
      const isBegun = isResumed && month === reached.storeId;
      if (isBegun && reached.sk === END) continue;
      return compareStatement(job, statement, isBegun ? reached.sk : null, table);
    }
  }
  return { job: { ...job, cursor: null }, found: [] };
}

/** Stands for "this statement is done" where a line's sort key would stand. */
const END = 'END';

async function compareStatement(
  job: Job,
  statement: Statement,
  after: string | null,
  table: Table,
): Promise<Compared> {
  const { providerId, month } = statement;
  const found = await readLines(table, statement, after, LINES_A_PIECE);
  const lines = found.map(({ line }) => line);
  const adding = addSums(job.adding ?? NO_SUMS, sumLines(lines, month));
  const last = found.at(-1);
  if (found.length === LINES_A_PIECE && last !== undefined) {
    const cursor = { providerId, storeId: month, sk: last.sk };
    return { job: { ...job, adding, cursor }, found: [] };
  }
  const { payableFen, carriedFen } = balanceOf(adding, statement.openingFen);
  const isEqual =
    JSON.stringify([adding, payableFen, carriedFen]) ===
    JSON.stringify([statement.sums, statement.payableFen, statement.carriedFen]);
  const at = { providerId, storeId: null, businessDay: lastDayOf(month), entryId: null };
  const differences: Difference[] = isEqual ? [] : [{ ...at, what: 'statement', mended: false }];
  const cursor = { providerId, storeId: month, sk: END };
  const finding = { ...NOTHING_FOUND, totals: 1, differences };
  return { job: { ...job, adding: null, cursor }, found: [finding] };
}

/** In their order. */
async function statementsOf({ from, to }: Job, providerId: string, table: Table) {
  const all = await readStatements(table, providerId);
  const own = all.filter(
    ({ month, status }) =>
      status === 'closed' && month >= from.slice(0, 7) && month <= to.slice(0, 7),
  );
  return own.toReversed();
}
