import { type Export, putExportPiece, readExport, saveExport } from '../store/ledger/exports.ts';
import type { Table } from '../store/table.ts';
import { toInstant } from '../time/shanghai.ts';
import { pieceOf } from './pieces.ts';
import { sourceOf } from './sources.ts';

export interface ExportDeps {
  readonly table: Table;
  readonly now: () => number;
}

/**
 * Makes the pieces of a file one after the other while there is time.
 * @param step that somebody is to go on from: of another, somebody else goes on
 * @returns the export as it stands; undefined when there is nothing to go on with
 */
export async function workOnExport(
  { tenant, exportId, step }: Pick<Export, 'tenant' | 'exportId' | 'step'>,
  deps: ExportDeps,
  mayGoOn: () => boolean,
): Promise<Export | undefined> {
  let standing = await readExport(deps.table, tenant, exportId);
  if (standing?.step !== step) return undefined;
  while (standing.status === 'running' && mayGoOn()) {
    const next: Export = await nextPiece(standing, deps);
    if (!(await saveExport(deps.table, next, standing.step))) return undefined;
    standing = next;
  }
  return standing;
}

/** The bytes first: what an export says that it has is there. */
async function nextPiece(one: Export, { table, now }: ExportDeps): Promise<Export> {
  const source = sourceOf(one.exported);
  const found = await source.read(table, one.cursor);
  const { content, size, sums, sheet } = pieceOf(one, source, found);
  await putExportPiece(table, one, one.step, content);
  const isLast = found.next === null;
  return {
    ...one,
    ...{ cursor: found.next, rows: one.rows + found.rows.length, sums, sheet },
    ...{ step: one.step + 1, sizes: [...one.sizes, size] },
    ...(isLast ? { status: 'done', endedAt: toInstant(now()) } : {}),
  };
}
