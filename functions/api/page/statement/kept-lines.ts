import { isAdjustment } from '../../../../lib/ledger/statement.ts';
import { PAGE_LINES, readPage } from '../../../../lib/store/ledger/statement-pages.ts';
import { readLines, type Statement } from '../../../../lib/store/ledger/statements.ts';
import type { ApiDeps } from '../../deps.ts';
import type { Lines } from './lines.ts';

/**
 * Fifty lines of a statement after one: as they were written down together, one small read; else, as until its digest is
 * done, line by line.
 * @returns `next`: the sort key that the next page begins after
 */
export async function pageLines(
  statement: Statement,
  after: string | null,
  { table, now }: ApiDeps,
): Promise<Lines> {
  const kept = statement.status === 'closed' ? await readPage(table, statement, after) : undefined;
  const found =
    kept?.lines ?? (await readLines(table, statement, after, PAGE_LINES + 1, { nowMs: now() }));
  const shown = found.slice(0, PAGE_LINES);
  const isMore = kept === undefined ? found.length > PAGE_LINES : !kept.isLast;
  return {
    lines: shown.map(({ line }) => ({
      ...line,
      adjustment: isAdjustment(line, statement.month),
    })),
    next: isMore ? (shown.at(-1)?.sk ?? null) : null,
    ...(kept !== undefined && { names: kept.names }),
  };
}
