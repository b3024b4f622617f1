import { sealMessage } from './seal.ts';

export interface Shop {
  readonly appKey: string;
  readonly messageSecret: string;
  readonly sellerId: number;
  /** Epoch ms. */
  readonly now: () => number;
}

/** Order status. Source: the platform's message page: 30 paid, 40 sent, 50 received, 70 done, 80 failed. */
const STATUS_EVENTS = {
  paySuccess: 30,
  delivering: 40,
  deliverySuccess: 50,
  orderSuccess: 70,
  orderFail: 80,
} as const;
export type OrderStep = keyof typeof STATUS_EVENTS;

/** `kwaishop_order_<step>`, sealed. */
export function orderMessage(shop: Shop, step: OrderStep, orderId: number): string {
  const info = {
    oid: orderId,
    sellerId: shop.sellerId,
    status: STATUS_EVENTS[step],
    updateTime: shop.now(),
  };
  return message(shop, `kwaishop_order_${step}`, orderId, info);
}

export function orderAddedMessage(shop: Shop, orderId: number): string {
  const { sellerId } = shop;
  const info = {
    oid: orderId,
    sellerId,
    createTime: shop.now(),
    openId: 'open-1',
    buyerOpenId: 'buyer-1',
    customizedInfo: {},
  };
  return message(shop, 'kwaishop_order_addOrder', orderId, info);
}

export function feeChangedMessage(shop: Shop, orderId: number, fees: [number, number]): string {
  const [beforeTotalFee, totalFee] = fees;
  const info = { oid: orderId, totalFee, beforeTotalFee, expressFee: 0, beforeExpressFee: 0 };
  return message(shop, 'kwaishop_order_totalFeeChange', orderId, info);
}

/** Of its `info` only the order's id is known. */
export function refundMessage(shop: Shop, step: 'addRefund' | 'updateRefund', orderId: number) {
  const info = { oid: orderId, sellerId: shop.sellerId, updateTime: shop.now() };
  return message(shop, `kwaishop_aftersales_${step}`, orderId, info);
}

export function heartbeatMessage(shop: Shop): string {
  return message(shop, 'kwaishop_order_addOrder', 0, {}, true);
}

function message(shop: Shop, event: string, bizId: number, info: object, test = false): string {
  const atMs = shop.now();
  const plaintext = {
    eventId: `${event}_${bizId}_${atMs}`,
    msgId: `84_${atMs}`,
    bizId,
    userId: shop.sellerId,
    openId: 'f1b68e8f2a4995ed14bf000000000001',
    appKey: shop.appKey,
    event,
    info: JSON.stringify(info),
    status: 1,
    createTime: atMs,
    updateTime: atMs,
    test,
  };
  return sealMessage(shop.messageSecret, JSON.stringify(plaintext));
}
