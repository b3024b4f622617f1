import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { mapLimit } from '../../../lib/async/map-limit.ts';
import { UNATTRIBUTED } from '../../../lib/attribution/contract.ts';
import { Problem } from '../../../lib/errors/problem.ts';
import { givenId, idSchema, MAX_NAME_WITH_ID } from '../../../lib/events/id.ts';
import { isAdjustment, monthSchema } from '../../../lib/ledger/statement.ts';
import { readProviderIds } from '../../../lib/store/accounts/parties.ts';
import type { StatementId } from '../../../lib/store/keys.ts';
import { entryRef } from '../../../lib/store/ledger/entry-ref.ts';
import {
  readLines,
  readStatement,
  readStatements,
  type Statement,
  statementIdOf,
} from '../../../lib/store/ledger/statements.ts';
import { noteChange } from '../audit.ts';
import type { ClosingOutcome, Outcome } from '../closing.ts';
import { writeCursor } from '../cursors.ts';
import type { ApiDeps } from '../deps.ts';
import { FILE_FORMATS, type FileFormat } from '../files.ts';
import { cursorInput, limitInput } from '../input.ts';
import { providerOf } from '../principal.ts';
import { answer, forEither, forOperator, type RequestOf } from '../route.ts';
import { contentsShown } from '../statement-contents.ts';
import { draftShown } from '../statement-draft.ts';
import { statementFile } from '../statement-files.ts';
import { findClosed, findStatement, ownId, shown, shownWithLife } from '../statement-view.ts';

const PAGE = 200;
const MAX_PAGE = 1_000;

/** The last one given. */
const listPosition = z.strictObject({ month: monthSchema, providerId: idSchema });

/** Of a draft it is a place among its entries. */
const positionSchema = z
  .string()
  .regex(/^(?:LINE|DRAFT)#/)
  .max(2_048);

const limit = limitInput(PAGE, MAX_PAGE);

export const statementClosePost = forOperator('POST /v1/statements/{month}/close', {
  needs: 'statements:close',
  params: z.object({ month: monthSchema }),
  body: z.strictObject({ providerId: givenId().optional() }),
  bodyIsOptional: true,
});

export const statementsGet = forEither('GET /v1/statements', {
  needs: 'statements:read',
  query: z.object({
    /** For the operator; a provider sees its own whatever it says. */
    providerId: givenId().optional(),
    month: monthSchema.optional(),
    limit,
    cursor: cursorInput(listPosition),
  }),
});

export const statementGet = forEither('GET /v1/statements/{id}', {
  needs: 'statements:read',
  params: z.object({ id: givenId(MAX_NAME_WITH_ID) }),
  query: z.object({
    limit,
    cursor: cursorInput(positionSchema),
    /** Of the page, and which of the files. */
    lang: z.string().optional(),
    part: z.string().optional(),
    /** Of a proof: the entry that it shall prove alone. */
    line: givenId(1_024).optional(),
  }),
  // A browser that opens the page, or a file from it, brings the cookie of the other pages.
  isPage: ({ id = '' }) => split(id)[1] !== undefined,
  isExport: ({ id = '' }) => ['csv', 'xlsx', 'proof'].includes(split(id)[1] ?? ''),
});

/** Monthly statements: closed by the operator, read by each provider, as JSON, files and a page. */
export function statementsRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, statementClosePost, async ({ params: { month }, body: { providerId } }, c) => {
    // Months are closed once a month: the function starts without.
    const { closeForAll, closeMonth } = await import('../closing.ts');
    if (providerId !== undefined) {
      const closed = await closeMonth({ providerId, month }, deps);
      const { statement } = closed;
      noteClosed(c, [closed]);
      return c.json(shown(statement), statement.status === 'closed' ? 200 : 202);
    }
    const outcomes = await closeForAll(month, deps);
    const isDone = outcomes.every((one) => 'statement' in one && one.statement.status === 'closed');
    const statements = outcomes.map(outcomeOf);
    noteClosed(
      c,
      outcomes.flatMap((one) => ('statement' in one ? [one] : [])),
    );
    return c.json({ statements }, isDone ? 200 : 202);
  });

  answer(api, deps, statementsGet, async ({ principal, query }, c) => {
    if (principal.is === 'operator' && query.providerId === undefined) {
      return c.json(await listAll(c, query, deps));
    }
    const providerId = providerOf(principal, query.providerId);
    return c.json(await pageOf(c, await readStatements(deps.table, providerId), query, deps));
  });

  answer(api, deps, statementGet, async ({ principal, params, query }, c) => {
    const [id, format] = split(params.id);
    requireNamesOf(format, c);
    if (format === undefined) {
      const own = ownId(id, principal);
      if ((await readStatement(deps.table, own)) === undefined) {
        const page = { cursor: query.cursor ?? null, limit: query.limit };
        const draft = await draftShown(own, page, deps);
        return c.json({ ...draft, next: draft.next && writeCursor(c, draft.next) });
      }
    }
    if (format === 'proof') {
      const closed = await findClosed(id, principal, deps);
      if (query.line !== undefined) {
        const { lineProofFile } = await import('../proof/line.ts');
        return lineProofFile(c, closed, query.line, deps);
      }
      const { proofFile } = await import('../proof/file.ts');
      return proofFile(c, closed, deps);
    }
    const statement = await findStatement(id, principal, deps);
    if (isFile(format)) return statementFile(c, statement, format, deps);
    const page = await linesOf(c, query, statement, deps);
    if (format === 'html') {
      const { statementPage } = await import('../page/statement/page.ts');
      return statementPage(c, statement, page, principal, deps);
    }
    // What proofs say of a line's fact stands in the proof alone.
    const lines = page.lines.map((line) => {
      const { evidence: _, ...own } = line;
      return own;
    });
    const whole = {
      ...(await shownWithLife(statement, deps)),
      ...(await contentsShown(statement, deps)),
    };
    return c.json({ ...whole, ...page, lines });
  });
}

