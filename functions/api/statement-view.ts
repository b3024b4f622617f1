import { UNATTRIBUTED } from '../../lib/attribution/contract.ts';
import { Problem } from '../../lib/errors/problem.ts';
import { balanceOf, wholeOf } from '../../lib/ledger/statement.ts';
import type { StatementLife } from '../../lib/ledger/statement-life.ts';
import { readLife } from '../../lib/statements/act.ts';
import { isInLanes, lanesOf } from '../../lib/statements/in-lanes.ts';
import { readProvider } from '../../lib/store/accounts/parties.ts';
import type { StatementId } from '../../lib/store/keys.ts';
import type { Lane } from '../../lib/store/ledger/closing-lanes.ts';
import {
  parseStatementId,
  readStatement,
  readStatements,
  type Statement,
  statementIdOf,
} from '../../lib/store/ledger/statements.ts';
import { businessDayAt } from '../../lib/time/shanghai.ts';
import type { ApiDeps } from './deps.ts';
import type { Principal } from './principal.ts';
import { filesOf } from './statement-files.ts';

/** Without what is only for going on with a closing. Until it is closed its sums say how far it came. */
export function shown(statement: Statement, lanes: readonly Lane[] = []): object {
  const { providerId, month, status, asOf, closedAt, holdingDays, sums, openingFen } = statement;
  return {
    statementId: statementIdOf(statement),
    ...{ providerId, month, status, asOf, closedAt, holdingDays },
    totals: { ...sums.month },
    adjustments: { ...sums.adjustments },
    balance: balanceOf(sums, openingFen),
    files: filesOf(statement),
    ...(status === 'closed' ? {} : { progress: progressOf(statement, lanes) }),
  };
}

/** Of about so many entries, as far as that was counted, so many are taken; and then so many of them added up. */
function progressOf({ phase, step, sums, openEntries }: Statement, lanes: readonly Lane[]) {
  const pieces = lanes.reduce((sum, lane) => sum + lane.step, step);
  const looked = lanes.reduce((sum, lane) => sum + lane.looked, 0);
  const done = phase === 'taking' ? looked : wholeOf(sums).entryCount;
  return { phase, pieces, done, of: openEntries };
}

/** With what became of it, or how far it came. */
export async function shownWithLife(statement: Statement, { table }: ApiDeps): Promise<object> {
  const lanes = isInLanes(statement) ? await lanesOf(table, statement) : [];
  const life = lifeShown(statement, await readLife(table, statement));
  return { ...shown(statement, lanes), ...life };
}

/** What became of it since it was closed. What is due stands in `dueFen` also when all of it is paid. */
export function lifeShown(
  { status, payableFen: dueFen }: Pick<Statement, 'status' | 'payableFen'>,
  { state, sent, confirmed, disputes, invoices, payments, invoicedFen, paidFen }: StatementLife,
) {
  return {
    state: status === 'closed' ? state : ('draft' as const),
    ...{ dueFen, invoicedFen, paidFen, unpaidFen: dueFen - paidFen },
    ...{ sent, confirmed, disputes, invoices, payments },
  };
}

/** Another provider's statement gets the same answer as one that does not exist. @throws Problem `not-found` */
export async function findStatement(
  id: string,
  principal: Principal,
  deps: ApiDeps,
): Promise<Statement> {
  const statement = await readStatement(deps.table, ownId(id, principal));
  if (statement !== undefined) return statement;
  throw nothing();
}

/**
 * A statement that is closed, for what is done with it afterwards.
 * @throws Problem `not-found`, `month-not-over`, `statement-not-closed` or `statement-closing`
 */
export async function findClosed(
  id: string,
  principal: Principal,
  deps: ApiDeps,
): Promise<Statement> {
  const own = ownId(id, principal);
  const statement = await readStatement(deps.table, own);
  if (statement?.status === 'closed') return statement;
  if (statement !== undefined) {
    const detail = `${own.month} is being closed. Do it when GET /v1/statements says closed.`;
    throw new Problem('statement-closing', detail);
  }
  if (!(await isRegistered(own, deps))) throw nothing();
  if (businessDayAt(deps.now()).slice(0, 7) <= own.month) {
    const detail = `${own.month} is not over: what is shown of it is a draft. Wait until it is closed.`;
    throw new Problem('month-not-over', detail);
  }
  const billedIn = await billedInOf(own, deps);
  if (billedIn !== null) {
    const detail = `${own.month} has no statement of its own and gets none: ${billedIn} was closed first. Its lines are in the statement of ${billedIn}, as adjustments; do it there.`;
    throw new Problem('statement-order', detail);
  }
  const detail = `${own.month} is over and nobody closed it yet. The operator does it with POST /v1/statements/${own.month}/close.`;
  throw new Problem('statement-not-closed', detail);
}

/**
 * The month whose statement took the lines of one that was passed over: the first that was opened after it. Null where
 * the month has a statement, or may still get one.
 */
export async function billedInOf(
  { providerId, month }: StatementId,
  { table }: ApiDeps,
): Promise<string | null> {
  const months = (await readStatements(table, providerId)).map((one) => one.month);
  if (months.includes(month)) return null;
  return months.filter((one) => one > month).at(-1) ?? null;
}

/** Whether somebody of that id may have a month. */
export async function isRegistered({ providerId }: StatementId, { table }: ApiDeps) {
  return providerId === UNATTRIBUTED || (await readProvider(table, providerId)) !== undefined;
}

/** @throws Problem `not-found` for what no statement is called, and for another's */
export function ownId(id: string, principal: Principal): StatementId {
  const parsed = parseStatementId(id);
  const isTheirs = principal.is === 'operator' || principal.providerId === parsed?.providerId;
  if (parsed !== undefined && isTheirs) return parsed;
  throw nothing();
}

function nothing(): Problem {
  return new Problem('not-found', 'There is no such statement. GET /v1/statements lists them.');
}
