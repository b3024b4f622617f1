import type { Context } from 'hono';
import * as z from 'zod';
import { Problem } from '../../lib/errors/problem.ts';
import { FILE_LINES, wholeOf } from '../../lib/ledger/statement.ts';
import { readDigest, readHeld } from '../../lib/store/ledger/statement-digests.ts';
import { readLines, type Statement, statementIdOf } from '../../lib/store/ledger/statements.ts';
import { noteChange } from './audit.ts';
import type { ApiDeps } from './deps.ts';
import { answerFile, type FileFormat } from './files.ts';
import { check } from './input.ts';

/** A file of a statement leaves the house: the trail names whose it is, also where the operator takes it. */
export function noteFile(c: Context, statement: Statement, format: FileFormat | 'proof'): void {
  const { providerId } = statement;
  noteChange(c, { subject: `statement/${statementIdOf(statement)}.${format}`, providerId });
}

/** More contracts with tiers than a statement's item has room for. */
const MAX_SETTLED = 5_000;

/**
 * So many parts of a proof are one answer: a function may answer with 6 MB, and a part of 5,000 lines is a good million
 * bytes.
 */
export const PROOF_PARTS_AT_ONCE = 4;

/** In how many files its lines are; a statement that is closing has none yet. */
export function filesOf({ status, sums, fileEnds }: Statement): number {
  if (status !== 'closed') return 0;
  const isMore = wholeOf(sums).entryCount > fileEnds.length * FILE_LINES;
  return Math.max(1, fileEnds.length + (isMore ? 1 : 0));
}

/**
 * `?part=` of a statement as a file, the first when absent. Each part has the headings, and the header
 * `link` names the next one.
 * @throws Problem `statement-closing` or `request-invalid`
 */
export async function statementFile(
  c: Context,
  statement: Statement,
  format: FileFormat,
  { table }: ApiDeps,
): Promise<Response> {
  noteFile(c, statement, format);
  const files = filesOf(statement);
  if (files === 0) {
    const detail = `${statement.month} is being closed. Its files are there when it is closed.`;
    throw new Problem('statement-closing', detail);
  }
  const { part } = check(partQuery(files), { part: c.req.query('part') });
  const { fileEnds, month } = statement;
  const limit = FILE_LINES + (part === files ? MAX_SETTLED : 0);
  const found = await readLines(table, statement, fileEnds[part - 2] ?? null, limit);
  const isLast = part === files;
  // Few ask for a file: the function starts without.
  const { statementRows } = await import('../../lib/statements/file-rows.ts');
  const rows = statementRows({
    statement,
    lines: found.map(({ line }) => line),
    tiers: (await readDigest(table, statement))?.tiers ?? [],
    held: isLast ? await readHeld(table, statement, FILE_LINES) : [],
    hasSums: format === 'xlsx',
  });
  return answerFile(c, {
    format,
    name: `statement-${month}${files === 1 ? '' : `-${part}-of-${files}`}`,
    sheet: month,
    rows,
    headers: isLast ? {} : { link: `<?part=${part + 1}>; rel="next"` },
  });
}

function partQuery(files: number) {
  const one = z.coerce.number('part: a number').int().min(1).max(files, `there are ${files} parts`);
  return z.object({ part: one.default(1) });
}
