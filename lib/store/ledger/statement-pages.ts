import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import * as z from 'zod';
import { lineSchema } from '../../ledger/statement.ts';
import { subtotalSchema } from '../../ledger/statement-parts.ts';
import { type Key, keys, type StatementId } from '../keys.ts';
import type { Table } from '../table.ts';
import { digestSchema } from './statement-digests.ts';

/**
 * What the page of a closed statement shows, written down once: all that stands before its lines, and its lines fifty by
 * fifty, each packed in an item of some kilobytes. So a page costs the same whatever the statement's length is.
 */

/** Lines of a page, and subtotals of each kind on it. */
export const PAGE_LINES = 50;
export const PAGE_ROWS = 50;

/** As they were at the closing, by `<platform>/<id>`; those that nobody had named are left out. */
const namesSchema = z.object({
  stores: z.record(z.string(), z.string()),
  merchants: z.record(z.string(), z.string()),
});
export type PageNames = z.infer<typeof namesSchema>;

const rows = z.array(subtotalSchema);

const frontSchema = z.object({
  digest: digestSchema,
  /** The largest of each kind. */
  subtotals: z.object({ stores: rows, merchants: rows, contracts: rows }),
  names: namesSchema,
});
export type StatementFront = z.infer<typeof frontSchema>;

const pageSchema = z.object({
  lines: z.array(z.object({ sk: z.string(), line: lineSchema })),
  names: namesSchema,
  /** No page comes after it. */
  isLast: z.boolean(),
});
export type StatementPage = z.infer<typeof pageSchema>;

export async function putFront(table: Table, id: StatementId, front: StatementFront) {
  await put(table, keys.statementFront(id), front);
}

/** Read weakly, as it never changes. @returns undefined until the digest is done */
export async function readFront(
  table: Table,
  id: StatementId,
): Promise<StatementFront | undefined> {
  return read(table, keys.statementFront(id), frontSchema);
}

/** @param after the sort key of the line before the first of them; null: they are the first */
export async function putPage(
  table: Table,
  id: StatementId,
  after: string | null,
  page: StatementPage,
): Promise<void> {
  await put(table, keys.statementPage(id, after), page);
}

/** @returns undefined where no page begins */
export async function readPage(
  table: Table,
  id: StatementId,
  after: string | null,
): Promise<StatementPage | undefined> {
  return read(table, keys.statementPage(id, after), pageSchema);
}

/** What unpacks to more was not packed here. */
const WITHIN = { maxOutputLength: 4 * 1024 * 1024 } as const;

/** Made of what never changes: whoever writes it again writes the same, or newer names. */
async function put(table: Table, key: Key, content: object): Promise<void> {
  const bytes = Buffer.from(JSON.stringify(content), 'utf8');
  const params = { [constants.BROTLI_PARAM_QUALITY]: 5 };
  await table.put(key, { content: new Uint8Array(brotliCompressSync(bytes, { params })) }, null);
}

async function read<S extends z.ZodType>(
  table: Table,
  key: Key,
  schema: S,
): Promise<z.infer<S> | undefined> {
  const item = await table.get(key, false);
  if (!(item?.content instanceof Uint8Array)) return undefined;
  return schema.parse(
    JSON.parse(Buffer.from(brotliDecompressSync(item.content, WITHIN)).toString('utf8')),
  );
}
