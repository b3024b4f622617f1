import type { Context } from 'hono';
import * as z from 'zod';
import { type Statement, statementIdOf } from '../../../lib/store/ledger/statements.ts';
import { withTrail } from '../audit.ts';
import type { ApiDeps } from '../deps.ts';
import { check } from '../input.ts';
import type { Viewer } from '../page/viewer.ts';
import { filesOf, noteFile, PROOF_PARTS_AT_ONCE } from '../statement-files.ts';
import { findClosed } from '../statement-view.ts';
import { proofPart } from './lines.ts';

/**
 * `.proof?part`: the proof of a statement that is closed, whole where it is not too long, else the first of its parts. The parts
 * one after the other are the file.
 * @throws Problem `request-invalid`
 */
export async function proofFile(
  c: Context,
  statement: Statement,
  deps: ApiDeps,
): Promise<Response> {
  noteFile(c, statement, 'proof');
  const files = filesOf(statement);
  const given = check(partQuery(files), { part: c.req.query('part') }).part;
  const isWhole = given === undefined && files <= PROOF_PARTS_AT_ONCE;
  const part = given ?? 1;
  const text = isWhole
    ? (await Promise.all(all(files).map((one) => proofPart(statement, one, deps)))).join('')
    : await proofPart(statement, part, deps);
  const name = `proof-${statement.month}${isWhole ? '' : `-${part}-of-${files}`}.html`;
  return c.body(text, 200, {
    'content-type': 'text/html; charset=utf-8',
    'content-disposition': `attachment; filename="${name}"`,
    'cache-control': 'no-store',
    ...(isWhole || part === files ? {} : { link: `<?part=${part + 1}>; rel="next"` }),
  });
}

/** `GET /statements/{month}.proof`, for who is signed in. It leaves a trace, as at the address of the API. */
export async function statementProofPage(
  c: Context,
  deps: ApiDeps,
  { providerId, principal }: Viewer,
  month: string,
): Promise<Response> {
  return withTrail(c, { call: 'GET /statements/{month}.proof', principal }, deps, async () => {
    const statement = await findClosed(statementIdOf({ providerId, month }), principal, deps);
    return proofFile(c, statement, deps);
  });
}

function all(files: number): number[] {
  return Array.from({ length: files }, (_, index) => index + 1);
}

function partQuery(files: number) {
  const one = z.coerce.number('part: a number').int().min(1).max(files, `there are ${files} parts`);
  return z.object({ part: one.optional() });
}
