import type * as z from 'zod';
import { fingerprint } from '../../crypto/hash.ts';
import type { UnreadRow } from './platform-records.ts';
import { misfitsIn } from './reading.ts';
import { wireId } from './wire.ts';

/** What a row calls the ids that say whose it is. */
export interface RowNames {
  readonly voucherId?: string;
  readonly orderId?: string;
  readonly actId?: string;
}

/** Each row by itself: one that nobody can read holds up no other. */
export function readRows<S extends z.ZodType>(
  rows: readonly unknown[],
  schema: S,
  names: RowNames,
): { readonly read: z.output<S>[]; readonly unread: UnreadRow[] } {
  const read: z.output<S>[] = [];
  const unread: UnreadRow[] = [];
  for (const row of rows) {
    const parsed = schema.safeParse(row);
    if (parsed.success) read.push(parsed.data);
    else unread.push(unreadRow(row, misfitsIn(parsed.error)[0] ?? 'row', names));
  }
  return { read, unread };
}

/** @param field that does not fit; never what is in it */
export function unreadRow(row: unknown, field: string, names: RowNames): UnreadRow {
  const idOf = (name: string | undefined) => {
    const isNamed = name !== undefined && typeof row === 'object' && row !== null;
    return isNamed ? (wireId.safeParse((row as Record<string, unknown>)[name]).data ?? null) : null;
  };
  return {
    field,
    rowId: fingerprint(JSON.stringify(row) ?? '').slice(0, 24),
    voucherId: idOf(names.voucherId),
    orderId: idOf(names.orderId),
    actId: idOf(names.actId),
  };
}
