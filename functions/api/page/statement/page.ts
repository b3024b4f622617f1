import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../../lib/errors/problem.ts';
import { addRollups } from '../../../../lib/ledger/rollup.ts';
import { isAdjustment, lastDayOf, monthSchema } from '../../../../lib/ledger/statement.ts';
import { overPlatforms } from '../../../../lib/rollups/provider-day.ts';
import { readProviderDays } from '../../../../lib/rollups/rollups.ts';
import { readLife } from '../../../../lib/statements/act.ts';
import { readProvider } from '../../../../lib/store/accounts/parties.ts';
import type { StatementId } from '../../../../lib/store/keys.ts';
import { readFront } from '../../../../lib/store/ledger/statement-pages.ts';
import {
  parseStatementId,
  readLines,
  readLongClosed,
  readStatement,
  type Statement,
  statementIdOf,
} from '../../../../lib/store/ledger/statements.ts';
import { toInstant } from '../../../../lib/time/shanghai.ts';
import { withTrail } from '../../audit.ts';
import type { ApiDeps } from '../../deps.ts';
import { check, cursorInput } from '../../input.ts';
import type { Principal } from '../../principal.ts';
import {
  MOST_SUBTOTALS,
  numberOf,
  partiesOf,
  readContents,
  taxIn,
} from '../../statement-contents.ts';
import { statementFile } from '../../statement-files.ts';
import { billedInOf } from '../../statement-view.ts';
import { asOfPage, pageAsOf } from '../as-of/page.ts';
import type { Typed } from '../forms.ts';
import { answerPage, type Speech } from '../page.ts';
import { pageCursor } from '../page-cursor.ts';
import { statusOf } from '../problem.ts';
import type { SignedIn, Viewer } from '../viewer.ts';
import { sendAct } from './acts.ts';
import { draftView } from './draft.ts';
import { pageLines } from './kept-lines.ts';
import type { Lines } from './lines.ts';
import { namesNow, namesOfPage } from './names.ts';
import { statementView, titleOf } from './view.ts';

/** Lines on paper: beyond them the subtotals, and a word where the lines are. */
const PRINTED = 2_000;

const query = z.object({
  asOf: pageAsOf,
  cursor: cursorInput(z.string().startsWith('LINE#').max(1_024)),
  done: z.string().max(40).optional(),
});

/**
 * `GET /statements/{month}`: a provider's month, as its statement has it or, before it is closed, as it is booked; with
 * `.print` as it goes on paper, with `.csv` or `.xlsx` as a file, with `.proof` as what anybody checks.
 */
export async function statementMonthPage(
  c: Context,
  deps: ApiDeps,
  viewer: Viewer,
): Promise<Response> {
  const [, named = '', form] =
    /^(.*?)(?:\.(print|csv|xlsx|proof))?$/.exec(c.req.param('month') ?? '') ?? [];
  const month = check(monthSchema, named);
  const id = { providerId: viewer.providerId, month };
  if (form === undefined) return monthPage(c, deps, viewer, month);
  if (form === 'proof') {
    return (await import('../../proof/file.ts')).statementProofPage(c, deps, viewer, month);
  }
  const statement = await readStatement(deps.table, id);
  if (statement === undefined) throw new Problem('not-found', 'There is no such statement.');
  if (form !== 'print') {
    const format = form === 'csv' ? 'csv' : 'xlsx';
    const trail = { call: `GET /statements/{month}.${format}`, principal: viewer.principal };
    return withTrail(c, trail, deps, () => statementFile(c, statement, format, deps));
  }
  const found = await readLines(deps.table, statement, null, PRINTED + 1);
  const isAll = found.length <= PRINTED;
  const lines = {
    next: isAll ? null : 'more',
    lines: isAll
      ? found.map(({ line }) => ({ ...line, adjustment: isAdjustment(line, month) }))
      : [],
  };
  return answerStatement(c, statement, lines, viewer, deps, { isPrint: true });
}

async function monthPage(
  c: Context,
  deps: ApiDeps,
  viewer: Viewer,
  month: string,
): Promise<Response> {
  const onward = await pageCursor(c, deps.table, viewer, query);
  const { cursor = null, done = null, asOf } = check(query, onward.query);
  if (asOf !== undefined) {
    const { providerId } = viewer;
    const window = { from: `${month}-01`, to: lastDayOf(month) };
    const own = {
      path: `/statements/${month}`,
      query: {},
      title: (speech: Speech) => titleOf(speech, month),
    };
    return asOfPage(c, { ...own, providerId, window, asOf }, deps, viewer);
  }
  const id = { providerId: viewer.providerId, month };
  const statement = await readLongClosed(deps.table, id, deps.now());
  if (statement === undefined) return draftPage(c, deps, viewer, month);
  const lines = await pageLines(statement, cursor, deps);
  const next = lines.next === null ? null : onward.next({}, lines.next).cursor;
  return answerStatement(c, statement, { ...lines, next }, viewer, deps, { done });
}

/** `POST /statements/{month}`: what a form of the page does. */
export async function statementMonthForm(
  c: Context,
  api: Hono,
  deps: ApiDeps,
  viewer: SignedIn,
): Promise<Response> {
  const month = check(monthSchema, c.req.param('month'));
  const { principal } = viewer;
  if (principal.is !== 'provider') throw new Problem('role-forbidden', 'For a provider.');
  const id = { providerId: principal.providerId, month };
  return formPage(c, { api, deps, viewer, id, page: `/statements/${month}` });
}

