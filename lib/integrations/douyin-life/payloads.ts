import * as z from 'zod';
import { shortId } from '../../events/short-id.ts';
import { absentAsNull, wireFen, wireId, wireTime } from '../kit/wire.ts';

/** The shapes we read, tolerant of new fields. */

export const envelopeSchema = z.looseObject({
  event: z.string().min(1),
  /** A string holding JSON; an object in the handshake and tolerated elsewhere. */
  content: z.union([z.string(), z.looseObject({})]).optional(),
  /** The buyer's open id on trade events, "" on others. What else it may be is no reason to refuse. */
  from_user_id: absentAsNull(z.string().max(256)).catch(null),
});

/** `life_trade_order_notify`, source: trade.order.notify. */
export const orderNotifySchema = z.looseObject({
  action: z.string(),
  msg_time: wireTime,
  order: z.looseObject({
    order_id: wireId,
    account_id: wireId,
    pay_amount: wireFen,
    original_amount: absentAsNull(wireFen),
    pay_time: absentAsNull(wireTime),
  }),
});

/** `life_trade_certificate_notify`, source: trade.certificate.notify. Thin: no store, no amount. */
export const certificateNotifySchema = z.looseObject({
  action: z.string(),
  msg_time: wireTime,
  certificate: z.looseObject({
    certificate_id: wireId,
    order_id: wireId,
    account_id: wireId,
  }),
});

/** `life_hermes_akte_after_sale_audit`: a request, not a refund. Source: system-code-refund-notice. */
export const afterSaleAuditSchema = z.looseObject({
  account_id: wireId,
  order_id: wireId,
  certificate_id: wireId,
  refund_amount: absentAsNull(wireFen),
  refund_time: wireTime,
});

/** The message reports no id of the after-sale: a voucher is in one at a time. */
export function refundIdAfterUse(request: z.infer<typeof afterSaleAuditSchema>): string {
  return `${shortId(request.certificate_id, 90)}@${Date.parse(request.refund_time)}`;
}

/**
 * `life_saas_cooperate_auth_with_bind`: a merchant authorised the app, and bound a store to ours where
 * the URL named one. Source: life.capacity.shop/auth_with_bind; the fields are integrators'.
 */
export const authWithBindSchema = z.looseObject({
  account_id: wireId,
  poi_id: absentAsNull(wireId),
  out_shop_id: absentAsNull(wireId),
});

/** `life_partner_order_notify`, older and of the open loop. `event_time` is in ms. */
export const partnerOrderSchema = z.looseObject({
  order_id: wireId,
  merchant_id: wireId,
  partner_id: wireId,
  status: z.int(),
  event_time: wireTime,
});

/** A rate in 1/10000, written as its digits. Source: paterner/create. */
const wireRateBp = z.preprocess(
  (value) => (typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value),
  z.int().min(0).max(10_000),
);

/** `life_partner_commission_notify`: its fields are documented nowhere, so every one may be missing. */
export const partnerCommissionSchema = z.looseObject({
  order_id: wireId,
  record_id: wireId,
  merchant_id: absentAsNull(wireId).catch(null),
  account_id: absentAsNull(wireId).catch(null),
  product_id: absentAsNull(wireId).catch(null),
  /** Not `absentAsNull`: a rate of 0 is one. */
  commission_ratio: wireRateBp.nullable().catch(null),
  status: absentAsNull(z.union([z.string().max(64), z.int().transform(String)])).catch(null),
  event_time: absentAsNull(wireTime).catch(null),
});

/**
 * `life_takeout_bill_ledger_create`, an hour after completion. It names no merchant and no time.
 * Source: group-buy-solution/order-push/bill-confirmation-webhook.
 */
export const takeoutBillSchema = z.looseObject({
  order: z.looseObject({
    order_id: wireId,
    estimated_order_income: wireFen,
    commission_amount: wireFen.nullable().optional(),
  }),
  account_id: absentAsNull(wireId).catch(null),
  /** What changed in a bill that was reported before. */
  amount_change: absentAsNull(z.unknown()),
});
