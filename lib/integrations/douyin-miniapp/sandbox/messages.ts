/** The bodies of the RSA-signed messages, as the platform writes them: `msg` is JSON in a string. */

export function tradeBody(type: string, msg: object, version = '2.0'): string {
  return JSON.stringify({ version, msg: JSON.stringify(msg), type });
}

/** An order in the middle of its life. Amounts are fen. */
export interface OrderMade {
  readonly appId: string;
  readonly orderId: string;
  readonly outOrderNo: string;
  readonly totalFen: number;
  readonly discountFen: number;
  readonly atMs: number;
}

export function preCreateOrderBody(
  order: OrderMade,
  items: readonly { itemOrderId: string; skuId: string; priceFen: number }[],
): string {
  return tradeBody('pre_create_order', {
    order_id: order.orderId,
    goods: null,
    item_order_info_list: items.map(({ itemOrderId, skuId, priceFen }) => ({
      goods_id: skuId,
      goods_id_type: 1,
      sku_id: skuId,
      sku_id_type: 1,
      item_order_id: itemOrderId,
      price: priceFen,
    })),
    total_amount: order.totalFen,
    discount: order.discountFen,
    cp_extra: '',
    create_order_time: order.atMs,
    open_id: '_000SANDBOX',
    app_id: order.appId,
    delivery_type: 1,
  });
}

export function paymentBody(order: OrderMade, status: 'SUCCESS' | 'CANCEL' = 'SUCCESS'): string {
  return tradeBody('payment', {
    app_id: order.appId,
    status,
    order_id: order.orderId,
    out_order_no: order.outOrderNo,
    cp_extra: '',
    message: status === 'SUCCESS' ? '' : 'TIME_OUT',
    event_time: order.atMs,
    total_amount: order.totalFen,
    discount_amount: order.discountFen,
    ...(status === 'SUCCESS' ? { pay_channel: 10, channel_pay_id: '' } : {}),
  });
}

export interface RefundMade {
  readonly appId: string;
  readonly orderId: string;
  readonly refundId: string;
  /** None: it names its order alone. */
  readonly items: readonly { itemOrderId: string; refundFen: number }[];
  /** Where no item says it. */
  readonly totalFen?: number;
  readonly atMs: number;
}

export function preCreateRefundBody(refund: RefundMade): string {
  return tradeBody('pre_create_refund', {
    ...refundFields(refund),
    need_refund_audit: 1,
    create_refund_time: refund.atMs,
    refund_source: 1,
    refund_reason: ['不想要了'],
  });
}

export function refundBody(
  refund: RefundMade,
  { status = 'SUCCESS', isAllSettled = false }: { status?: string; isAllSettled?: boolean } = {},
): string {
  return tradeBody('refund', {
    ...refundFields(refund),
    status,
    is_all_settled: isAllSettled,
    message: '',
    event_time: refund.atMs,
  });
}

function refundFields({ appId, orderId, refundId, items, totalFen }: RefundMade) {
  return {
    app_id: appId,
    order_id: orderId,
    refund_id: refundId,
    refund_total_amount: totalFen ?? items.reduce((sum, item) => sum + item.refundFen, 0),
    refund_item_detail: {
      item_order_quantity: items.length,
      item_order_detail: items.map(({ itemOrderId, refundFen }) => ({
        item_order_id: itemOrderId,
        refund_amount: refundFen,
      })),
    },
    cp_extra: '',
  };
}

export function settleBody(settlement: {
  readonly appId: string;
  readonly orderId: string;
  readonly settleId: string;
  readonly settledFen: number;
  readonly feeFen: number;
  readonly creatorFen: number;
  readonly atMs: number;
}): string {
  return tradeBody('settle', {
    app_id: settlement.appId,
    status: 'SUCCESS',
    order_id: settlement.orderId,
    cp_extra: '',
    message: 'SUCCESS',
    event_time: settlement.atMs,
    settle_id: settlement.settleId,
    out_settle_no: settlement.settleId,
    rake: settlement.feeFen,
    commission: settlement.creatorFen,
    settle_detail: '',
    settle_amount: settlement.settledFen,
    is_auto_settle: true,
  });
}

/** One act of the write-off tool; its time on the wire is whole seconds. */
export interface CouponAct {
  readonly appId: string;
  readonly orderId: string;
  readonly certificateId: string;
  readonly verifyId: string;
  readonly poiId: string;
  readonly atMs: number;
}

/** The `type` is whatever `couponVerifyType` says: the pages do not show it. */
export function couponVerifyBody(act: CouponAct, type = 'coupon_verify'): string {
  return tradeBody(type, {
    app_id: act.appId,
    order_info: { order_id: act.orderId, order_source: 'fulfillment_tool' },
    poi_id: act.poiId,
    coupon_verify_results: [
      {
        result_code: 0,
        result_msg: '',
        certificate_id: act.certificateId,
        verify_id: act.verifyId,
        verify_time: Math.floor(act.atMs / 1000),
      },
    ],
  });
}

export function couponVerifyCancelBody(
  act: Omit<CouponAct, 'poiId' | 'atMs'>,
  status: 'SUCCESS' | 'FAIL' = 'SUCCESS',
): string {
  return tradeBody('coupon_verify_cancel', {
    app_id: act.appId,
    status,
    verify_id: act.verifyId,
    certificate_id: act.certificateId,
    cannot_cancel_msg: '',
    order_info: { order_id: act.orderId, order_source: 'fulfillment_tool' },
  });
}
