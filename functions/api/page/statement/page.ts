import type { Context } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../../lib/errors/problem.ts';
import { addRollups } from '../../../../lib/ledger/rollup.ts';
import { isAdjustment, lastDayOf, monthSchema } from '../../../../lib/ledger/statement.ts';
import { overPlatforms } from '../../../../lib/rollups/provider-day.ts';
import { readProviderDays } from '../../../../lib/rollups/rollups.ts';
import { readProvider } from '../../../../lib/store/accounts/parties.ts';
import {
  readLines,
  readStatement,
  type Statement,
} from '../../../../lib/store/ledger/statements.ts';
import { toInstant } from '../../../../lib/time/shanghai.ts';
import type { ApiDeps } from '../../deps.ts';
import { check, cursorInput } from '../../input.ts';
import type { Principal } from '../../principal.ts';
import { asOfPage, pageAsOf } from '../as-of/page.ts';
import { storeNames } from '../names.ts';
import { answerPage, type Speech } from '../page.ts';
import { pageCursor } from '../page-cursor.ts';
import type { SignedIn, Viewer } from '../viewer.ts';
import { draftView } from './draft.ts';
import type { Lines } from './lines.ts';
import { statementView, titleOf } from './view.ts';

/** Of a closed statement about five read units: the page costs the same whatever the statement's length is. */
const PAGE = 50;

const query = z.object({
  asOf: pageAsOf,
  cursor: cursorInput(z.string().startsWith('LINE#').max(1_024)),
});

/** `GET /statements/{month}`: a provider's month, as its statement has it or, before it is closed, as it is booked. */
export async function statementMonthPage(
  c: Context,
  deps: ApiDeps,
  viewer: Viewer,
): Promise<Response> {
  const month = check(monthSchema, c.req.param('month'));
  const onward = await pageCursor(c, deps.table, viewer, query);
  const { cursor = null, asOf } = check(query, onward.query);
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
  const statement = await readStatement(deps.table, id);
  if (statement === undefined) return draftPage(c, deps, viewer, month);
  const found = await readLines(deps.table, statement, cursor, PAGE + 1, {
    nowMs: deps.now(),
  });
  const last = found.length > PAGE ? found[PAGE - 1]?.sk : undefined;
  const lines = {
    next: last === undefined ? null : onward.next({}, last).cursor,
    lines: found
      .slice(0, PAGE)
      .map(({ line }) => ({ ...line, adjustment: isAdjustment(line, month) })),
  };
  return answerStatement(c, statement, lines, viewer, deps);
}

async function draftPage(
  c: Context,
  { table, now }: ApiDeps,
  viewer: Viewer,
  month: string,
): Promise<Response> {
  const window = { from: `${month}-01`, to: lastDayOf(month) };
  const days = await readProviderDays(table, viewer.providerId, window);
  if (days.length === 0) throw new Problem('not-found', 'Nothing is booked in this month.');
  const rollup = addRollups(days.map(({ rollups }) => overPlatforms(rollups)));
  return answerPage(c, {
    title: ({ say }) => `${say('statement')} ${month}`,
    main: (speech) => draftView(speech, { month, window, rollup, now: toInstant(now()) }),
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
  return answerStatement(c, statement, lines, { principal, who }, deps, name);
}

async function answerStatement(
  c: Context,
  statement: Statement,
  lines: Lines,
  viewer: SignedIn,
  { table, now }: ApiDeps,
  who = viewer.who ?? statement.providerId,
): Promise<Response> {
  const names = await storeNames(table, lines.lines, now());
  const path = c.req.path;
  return answerPage(c, {
    title: ({ say }) => `${say('statement')} ${statement.month}`,
    main: (speech) => statementView(speech, { statement, who, lines, names, path }),
    viewer,
    sheet: 'statement.css',
  });
}
