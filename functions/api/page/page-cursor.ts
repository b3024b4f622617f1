import type { Context } from 'hono';
import type * as z from 'zod';
import type { Table } from '../../../lib/store/table.ts';
import { Cursors } from '../cursors.ts';
import type { Viewer } from './viewer.ts';

/** A page's query with its cursor opened, and the query of the link that goes on. */
export interface PageCursor {
  readonly query: Readonly<Record<string, unknown>>;
  readonly next: (query: Record<string, string>, position: unknown) => Next;
}

type Next = Record<string, string> & { readonly cursor: string };

/** A link names its period as it was resolved, so its cursor is signed for the query of the link. */
export async function pageCursor(
  c: Context,
  table: Table,
  { providerId: tenant }: Viewer,
  { shape }: z.ZodObject,
): Promise<PageCursor> {
  const call = `GET ${c.req.path}`;
  // Messengers add parameters of their own to a link.
  const known = (query: Record<string, string>) =>
    Object.fromEntries(Object.entries(query).filter(([name]) => Object.hasOwn(shape, name)));
  const given = c.req.query();
  const own = await Cursors.of(table, { tenant, call, query: known(given) });
  const { cursor } = given;
  const opened = cursor === undefined ? given : { ...given, cursor: own.open(cursor) };
  return {
    query: opened,
    next: (query, position) => ({ ...query, cursor: own.as(known(query)).write(position) }),
  };
}
