import { UNATTRIBUTED } from '../../lib/attribution/contract.ts';
import { Problem } from '../../lib/errors/problem.ts';
import { lastDayOf, NO_SUMS } from '../../lib/ledger/statement.ts';
import { NoticeRequests } from '../../lib/notices/requests.ts';
import { type AttributionMessage, MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import { Queue } from '../../lib/queue/queue.ts';
import { rollupMessages } from '../../lib/rollups/messages.ts';
import { type NotedDeps, sendNoted } from '../../lib/rollups/send-noted.ts';
import type { Closer } from '../../lib/statements/closer.ts';
import { closeBatch, closeHead } from '../../lib/statements/closing.ts';
import { digest } from '../../lib/statements/digest.ts';
import { readProviderIds } from '../../lib/store/accounts/parties.ts';
import {
  createStatement,
  moveHead,
  readHead,
  readStatement,
  readStatements,
  type Statement,
} from '../../lib/store/ledger/statements.ts';
import { businessDayAt, toInstant } from '../../lib/time/shanghai.ts';
import type { ApiDeps } from './deps.ts';
import { holdingAt } from './draft-lines.ts';

/** Entries and lines that a request works through itself; what is more goes on by messages. */
const WORK_A_REQUEST = 600;
const ENTRIES_A_BATCH = 200;

/** Of its digest: one of lines, and some days of what is held. */
const PIECES_A_REQUEST = 40;

/** What became of one provider's month. */
export type Outcome =
  | (ClosingOutcome & { readonly providerId: string })
  | { readonly providerId: string; readonly refused: Problem };

/** A month that a request closed or went on with; not new where it was closed already. */
export interface ClosingOutcome {
  readonly statement: Statement;
  readonly isNew: boolean;
}

/** Everybody who may have entries: who was ever registered, and nobody. */
export async function closeForAll(month: string, deps: ApiDeps): Promise<Outcome[]> {
  refuseOpenMonth(month, deps);
  const budget = { left: WORK_A_REQUEST };
  const outcomes: Outcome[] = [];
  for (const providerId of [...(await readProviderIds(deps.table)), UNATTRIBUTED]) {
    try {
      const closed = await closeMonth({ providerId, month }, deps, budget);
      outcomes.push({ providerId, ...closed });
    } catch (error) {
      if (!(error instanceof Problem) || error.status >= 500) throw error;
      outcomes.push({ providerId, refused: error });
    }
  }
  return outcomes;
}

/**
 * Closes a provider's month, or goes on where a closing was left.
 * @returns the statement: closed, or closing when messages go on with it
 * @throws Problem `month-not-over`, `statement-order` or `statement-closing`
 */
export async function closeMonth(
  { providerId, month }: { providerId: string; month: string },
  deps: ApiDeps,
  budget: { left: number } = { left: WORK_A_REQUEST },
): Promise<ClosingOutcome> {
  refuseOpenMonth(month, deps);
  await claim(providerId, month, deps);
  let statement = await openStatement(providerId, month, deps);
  const isNew = statement.status !== 'closed';
  const closer = closerOf(deps);
  while (statement.status !== 'closed' && budget.left > 0) {
    const batch = await closeBatch(closer, statement, ENTRIES_A_BATCH);
    if (batch === undefined) throw busy(month);
    budget.left -= batch.work;
    statement = batch.statement;
  }
  if (statement.status === 'closed') {
    await closeHead(deps.table, statement);
    // What it comes to beside its totals: some pieces now, the others by messages.
    let left = PIECES_A_REQUEST;
    const isDone = await digest(deps.table, statement, () => left-- > 0);
    if (!isDone) await sendNoted([nextBatch(statement)], notedDeps(deps));
  } else await sendNoted([nextBatch(statement)], notedDeps(deps));
  return { statement, isNew };
}

function refuseOpenMonth(month: string, deps: ApiDeps): void {
  const last = lastDayOf(month);
  if (businessDayAt(deps.now()) > last) return;
  throw new Problem(
    'month-not-over',
    `${month} ends with ${last} in Shanghai. Close it after that.`,
  );
}

/**
 * One month at a time, in their order: one item a provider says which, and is moved by one conditional
 * put, so that of two operators one alone opens a month.
 */
async function claim(providerId: string, month: string, { table }: ApiDeps): Promise<void> {
  const head = await readHead(table, providerId);
  if (head?.month === month) return;
  if (head !== undefined && head.month > month) {
    if (await readStatement(table, { providerId, month })) return;
    throw new Problem(
      'statement-order',
      `${head.month} was opened before. What is left of ${month} is in a later statement.`,
    );
  }
  if (head !== undefined && !head.closed) {
    throw new Problem('statement-order', `${head.month} is still closing. Close it first.`);
  }
  if (!(await moveHead(table, providerId, { month, closed: false }, head))) throw busy(month);
}

/** The standing statement, taken over when nobody is at it; made when there is none yet. */
async function openStatement(providerId: string, month: string, deps: ApiDeps): Promise<Statement> {
  const standing = await readStatement(deps.table, { providerId, month });
  if (standing !== undefined) {
    if (standing.status === 'closing' && standing.busyUntilMs > deps.now()) throw busy(month);
    return standing;
  }
  const statement = await newStatement(providerId, month, deps);
  if (!(await createStatement(deps.table, statement))) throw busy(month);
  return statement;
}

async function newStatement(providerId: string, month: string, deps: ApiDeps): Promise<Statement> {
  const asOf = toInstant(deps.now());
  return {
    ...{ providerId, month, status: 'closing', asOf, closedAt: null },
    ...(await holdingAt(asOf, deps)),
    // Busy from the start: of two who opened it, who made it goes on.
    ...{ step: 0, leaseUntilMs: 0, busyUntilMs: deps.now() + 60_000 },
    ...{ phase: 'taking', cursor: null, lanes: null, openEntries: null },
    ...{ sums: NO_SUMS, fileEnds: [], tree: [], tiered: {} },
    openingFen: await openingOf(providerId, month, deps),
    ...{ payableFen: 0, carriedFen: 0 },
  };
}

/** What the statement before left below nothing. */
async function openingOf(providerId: string, month: string, { table }: ApiDeps): Promise<number> {
  const statements = await readStatements(table, providerId);
  return statements.find((statement) => statement.month < month)?.carriedFen ?? 0;
}

function busy(month: string): Problem {
  return new Problem(
    'statement-closing',
    `${month} is being closed by somebody else right now. Look at GET /v1/statements; if it still ` +
      'says closing in some minutes, close it again: it goes on where it was left.',
  );
}

function closerOf(deps: ApiDeps): Closer {
  return {
    table: deps.table,
    now: deps.now,
    requestRollup: (hours) => sendNoted(rollupMessages(hours), notedDeps(deps)),
    requestNotices: (entries) => noticesOf(deps).request(entries),
  };
}

function noticesOf({ table, now, sqs, queues }: ApiDeps): NoticeRequests {
  return new NoticeRequests(table, new Queue(sqs, queues.notices.url), now);
}

function notedDeps({ table, now, sqs, queues }: ApiDeps): NotedDeps {
  return { table, now, attribution: new Queue(sqs, queues.attribution.url) };
}

function nextBatch({ providerId, month, step }: Statement): AttributionMessage {
  return { type: 'close', v: MESSAGE_VERSION, providerId, month, step };
}
