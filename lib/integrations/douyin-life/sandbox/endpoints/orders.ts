import { originalFen } from '../amounts.ts';
import type { Fields } from '../answers.ts';
import { seconds } from '../messages.ts';
import { type Certificate, type Order, rollUpActs } from '../model.ts';
import { badParameter, integer, list, requiredInteger, text } from '../query.ts';
import { itemStatus } from '../rows.ts';
import type { World } from '../world.ts';
import { type Endpoint, type EndpointContext, requiredMerchant } from './endpoint.ts';

/** Beyond it one pages by `cursor`. */
const PAGED_MAX = 10_000;

/** Orders of a merchant, oldest first. Source: order.query/query. */
export function orderQuery({ world }: EndpointContext): Endpoint {
  return {
    name: 'order.query',
    path: '/goodlife/v1/trade/order/query/',
    empty: { orders: [], page: { page_num: 1, page_size: 0, total: 0 } },
    read: (query) => {
      const merchant = requiredMerchant(world, query);
      const size = requiredInteger(query, 'page_size', { min: 1, max: 100 });
      const number = requiredInteger(query, 'page_num', { min: 1, max: PAGED_MAX });
      const [cursor] = list(query, 'cursor');
      if (cursor === undefined && number * size > PAGED_MAX) {
        throw badParameter(`page_num * page_size is at most ${PAGED_MAX}: go on by cursor`);
      }
      const found = wanted(world, merchant.accountId, query);
      const rest =
        cursor === undefined
          ? found.slice((number - 1) * size)
          : found.filter((order) => order.sequence > Number(cursor));
      const page = rest.slice(0, size);
      const last = page.at(-1);
      return {
        orders: page.map((order) => orderRow(order, merchant.name)),
        page: { page_num: number, page_size: size, total: found.length },
        ...(last && { search_after: { size: 1, cursor_value: [String(last.sequence)] } }),
      };
    },
  };
}

function wanted(world: World, accountId: string, query: URLSearchParams): Order[] {
  const openId = text(query, 'open_id');
  const created = span(query, 'create_order');
  const updated = span(query, 'update_order');
  // Nothing sold here has an external order id.
  if (text(query, 'ext_order_id') !== null) return [];
  const orderId = text(query, 'order_id');
  const named = orderId === null ? undefined : world.orders.get(orderId);
  const candidates = orderId === null ? [...world.orders.values()] : named ? [named] : [];
  return candidates.filter(
    (order) =>
      order.accountId === accountId &&
      (openId === null || order.buyerOpenId === openId) &&
      created(order.createdAtMs) &&
      updated(updatedAtMs(order)),
  );
}

/** `<prefix>_start_time` and `<prefix>_end_time` in seconds, both included. */
function span(query: URLSearchParams, prefix: string): (epochMs: number) => boolean {
  const fromS = integer(query, `${prefix}_start_time`) ?? 0;
  const untilS = integer(query, `${prefix}_end_time`) ?? Number.POSITIVE_INFINITY;
  return (epochMs) => seconds(epochMs) >= fromS && seconds(epochMs) <= untilS;
}

function updatedAtMs(order: Order): number {
  const acts = order.certificates.map((one) => rollUpActs(one.acts).updatedAtMs ?? 0);
  return Math.max(order.paidAtMs, ...acts);
}

/** `order_status` is left out: its values are not published. */
function orderRow(order: Order, accountName: string): Fields {
  const { product, amounts, source } = order;
  const original = originalFen(amounts);
  const money = {
    pay_amount: amounts.payFen,
    discount_amount: original - amounts.payFen,
    receipt_amount: original - amounts.merchantTicketFen,
  };
  return {
    order_id: order.orderId,
    order_type: product.timesCount > 1 ? 51 : 21,
    sku_id: product.productId,
    sku_name: product.name,
    third_sku_id: '',
    count: order.certificates.length,
    ...money,
    original_amount: original,
    payment_discount: amounts.paymentDiscountFen,
    create_order_time: seconds(order.createdAtMs),
    pay_time: seconds(order.paidAtMs),
    update_order_time: seconds(updatedAtMs(order)),
    open_id: order.buyerOpenId,
    intention_poi_id: order.intentionPoiId,
    merchant_info: { account_id: order.accountId, account_name: accountName },
    products: [
      {
        product_id: product.productId,
        product_name: product.name,
        sku_id: product.productId,
        num: order.certificates.length,
        origin_amount: original,
      },
    ],
    sub_order_amount_infos: [
      { sub_order_id: order.orderId, sub_order_type: 100, origin_amount: original, ...money },
    ],
    certificate: order.certificates.map(itemRow),
    order_sale_info: {
      sale_role: source.role,
      sale_channel: source.channel,
      transfer_uid: source.creatorUid,
      transfer_douyin_uid: source.creatorDouyinUid,
      transfer_nickName: source.creatorNickname,
    },
  };
}

function itemRow(certificate: Certificate): Fields {
  const state = rollUpActs(certificate.acts);
  return {
    certificate_id: certificate.certificateId,
    order_item_id: certificate.itemId,
    combination_id: '',
    item_status: itemStatus(certificate, state),
    item_update_time: seconds(state.updatedAtMs ?? certificate.startsAtMs),
    refund_amount: state.refund?.fen ?? 0,
    refund_time: state.refund ? seconds(state.refund.atMs) : 0,
  };
}
