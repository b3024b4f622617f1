import * as z from 'zod';
import { absentAsNull, wireFen, wireId, wireTime } from '../wire.ts';

/** The shapes we read, tolerant of new fields. */

export const envelopeSchema = z.looseObject({
  event: z.string().min(1),
  /** A string holding JSON; an object in the handshake and tolerated elsewhere. */
  content: z.union([z.string(), z.looseObject({})]).optional(),
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