/** `GET /operator/statements/{id}`: a provider's statement, as the operator sends and settles it. */
export async function operatorStatementPage(
  c: Context,
  deps: ApiDeps,
  viewer: SignedIn,
): Promise<Response> {
  const { done } = check(z.object({ done: z.string().max(40).default('') }), {
    done: c.req.query('done'),
  });
  const statement = await readStatement(deps.table, operatorsId(c));
  if (statement === undefined) throw new Problem('not-found', 'There is no such statement.');
  const who = await nameOfProvider(statement, deps);
  return answerStatement(c, statement, await firstLines(statement, deps), viewer, deps, {
    who,
    done,
  });
}

/** `POST /operator/statements/{id}`: what a form of that page does. */
export async function operatorStatementForm(
  c: Context,
  api: Hono,
  deps: ApiDeps,
  viewer: SignedIn,
): Promise<Response> {
  const id = operatorsId(c);
  const page = `/operator/statements/${encodeURIComponent(statementIdOf(id))}`;
  return formPage(c, { api, deps, viewer, id, page });
}

/** @throws Problem `not-found` */
function operatorsId(c: Context): StatementId {
  const id = parseStatementId(c.req.param('id') ?? '');
  if (id !== undefined) return id;
  throw new Problem('not-found', 'There is no such statement.');
}

interface FormOf {
  readonly api: Hono;
  readonly deps: ApiDeps;
  readonly viewer: SignedIn;
  readonly id: StatementId;
  readonly page: string;
}

async function formPage(c: Context, { api, deps, viewer, id, page }: FormOf): Promise<Response> {
  const sent = await sendAct(c, { api, viewer, id: statementIdOf(id) });
  if ('done' in sent) return c.redirect(`${page}?done=${sent.done}`, 303);
  const statement = await readStatement(deps.table, id);
  if (statement === undefined) throw sent.problem;
  const who = await nameOfProvider(statement, deps);
  const lines = await firstLines(statement, deps);
  return answerStatement(c, statement, lines, viewer, deps, { ...sent, who });
}

async function firstLines(statement: Statement, deps: ApiDeps): Promise<Lines> {
  return { ...(await pageLines(statement, null, deps)), next: null };
}

async function nameOfProvider({ providerId }: StatementId, { table }: ApiDeps): Promise<string> {
  return (await readProvider(table, providerId))?.name ?? providerId;
}

async function draftPage(
  c: Context,
  deps: ApiDeps,
  viewer: Viewer,
  month: string,
): Promise<Response> {
  const { table, now } = deps;
  const window = { from: `${month}-01`, to: lastDayOf(month) };
  const { providerId } = viewer;
  const billedIn = await billedInOf({ providerId, month }, deps);
  const days = await readProviderDays(table, providerId, window);
  if (days.length === 0) throw new Problem('not-found', 'Nothing is booked in this month.');
  const rollup = addRollups(days.map(({ rollups }) => overPlatforms(rollups)));
  return answerPage(c, {
    title: ({ say }) => `${say('statement')} ${month}`,
    main: (speech) => draftView(speech, { month, window, rollup, billedIn, now: toInstant(now()) }),
    viewer,
    sheet: 'statement.css',
  });
}

/** The same at the address of the API, which the operator opens too. */
export async function statementPage(
  c: Context,
  statement: Statement,
  lines: Lines,
  principal: Principal,
  deps: ApiDeps,
): Promise<Response> {
  const provider = await readProvider(deps.table, statement.providerId);
  const name = provider?.name ?? statement.providerId;
  const who = principal.is === 'provider' ? name : null;
  return answerStatement(c, statement, lines, { principal, who }, deps, { who: name });
}

interface Told {
  readonly who?: string;
  readonly done?: string | null;
  readonly problem?: Problem;
  readonly typed?: Typed;
  readonly isPrint?: boolean;
}

async function answerStatement(
  c: Context,
  statement: Statement,
  lines: Lines,
  viewer: SignedIn,
  deps: ApiDeps,
  { who, done = null, problem, typed = {}, isPrint = false }: Told = {},
): Promise<Response> {
  const { table, now } = deps;
  const { principal } = viewer;
  const isClosed = statement.status === 'closed';
  const [life, front, parties] = await Promise.all([
    readLife(table, statement),
    isClosed && !isPrint ? readFront(table, statement) : undefined,
    partiesOf(statement, deps, false),
  ]);
  const contents =
    front ?? (isPrint && isClosed ? await readContents(statement, deps, MOST_SUBTOTALS) : null);
  const named = [...lines.lines, ...Object.values(contents?.subtotals ?? {}).flat()];
  const keptNames = [front?.names ?? [], lines.names ?? []].flat();
  const names =
    front === undefined
      ? await namesNow(table, named, now())
      : await namesOfPage(table, named, keptNames, now());
  const action =
    principal.is === 'operator'
      ? `/operator/statements/${encodeURIComponent(statementIdOf(statement))}`
      : `/statements/${statement.month}`;
  const { permissions } = principal;
  const side = {
    ...{ is: principal.is, action, typed },
    mayAnswer: permissions.has('statements:answer'),
    maySettle: permissions.has('statements:settle'),
  };
  const view = {
    ...{ statement, number: numberOf(statement), lines, names, path: c.req.path, life, contents },
    ...{ parties, tax: taxIn(statement, deps), side, done, problem: problem ?? null, isPrint },
    who: who ?? viewer.who ?? statement.providerId,
  };
  return answerPage(c, {
    title: ({ say }) => `${say('statement')} ${statement.month}`,
    main: (speech) => statementView(speech, view),
    viewer,
    sheet: 'statement.css',
    ...(problem === undefined ? {} : { status: statusOf(problem) }),
  });
}
