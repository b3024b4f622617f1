import * as z from 'zod';
import { mapLimit } from '../async/map-limit.ts';
import { voucherState } from '../attribution/voucher-state.ts';
import type { Event, Platform } from '../events/event.ts';
import type { RefundClaim } from '../integrations/kit/records.ts';
import { keys } from '../store/keys.ts';
import { readEvents, redeemedVouchers } from '../store/ledger/events.ts';
import type { Table } from '../store/table.ts';
import { codesOf } from './codes.ts';

/**
 * How a merchant's refund requests are decided. `manual`: by the operator. `auto-approve-unused`:
 * approved where our records show that nothing of it was used, otherwise by the operator.
 * `auto-approve-all`: approved. No policy refuses: that takes a person's words to the buyer.
 */
export const refundPolicySchema = z.enum(['manual', 'auto-approve-unused', 'auto-approve-all']);
export type RefundPolicy = z.infer<typeof refundPolicySchema>;

export async function putRefundPolicy(
  table: Table,
  platform: Platform,
  merchantId: string,
  policy: RefundPolicy,
): Promise<void> {
  await table.put(keys.refundPolicy(platform, merchantId), { policy }, null);
}

/** `manual` where the operator said nothing. */
export async function readRefundPolicy(
  table: Table,
  platform: Platform,
  merchantId: string,
): Promise<RefundPolicy> {
  const item = await table.get(keys.refundPolicy(platform, merchantId));
  return item === undefined ? 'manual' : refundPolicySchema.parse(item.policy);
}

const READS_AT_ONCE = 16;

/** Whether the merchant's policy approves a request by itself. */
export async function isApprovedByPolicy(
  table: Table,
  platform: Platform,
  claim: RefundClaim,
): Promise<boolean> {
  const policy = await readRefundPolicy(table, platform, claim.merchantId);
  switch (policy) {
    case 'manual':
      return false;
    case 'auto-approve-all':
      return true;
    case 'auto-approve-unused':
      return claim.voucherIds.length > 0
        ? areVouchersUnused(table, platform, claim)
        : isOrderUnused(table, platform, claim.orderId);
    default:
      return policy satisfies never;
  }
}

/**
 * Every voucher named is unused by our records. One that we know nothing of may have been used before
 * its app was registered here. It still counts as unused where we watch its order (see `isWatched`), and
 * no redemption of that order is known under any name.
 */
async function areVouchersUnused(
  table: Table,
  platform: Platform,
  { orderId, voucherIds }: RefundClaim,
): Promise<boolean> {
  const states = await mapLimit(voucherIds, READS_AT_ONCE, async (id) => {
    const events = await readEvents(table, { of: 'voucher', platform, id });
    return voucherState(events.filter(isEvidence));
  });
  if (states.every((state) => state === 'unused')) return true;
  if (states.some((state) => state !== 'unused' && state !== 'unknown')) return false;
  const events = await readEvents(table, { of: 'order', platform, id: orderId });
  const isKnown = await isWatched(table, platform, orderId, events);
  return isKnown && isNothingRedeemed(table, platform, orderId);
}

/**
 * Whether we saw an order from its beginning, and list what of it is redeemed: we gave it its codes, or
 * it was made or paid in the open loop, whose redemptions go through us.
 */
async function isWatched(
  table: Table,
  platform: Platform,
  orderId: string,
  events: readonly Event[],
): Promise<boolean> {
  if (events.some((event) => event.loop === 'open' && isEvidence(event))) return true;
  return (await codesOf(table, platform, orderId)).length > 0;
}

/** Of an order that we watch no voucher stands redeemed or refunded. Any other order proves nothing. */
async function isOrderUnused(table: Table, platform: Platform, orderId: string): Promise<boolean> {
  const events = await readEvents(table, { of: 'order', platform, id: orderId });
  const isKnown = await isWatched(table, platform, orderId, events);
  if (!isKnown || voucherState(events) === 'refunded') return false;
  return isNothingRedeemed(table, platform, orderId);
}

async function isNothingRedeemed(
  table: Table,
  platform: Platform,
  orderId: string,
): Promise<boolean> {
  const vouchers = await redeemedVouchers(table, platform, orderId);
  const states = await mapLimit(vouchers, READS_AT_ONCE, async (id) =>
    voucherState(await readEvents(table, { of: 'voucher', platform, id })),
  );
  // A list entry whose event never came is of a redemption that is being written just now.
  return states.every((state) => state === 'unused');
}

/** That somebody requested a refund says nothing about the voucher's life before. */
function isEvidence({ kind }: Event): boolean {
  return kind !== 'voucher.refund_requested' && kind !== 'voucher.refund_failed';
}
