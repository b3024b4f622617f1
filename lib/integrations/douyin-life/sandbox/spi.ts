import type { JsonValue } from '../../../json/parse.ts';
import { isObject, objectOf } from '../../kit/json.ts';
import { seconds } from './messages.ts';
import type { Order } from './model.ts';
import { signSpi, signSpiTheOldWay } from './sign.ts';

export interface SpiCallerOptions {
  /**
   * Where the SPI is, without the operation: `http://…/spi/douyin-life/{appKey}`. Each call appends the
   * operation's name.
   */
  readonly url: string;
  readonly clientKey: string;
  readonly clientSecret: string;
  /** Epoch ms: the `timestamp` of each call. */
  readonly now?: () => number;
  readonly fetch?: typeof globalThis.fetch;
  /** The platform hangs up after 8 s. Source: tripartite.code/refund.apply. */
  readonly timeoutMs?: number;
  /** `old` leaves `x-life-sign` out, as before the newer scheme. */
  readonly scheme?: 'new' | 'old';
}

export interface SpiAnswer {
  readonly status: number;
  /** `data` of the answer; null where it is no such envelope. */
  readonly data: Readonly<Record<string, JsonValue>> | null;
  readonly text: string;
}

/** Calls the hub as the platform does: synchronously, signed, and with an answer that it reads. */
export interface SpiCaller {
  /** Any operation with any body, as JSON text. */
  call(operation: string, body: string): Promise<SpiAnswer>;
  /** 预下单. Source: tripartite.code/precreateorder. */
  preCreateOrder(order: Order): Promise<SpiAnswer>;
  /** 发券. Source: tripartite.code/create. `withIds`: the newer form, which lists the vouchers. */
  issue(order: Order, options?: { readonly withIds?: boolean }): Promise<SpiAnswer>;
  /** 退款申请. Source: tripartite.code/refund.apply. */
  applyForRefund(request: SpiRefund): Promise<SpiAnswer>;
  /** 信息同步. Source: tripartite.code/refund.notice. */
  noteRefund(request: SpiRefund & { readonly isAgreed: boolean }): Promise<SpiAnswer>;
  /** 订单状态查询. Source: tripartite.code/status_query. */
  queryStatus(orderIds: readonly string[], scene?: 'fulfil' | 'aftersale'): Promise<SpiAnswer>;
}

export interface SpiRefund {
  readonly orderId: string;
  readonly afterSaleId?: string;
  /** `code` is empty where none was issued. */
  readonly certificates: readonly { readonly certificateId: string; readonly code: string }[];
}

export function spiCaller(options: SpiCallerOptions): SpiCaller {
  const { now = Date.now } = options;
  const call = (operation: string, body: string) => post(operation, body, options);
  const send = (operation: string, body: object) => call(operation, JSON.stringify(body));
  return {
    call,
    preCreateOrder: (order) =>
      send('trade.order.pre_create_order', {
        order_id: order.orderId,
        sku_id: order.product.productId,
        count: order.certificates.length,
        original_amount: originalFen(order),
        create_order_time: seconds(order.createdAtMs),
      }),
    issue: (order, { withIds = true } = {}) =>
      send('fulfilment.order.tripartite_code', {
        order_id: order.orderId,
        count: order.certificates.length,
        sku: {
          sku_id: order.product.productId,
          sku_name: order.product.name,
          groupon_type: order.product.grouponType,
        },
        open_id: order.buyerOpenId,
        start_time: seconds(order.createdAtMs),
        expire_time: seconds(order.certificates[0]?.expiresAtMs ?? order.createdAtMs),
        amount: { original_amount: originalFen(order), pay_amount: order.amounts.payFen },
        ...(withIds && {
          certificates: order.certificates.map((one) => ({ certificate_id: one.certificateId })),
        }),
      }),
    applyForRefund: (request) =>
      send('fulfilment.order.refund_apply', {
        ...namesOf(request),
        certificates: request.certificates.map(certificateRow),
      }),
    noteRefund: (request) =>
      send('fulfilment.order.refund_notice', {
        ...namesOf(request),
        after_sale_type: 3,
        notice_list: request.certificates.map((one) => ({
          ...certificateRow(one),
          apply_time: seconds(now()),
          audit_time: seconds(now()),
          audit_result: request.isAgreed ? 1 : 2,
        })),
      }),
    queryStatus: (orderIds, scene = 'fulfil') =>
      send('order.status_query', { scene, order_ids: orderIds }),
  };
}

function namesOf({ orderId, afterSaleId }: SpiRefund): object {
  return { order_id: orderId, ...(afterSaleId !== undefined && { after_sale_id: afterSaleId }) };
}

function certificateRow(one: { readonly certificateId: string; readonly code: string }): object {
  return { certificate_id: one.certificateId, code: one.code };
}

function originalFen({ amounts }: Order): number {
  return Object.values(amounts).reduce((sum, fen) => sum + fen, 0);
}

async function post(
  operation: string,
  body: string,
  options: SpiCallerOptions,
): Promise<SpiAnswer> {
  const { clientKey, clientSecret, now = Date.now, fetch = globalThis.fetch } = options;
  const query = new URLSearchParams({ client_key: clientKey, timestamp: String(now()) });
  // The platform sends the old signature along with the new one.
  query.set('sign', signSpiTheOldWay(clientSecret, query, body));
  const response = await fetch(`${options.url.replace(/\/+$/, '')}/${operation}?${query}`, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      'content-type': 'application/json',
      'x-life-clientkey': clientKey,
      ...(options.scheme !== 'old' && { 'x-life-sign': signSpi(clientSecret, query, body) }),
    },
    body,
    signal: AbortSignal.timeout(options.timeoutMs ?? 8_000),
  });
  const text = await response.text();
  return { status: response.status, data: dataOf(text), text };
}

function dataOf(text: string): SpiAnswer['data'] {
  const data = objectOf(text)?.data;
  return isObject(data) ? data : null;
}
