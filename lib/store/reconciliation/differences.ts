import * as z from 'zod';
import { fingerprint } from '../../crypto/hash.ts';
import { idSchema, platformSchema } from '../../events/id.ts';
import { keys, type MerchantRef } from '../keys.ts';
import type { Table } from '../table.ts';
import { betweenOf } from './checked-days.ts';

const side = z.union([z.int(), z.string().max(300)]).nullable();

/** What a platform and we do not report alike, and what became of it. */
export const keptDifferenceSchema = z.object({
  platform: platformSchema,
  merchantId: idSchema,
  integration: z.string(),
  appKey: z.string(),
  storeId: idSchema.nullable(),
  businessDay: z.iso.date(),
  voucherId: idSchema.nullable(),
  orderId: idSchema.nullable(),
  kind: z.enum(['missing', 'extra', 'amount', 'store', 'day']),
  ours: side,
  theirs: side,
  /** A word of the reconciliation's reasons. */
  reason: z.string().max(100),
  state: z.enum(['open', 'repaired', 'accepted']),
  seenAt: z.string(),
  /** Of a row that cannot be read, and may name neither voucher nor order: which one. */
  rowId: z.string().max(64).optional(),
  /** What the operator wrote who lets it be. */
  acceptedReason: z.string().max(500).optional(),
  acceptedAt: z.string().optional(),
});
export type KeptDifference = z.infer<typeof keptDifferenceSchema>;

/** Names it: the same difference again is the same item. */
function differenceIdOf(one: KeptDifference): string {
  const { integration, appKey, voucherId, orderId, kind, reason, rowId } = one;
  const row = rowId === undefined ? [] : [rowId];
  const about = JSON.stringify([integration, appKey, voucherId, orderId, kind, reason, ...row]);
  return fingerprint(about).slice(0, 24);
}

/**
 * Writes a difference that is seen; one that was accepted stays accepted while it says the same.
 * @returns whether it is open
 */
export async function putDifference(table: Table, seen: KeptDifference): Promise<boolean> {
  const key = keys.difference(seen.businessDay, seen, differenceIdOf(seen));
  const standing = await table.get(key);
  const before = standing === undefined ? undefined : keptDifferenceSchema.parse(standing);
  const isSame = before?.ours === seen.ours && before.theirs === seen.theirs;
  if (isSame && before.state === 'accepted') return false;
  // Where somebody changes it meanwhile, theirs stands until the next reading.
  await table.put(key, seen, before === undefined ? undefined : stillAt(before));
  return true;
}

/** The platform and we report it alike by now. @returns false when somebody changed it meanwhile */
export function repairDifference(table: Table, seen: KeptDifference, id: string): Promise<boolean> {
  const key = keys.difference(seen.businessDay, seen, id);
  return table.set(key, { state: 'repaired' }, stillAt(seen));
}

/** Somebody looked at it and lets it be. @returns false when it changed meanwhile */
export function acceptDifference(
  table: Table,
  seen: KeptDifference,
  id: string,
  accepted: { acceptedReason: string; acceptedAt: string },
): Promise<boolean> {
  const key = keys.difference(seen.businessDay, seen, id);
  return table.set(key, { state: 'accepted', ...accepted }, stillAt(seen));
}

export async function readDifference(
  table: Table,
  day: string,
  of: MerchantRef,
  id: string,
): Promise<KeptDifference | undefined> {
  const item = await table.get(keys.difference(day, of, id));
  return item === undefined ? undefined : keptDifferenceSchema.parse(item);
}

/** A day's differences in the order of platform and merchant; see `checkedDays`. */
export async function* differencesOf(
  table: Table,
  day: string,
  of: MerchantRef | { readonly platform: string } | undefined,
  after = '',
): AsyncGenerator<{ readonly one: KeptDifference; readonly id: string; readonly sk: string }> {
  const { pk } = keys.difference(day, { platform: '', merchantId: '' }, '');
  const between = betweenOf(of, after);
  if (between === undefined) return;
  for await (const item of table.query(pk, { between })) {
    if (item.sk === after) continue;
    const id = item.sk.slice(item.sk.lastIndexOf('#') + 1);
    yield { one: keptDifferenceSchema.parse(item), id, sk: item.sk };
  }
}

function stillAt({ state, seenAt }: KeptDifference) {
  return {
    expression: '#state = :state AND seenAt = :seenAt',
    names: { '#state': 'state' },
    values: { ':state': state, ':seenAt': seenAt },
  };
}
