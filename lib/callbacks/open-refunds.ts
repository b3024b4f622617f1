import * as z from 'zod';
import type { Platform } from '../events/event.ts';
import { refundRequestSchema } from '../integrations/kit/records.ts';
import { openRefundPartition, SHARDS } from '../store/keys.ts';
import type { Table } from '../store/table.ts';
import { readRefund, type StoredRefund, unlist } from './refund-requests.ts';

const openEntrySchema = refundRequestSchema
  .pick({ platform: true, refundId: true })
  .extend({ listedAtMs: z.int() });

/** A place in the list of requests that need somebody. */
export interface OpenRefund {
  /** Undefined: whoever listed it died before the request stood, or has not got there yet. */
  readonly request: StoredRefund | undefined;
  readonly platform: Platform;
  readonly refundId: string;
  readonly listedAtMs: number;
  readonly position: ListPosition;
}

/** Where a listing goes on. */
export const listPositionSchema = z.object({
  shard: z.string().max(1),
  after: z.string().max(1024),
});
export type ListPosition = z.infer<typeof listPositionSchema>;

/** Requests that need somebody: pending, or decided and not yet sent to the platform. In no order of time. */
export async function* openRefunds(table: Table, from?: ListPosition): AsyncGenerator<OpenRefund> {
  for (const shard of SHARDS) {
    if (from !== undefined && shard < from.shard) continue;
    const after = from?.shard === shard ? from.after : '';
    const options = after === '' ? {} : { between: [after, LAST] as const };
    for await (const item of table.query(openRefundPartition(shard), options)) {
      if (item.sk === after) continue;
      const entry = openEntrySchema.parse(item);
      const request = await readRefund(table, entry.platform, entry.refundId);
      yield { ...entry, request, position: { shard, after: item.sk } };
    }
  }
}

/** Sorts after every platform's name. */
const LAST = '~';

/** A place in the list whose request's decision was sent, or that never came to be in this time, is nobody's. */
const ABANDONED_MS = 600_000;

/** Takes an entry off the list where nothing needs it. @returns whether it did */
export async function dropIfDone(
  table: Table,
  { request, listedAtMs, platform, refundId }: OpenRefund,
  nowMs: number,
): Promise<boolean> {
  const isDone =
    request === undefined ? nowMs - listedAtMs > ABANDONED_MS : request.notifiedAt !== null;
  if (isDone) await unlist(table, platform, refundId);
  return isDone;
}
