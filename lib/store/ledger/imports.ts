import * as z from 'zod';
import { importPartition, keys } from '../keys.ts';
import type { Table } from '../table.ts';

/**
 * What an import came to: evidence, of which nothing is booked. Its differences and refused lines are kept in pages; the import
 * itself is written last, so that what is found is whole.
 */
const importSchema = z.object({
  importId: z.string(),
  providerId: z.string(),
  profile: z.string(),
  from: z.string(),
  to: z.string(),
  importedAt: z.string(),
  /** SHA-256 of the file. */
  fileHash: z.string(),
  lines: z.int(),
  read: z.int(),
  pages: z.int(),
});
export type Import = z.infer<typeof importSchema>;

const pageSchema = z.object({ rows: z.array(z.record(z.string(), z.unknown())) });

/** Some 200 bytes each, so a page stays far below the largest item. */
const ROWS_PER_PAGE = 500;

export async function keepImport(
  table: Table,
  kept: Omit<Import, 'pages'>,
  rows: readonly object[],
): Promise<void> {
  const pages = Math.ceil(rows.length / ROWS_PER_PAGE);
  for (let page = 0; page < pages; page += 1) {
    const own = rows.slice(page * ROWS_PER_PAGE, (page + 1) * ROWS_PER_PAGE);
    await table.put(keys.importPage(kept.importId, page), { rows: own });
  }
  await table.put(keys.imported(kept.providerId, kept.importId), { ...kept, pages });
}

/** A provider's imports, the newest first. */
export async function listImports(table: Table, providerId: string): Promise<Import[]> {
  const imports: Import[] = [];
  for await (const item of table.query(importPartition(providerId), { backwards: true })) {
    imports.push(importSchema.parse(item));
  }
  return imports;
}

/** One import with its rows; undefined when it is not this provider's. */
export async function readImport(
  table: Table,
  providerId: string,
  importId: string,
): Promise<{ readonly kept: Import; readonly rows: readonly object[] } | undefined> {
  const item = await table.get(keys.imported(providerId, importId));
  if (item === undefined) return undefined;
  const kept = importSchema.parse(item);
  const rows: object[] = [];
  for (let page = 0; page < kept.pages; page += 1) {
    const one = await table.get(keys.importPage(importId, page));
    if (one !== undefined) rows.push(...pageSchema.parse(one).rows);
  }
  return { kept, rows };
}
