import * as z from 'zod';
import { idSchema } from '../../events/event.ts';
import type { Platform } from '../../events/id.ts';
import { keys, PREFIX, streamPartition } from '../keys.ts';
import type { Table } from '../table.ts';

/**
 * What the till knows of a voucher before the pipeline does: its own acts, written when the platform had
 * answered. An act belongs to the request that wrote it first, so of two that the platform gave the same
 * answer, one learns that it was the other's.
 */
const tillActSchema = z.object({
  kind: z.enum(['voucher.redeemed', 'voucher.redemption_reversed']),
  eventId: z.string(),
  redemptionId: idSchema,
  voucherId: idSchema,
  orderId: idSchema,
  merchantId: idSchema,
  storeId: idSchema.nullable(),
  productId: idSchema.nullable(),
  /** ISO 8601: when it happened, by the clock that its answer names. */
  occurredAt: z.string(),
  /** Whether its request or the platform said what it is worth: see `Event.complete`. */
  complete: z.boolean(),
  /** Integration, app and request that did it. */
  requestKey: z.string(),
});
export type TillAct = z.infer<typeof tillActSchema>;

/** A use can be taken back for an hour at most; a till that was off asks the day after. */
const KEPT_SECONDS = 7 * 86_400;

/** @returns whose the act is; of another request's, that nobody said what it is worth */
export async function keepTillAct(
  table: Table,
  platform: Platform,
  act: TillAct,
  nowMs: number,
): Promise<'ours' | 'others' | 'others-incomplete'> {
  const key = keys.tillAct(platform, act.voucherId, act.eventId);
  const expiresAt = Math.floor(nowMs / 1000) + KEPT_SECONDS;
  if (await table.put(key, { ...act, expiresAt })) return 'ours';
  const item = await table.get(key);
  const standing = item === undefined ? act : tillActSchema.parse(item);
  if (standing.requestKey === act.requestKey) return 'ours';
  return standing.complete ? 'others' : 'others-incomplete';
}

/** The till's acts of one voucher, in no order. */
export async function tillActsOf(
  table: Table,
  platform: Platform,
  voucherId: string,
): Promise<TillAct[]> {
  const pk = streamPartition({ of: 'voucher', platform, id: voucherId });
  const acts: TillAct[] = [];
  for await (const item of table.query(pk, { startsWith: PREFIX.tillAct })) {
    acts.push(tillActSchema.parse(item));
  }
  return acts;
}
