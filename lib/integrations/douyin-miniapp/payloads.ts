import * as z from 'zod';
import {
  absentAsNull,
  optionalFen,
  wireFen,
  wireFlag,
  wireId,
  wireTime,
  wireWord,
} from './wire.ts';

/** The `msg` of each RSA-signed kind, as far as we read it. Times are ms unless said. */

const stream = {
  app_id: absentAsNull(wireId),
  order_id: wireId,
  /** The receiving merchant (进件); only some messages name it. */
  merchant_uid: absentAsNull(wireId),
};

/** Source: self-operated-trading/pre-order/callback. */
export const preCreateOrderSchema = z.looseObject({
  ...stream,
  total_amount: wireFen,
  discount: optionalFen,
  create_order_time: wireTime,
  /** Each piece with its price; a list that does not fit prices no piece, and holds the order up no more. */
  item_order_info_list: absentAsNull(
    z.array(z.looseObject({ item_order_id: wireId, price: wireFen })).min(1),
  ).catch(null),
});

/** What every payment result has, also that of a cancelled one. Source: notify-payment-result. */
export const paymentResultSchema = z.looseObject({
  ...stream,
  status: wireWord,
  event_time: wireTime,
});

/** A paid one. */
export const paymentSchema = paymentResultSchema.extend({
  total_amount: wireFen,
  discount_amount: optionalFen,
  /** `DIAMOND`: the platform's virtual currency. */
  currency: absentAsNull(z.string()),
  order_source: absentAsNull(z.string()),
  /** The video that brought the buyer; it may come later, or never. */
  item_id: absentAsNull(wireId).catch(null),
});

const refundItems = absentAsNull(
  z.looseObject({
    item_order_detail: absentAsNull(
      z.array(z.looseObject({ item_order_id: wireId, refund_amount: optionalFen })),
    ),
  }),
).transform((detail) => detail?.item_order_detail ?? []);

const refund = {
  ...stream,
  refund_id: wireId,
  refund_total_amount: optionalFen,
  refund_item_detail: refundItems,
};

/** Source: refund/refund-callback. */
export const preCreateRefundSchema = z.looseObject({
  ...refund,
  create_refund_time: wireTime,
  /** 1: the merchant decides; 2: nobody decides. */
  need_refund_audit: wireFlag,
  /** Silence past it is consent. */
  refund_audit_deadline: absentAsNull(wireTime).catch(null),
});

/** Source: refund/notify-result. */
export const refundResultSchema = z.looseObject({
  ...refund,
  status: wireWord,
  event_time: wireTime,
  /** The refund came after the settlement, which comes after use. */
  is_all_settled: wireFlag,
});
export type RefundResult = z.infer<typeof refundResultSchema>;

/** Source: settlement/notify-settle-result. */
export const settleResultSchema = z.looseObject({
  ...stream,
  status: wireWord,
  event_time: wireTime,
});

export const settlementSchema = settleResultSchema.extend({
  settle_id: wireId,
  settle_amount: wireFen,
  rake: optionalFen,
  commission: optionalFen,
});

const orderInfo = z.looseObject({ order_id: wireId });

/** 券核销消息通知: one notice for several native coupons. Its time is in seconds. Source: api-129742163. */
export const couponVerifySchema = z.looseObject({
  app_id: absentAsNull(wireId),
  order_info: orderInfo,
  poi_id: absentAsNull(wireId),
  coupon_verify_results: z.array(
    z.looseObject({
      result_code: z.unknown().optional(),
      certificate_id: absentAsNull(wireId),
      verify_id: absentAsNull(wireId),
      verify_time: absentAsNull(wireTime),
    }),
  ),
});

/** 撤销核销消息通知. No time is documented. Source: fulfill-tool/coupon-verify-cancel. */
export const couponVerifyCancelSchema = z.looseObject({
  app_id: absentAsNull(wireId),
  status: wireWord,
  verify_id: wireId,
  certificate_id: wireId,
  order_info: orderInfo,
  event_time: absentAsNull(wireTime),
});

/** No time is documented either. Source: api-129694817. */
export const bookAcceptTimeoutSchema = z.looseObject({
  ...stream,
  book_id: wireId,
  event_time: absentAsNull(wireTime),
});
