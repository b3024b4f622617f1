import * as z from 'zod';
import { permissionSchema } from '../../access/permissions.ts';
import { platformSchema } from '../../events/id.ts';
import { keys } from '../keys.ts';
import type { Table } from '../table.ts';

/** What a file is made of. A new kind is one more here, and its source in `lib/exports/sources.ts`. */
export const exportedSchema = z.discriminatedUnion('of', [
  /** The lines of a closed statement, and what it holds. */
  z.strictObject({ of: z.literal('statement'), providerId: z.string(), month: z.string() }),
  /** The lines of a store in a window, as they were booked by an instant. */
  z.strictObject({
    ...{ of: z.literal('store'), providerId: z.string() },
    ...{ platform: platformSchema, storeId: z.string() },
    ...{ from: z.string(), to: z.string(), asOf: z.string() },
  }),
]);
export type ExportContent = z.infer<typeof exportedSchema>;

export const EXPORT_FORMATS = ['csv', 'xlsx'] as const;

/**
 * A file that is made piece by piece. One item, saved after each piece under a guard, so that whoever goes on needs
 * nothing else. Of two workers at one piece both write the same bytes, and one saves.
 */
export const exportSchema = z.object({
  exportId: z.string(),
  /** Whose it is; null: the operator's. */
  tenant: z.string().nullable(),
  exported: exportedSchema,
  format: z.enum(EXPORT_FORMATS),
  /** What somebody must be allowed to take it. */
  needs: permissionSchema,
  /** Of the file, in ASCII and without the format. */
  name: z.string(),
  status: z.enum(['running', 'done']),
  createdAt: z.string(),
  endedAt: z.string().nullable(),
  /** It and its pieces go then, epoch seconds. */
  expiresAt: z.int(),
  /** Pieces done: the guard. */
  step: z.int(),
  /** Where its source goes on. */
  cursor: z.string().nullable(),
  /** Rows under the headings so far, and about how many there will be. */
  rows: z.int(),
  rowsTotal: z.int(),
  /** What each column of numbers comes to so far; null for the others. */
  sums: z.array(z.int().nullable()),
  /** Of a workbook's one growing part: what its archive must know of it. */
  sheet: z.object({ crc: z.int(), bytes: z.int(), compressed: z.int() }),
  /** Bytes of the file in each piece. */
  sizes: z.array(z.int()),
});
export type Export = z.infer<typeof exportSchema>;

/** @returns false when one of this id stands */
export async function createExport(table: Table, one: Export): Promise<boolean> {
  return table.put(keys.exported(one.tenant, one.exportId), one);
}

export async function readExport(
  table: Table,
  tenant: string | null,
  exportId: string,
): Promise<Export | undefined> {
  const item = await table.get(keys.exported(tenant, exportId));
  return item === undefined ? undefined : exportSchema.parse(item);
}

/** Whoever's, those that were begun last first. */
export async function listExports(table: Table, tenant: string | null): Promise<Export[]> {
  const all: Export[] = [];
  for await (const item of table.query(keys.exported(tenant, '').pk)) {
    all.push(exportSchema.parse(item));
  }
  return all.toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
}

/** @param step that it was read at. @returns false when another worker was ahead */
export async function saveExport(table: Table, one: Export, step: number): Promise<boolean> {
  return table.put(keys.exported(one.tenant, one.exportId), one, {
    expression: 'step = :step AND #s = :running',
    names: { '#s': 'status' },
    values: { ':step': step, ':running': 'running' },
  });
}

/** @param content as it is kept: see `lib/exports/pieces.ts` */
export async function putExportPiece(
  table: Table,
  { tenant, exportId, expiresAt }: Export,
  piece: number,
  content: Uint8Array,
): Promise<void> {
  await table.put(keys.exportedPiece(tenant, exportId, piece), { content, expiresAt }, null);
}

/** @throws when it is gone: its export says until when it stands */
export async function readExportPiece(
  table: Table,
  { tenant, exportId }: Export,
  piece: number,
): Promise<Uint8Array> {
  const item = await table.get(keys.exportedPiece(tenant, exportId, piece), false);
  if (item?.content instanceof Uint8Array) return item.content;
  throw new Error(`piece ${piece} of export ${exportId} is not there`);
}
