import type { Form } from './form.ts';
import { fieldOf } from './push.ts';

/** What a message of one type is about. */
export type Meaning =
  | 'paid'
  | 'issued'
  | 'redeemed'
  | 'refunded'
  | 'refund_requested'
  | 'cancelled'
  | 'kept';

export interface Kind {
  readonly meaning: Meaning;
  /** It carries a result, and not every result is a success. */
  readonly tellsResult?: true;
  /** Whether it is documented to be about vouchers before or after use. */
  readonly use?: 'before' | 'after';
  /**
   * The platform waits for an answer of our own: our number of an order, a code, what became of
   * several orders, codes for a new one, or (refund) that the request is taken.
   */
  readonly asks?: 'order' | 'code' | 'orders' | 'codes' | 'refund';
}

const KEPT: Kind = { meaning: 'kept' };

/**
 * Message types by number: the business and five digits. Names and numbers are those of
 * meituan-sdk-extension and of developer.meituan.com/docs/msg.
 */
export const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  // 58 服务零售, by store
  ['5810173', { meaning: 'refunded' }], // 订单退款信息推送
  ['5810147', { meaning: 'redeemed' }], // 启动设备并核销团单: asks for a redemption
  ['5810149', KEPT], // 操作设备
  // 59 服务零售, by customer
  ['5910031', { meaning: 'issued', asks: 'codes' }], // 商家券发券
  ['5910029', { meaning: 'refund_requested', asks: 'refund' }], // 商家券退券
  ['5910027', { meaning: 'refunded' }], // 商家券-强退通知
  ['5910025', { meaning: 'refunded', use: 'after' }], // 商家券-已消费退通知
  ['5910035', { meaning: 'kept', asks: 'code' }], // 商家券获取动态核销码
  ['5910105', { meaning: 'kept', asks: 'orders' }], // 商家券批量查询三方订单
  ['5910139', KEPT], // 商家券降级消息
  ['5910081', { meaning: 'paid', tellsResult: true }], // 支付结果通知
  ['5910083', { meaning: 'refunded', tellsResult: true }], // 退款结果通知
  ['5910009', KEPT], // 履约状态变更通知商家
  // 59, 预约: create, cancel, cancel result, modify, modify result, operation result
  ['5910015', KEPT],
  ['5910011', KEPT],
  ['5910013', KEPT],
  ['5910017', KEPT],
  ['5910005', KEPT],
  ['5910135', KEPT],
  // 59, 商品: status, on and off the set-aside list, published, changed
  ['5910003', KEPT],
  ['5910049', KEPT],
  ['5910109', KEPT],
  ['5910137', KEPT],
  // 46 团购配送
  ['4610002', { meaning: 'paid' }], // 已支付
  ['4610018', { meaning: 'redeemed' }], // 完成: delivered is used
  ['4610008', { meaning: 'refunded', tellsResult: true }], // 用户退款状态
  ['4610006', { meaning: 'cancelled' }], // 超时取消
  ['4610004', { meaning: 'cancelled' }], // 拒单
  ['4610023', KEPT], // 门店信息变更
  // 1 到餐 and 2 外卖
  ['110029', { meaning: 'kept', asks: 'order' }], // an order of the till's
  ['210069', KEPT], // 接收 IM 两方会话消息
]);

/** The type of a push, and what is known of it; undefined for other callbacks and other types. */
export function kindOf(form: Form): { readonly msgType: string; readonly kind: Kind } | undefined {
  const msgType = fieldOf(form, 'msgType');
  const kind = msgType === null ? undefined : KINDS.get(msgType);
  return msgType === null || kind === undefined ? undefined : { msgType, kind };
}