/**
 * A page of everybody's, the newest month first. It asks for each provider's after the other, since they are
 * closed together and a provider has twelve a year.
 */
async function listAll(c: Context, query: ListQuery, deps: ApiDeps) {
  const { table } = deps;
  const providers = [...(await readProviderIds(table)), UNATTRIBUTED];
  const all = await mapLimit(providers, 8, (providerId) => readStatements(table, providerId));
  return pageOf(c, all.flat(), query, deps);
}

/** A page of statements, the newest first. */
async function pageOf(c: Context, all: readonly Statement[], query: ListQuery, deps: ApiDeps) {
  const { cursor: after, limit } = query;
  const left = all
    .filter(ofMonth(query))
    .toSorted(newestFirst)
    .filter((one) => after === undefined || newestFirst(after, one) < 0);
  const page = left.slice(0, limit);
  const last = left.length > limit ? page.at(-1) : undefined;
  const next = last && writeCursor(c, { month: last.month, providerId: last.providerId });
  const statements = await mapLimit(page, 8, (one) => shownWithLife(one, deps));
  return { statements, next: next ?? null };
}

type ListQuery = RequestOf<typeof statementsGet>['query'];

/** `?month=YYYY-MM` requests that month alone. */
function ofMonth({ month }: ListQuery): (statement: StatementId) => boolean {
  return (statement) => month === undefined || statement.month === month;
}

function newestFirst(a: StatementId, b: StatementId): number {
  if (a.month !== b.month) return a.month > b.month ? -1 : 1;
  if (a.providerId === b.providerId) return 0;
  return a.providerId < b.providerId ? -1 : 1;
}

type Format = FileFormat | 'html' | 'proof' | undefined;

function isFile(format: Format): format is FileFormat {
  return FILE_FORMATS.some((one) => one === format);
}

function split(text: string): [string, Format] {
  const format = (['html', 'proof', ...FILE_FORMATS] as const).find((one) =>
    text.endsWith(`.${one}`),
  );
  return [format === undefined ? text : text.slice(0, -format.length - 1), format];
}

/** A file has parts and no pages; only the page has a language. @throws Problem `request-invalid` */
function requireNamesOf(format: Format, c: Context): void {
  const hasParts = isFile(format) || format === 'proof';
  const others =
    format === 'proof'
      ? ['limit', 'cursor']
      : hasParts
        ? ['limit', 'cursor', 'line']
        : ['part', 'line'];
  const given = others.filter((name) => c.req.query(name) !== undefined);
  if (given.length === 0) return;
  const known = format === 'proof' ? 'part, line' : hasParts ? 'part' : 'limit, cursor, lang';
  const detail = `query: ${given.join(', ')} has no meaning here; known are ${known}`;
  throw new Problem('request-invalid', detail);
}

/** A page of lines, each with whether it belongs to a month before. */
async function linesOf(
  c: Context,
  { cursor, limit }: RequestOf<typeof statementGet>['query'],
  statement: Statement,
  { table }: ApiDeps,
) {
  if (cursor?.startsWith('DRAFT#')) {
    throw new Problem('cursor-foreign', 'The month was closed since: begin without a cursor.');
  }
  const found = await readLines(table, statement, cursor ?? null, limit + 1);
  const lines = found.slice(0, limit).map(({ line }) => ({
    ...line,
    entryId: entryRef({ ...line, providerId: statement.providerId }),
    adjustment: isAdjustment(line, statement.month),
  }));
  const last = found.length > limit ? found[limit - 1]?.sk : undefined;
  return { lines, next: last === undefined ? null : writeCursor(c, last) };
}

/** Whom a closing was for: one, or everybody who has a month. What was closed already is no change. */
function noteClosed(c: Context, all: readonly ClosingOutcome[]): void {
  const closed = all.filter(({ isNew }) => isNew).map(({ statement }) => statement);
  const [only] = closed;
  const isOne = closed.length === 1 && only !== undefined;
  const after = closed.map((one) => ({ statementId: statementIdOf(one), status: one.status }));
  noteChange(c, {
    ...(isOne && { subject: `statement/${statementIdOf(only)}` }),
    providerIds: closed.map(({ providerId }) => providerId),
    isChange: closed.length > 0,
    after: { statements: after },
  });
}

/** One that was refused says why, as its own request would have. */
function outcomeOf(outcome: Outcome): object {
  if ('statement' in outcome) return shown(outcome.statement);
  const { code, message: detail } = outcome.refused;
  return { providerId: outcome.providerId, refused: { code, detail } };
}
