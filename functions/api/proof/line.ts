import type { Context } from 'hono';
import { Problem } from '../../../lib/errors/problem.ts';
import { asciiJson, bodyHash, FIRST_LINE, LAST_LINE, proofLine } from '../../../lib/proof/text.ts';
import { pathTo } from '../../../lib/proof/tree.ts';
import { ProofContracts, proofRows } from '../../../lib/statements/proof-rows.ts';
import { entryRef } from '../../../lib/store/ledger/entry-ref.ts';
import type { Statement } from '../../../lib/store/ledger/statements.ts';
import type { ApiDeps } from '../deps.ts';
import { filesOf, noteFile, PROOF_PARTS_AT_ONCE } from '../statement-files.ts';
import { beginning, ownLines, settledLines } from './lines.ts';

/** More does not go into a mail's text as it should: the contract is left out then. */
const MOST_BYTES = 2_048;

/**
 * `.proof?line=<entryId>`: what proves one line to whoever has no file, as the page of the month gives it.
 * @throws Problem `not-found` where the statement has no such line; `request-invalid` for one whose lines are too many to
 * be hashed for one answer
 */
export async function lineProofFile(
  c: Context,
  statement: Statement,
  entryId: string,
  deps: ApiDeps,
): Promise<Response> {
  noteFile(c, statement, 'proof');
  const text = await lineProof(statement, entryId, deps);
  return c.body(text, 200, {
    'content-type': 'text/plain; charset=us-ascii',
    'content-disposition': `attachment; filename="proof-${statement.month}-line.txt"`,
    'cache-control': 'no-store',
  });
}

async function lineProof(statement: Statement, entryId: string, deps: ApiDeps): Promise<string> {
  const { table } = deps;
  const files = filesOf(statement);
  if (files > PROOF_PARTS_AT_ONCE) {
    const detail = `line: ${files} files of lines are too many for one answer. Take the whole proof, part by part: its page gives the proof of each line.`;
    throw new Problem('request-invalid', detail);
  }
  const settled = await settledLines(table, statement);
  const parts = Array.from({ length: files }, (_, index) => ownLines(table, statement, index + 1));
  const lines = [...(await Promise.all(parts)).flat(), ...settled].map(({ line }) => line);
  const { providerId } = statement;
  const index = lines.findIndex((line) => entryRef({ ...line, providerId }) === entryId);
  if (index === -1) {
    throw new Problem('not-found', 'line: the statement has none of this entryId.');
  }
  const contracts = new ProofContracts(table);
  const rows = await proofRows(statement, lines, contracts);
  const leaves = rows.map(({ body }) => bodyHash(body));
  const head = await beginning(statement, settled, contracts, deps);
  const begin = head.filter((one) => /^(?:head|sign|key) /.test(one));
  const row = rows[index];
  const make = (contract: readonly string[]) =>
    [
      ...[FIRST_LINE, ...begin, ...contract, proofLine('line', row?.body ?? '')],
      ...[proofLine('path', asciiJson([index, ...pathTo(leaves, index)])), LAST_LINE, ''],
    ].join('\n');
  const whole = make(row?.contract?.lines ?? []);
  return whole.length <= MOST_BYTES ? whole : make([]);
}
