import { mapLimit } from '../../async/map-limit.ts';
import type { EventDraft } from '../../events/event.ts';
import { isUnusable, unlessUnusable } from '../kit/platform-error.ts';
import type {
  PlatformRecord,
  RecordsContext,
  RecordsList,
  RecordsPage,
  RecordsWindow,
  UnreadRow,
} from '../kit/platform-records.ts';
import { unreadRow } from '../kit/rows.ts';
import { settingsFor } from './context.ts';
import { MeituanCustomerClient, ORDERS_PER_PAGE } from './customer.ts';
import { amountsOfOrder, type OrderRow, type OrderVouchers } from './orders.ts';
import { requireMerchant } from './records-uses.ts';

/** Questions about orders at once. */
const AT_ONCE = 4;

/** What a repair needs of an order. */
export interface OrderPayment {
  readonly order: OrderRow;
  readonly info: OrderVouchers;
  readonly paidAt: string;
}

/** Of a voucher that was refunded before it was used. */
export interface OrderRefund extends OrderPayment {
  readonly voucherId: string;
}

/**
 * The orders that a customer's buyers paid within a time (59 queryorder), each with its vouchers (query/info): what was
 * paid, by whom, and which vouchers were given back unused. Which order a voucher is of is reported nowhere else.
 */
export const ordersList: RecordsList = {
  name: 'dingdan/queryorder',
  empty: 'may-be-outage',
  page: ordersPage,
};

async function ordersPage(
  of: RecordsWindow,
  cursor: string | null,
  context: RecordsContext,
): Promise<RecordsPage> {
  requireMerchant(of, context);
  const client = new MeituanCustomerClient(context, context.calls);
  const number = cursor === null ? 1 : Number(cursor);
  const listed = await client.orders(of, number);
  const read = await mapLimit(listed.orders, AT_ONCE, (order) =>
    readOrder(order, () => context.again(() => client.order(order.orderId))),
  );
  const paid = read.flatMap((one) => ('info' in one ? one : []));
  const unread = read.flatMap((one) => ('rowId' in one ? one : []));
  return {
    records: paid.flatMap((row) => recordsOf(row, of.merchantId)),
    facts: paid.flatMap((row) =>
      issued(row, settingsFor(context).merchantId ?? context.app.appKey),
    ),
    next: listed.rows < ORDERS_PER_PAGE ? null : String(number + 1),
    rows: listed.rows,
    unread: [...listed.unread, ...unread],
  };
}

/** An order whose vouchers nobody can read holds up no other. */
async function readOrder(
  order: OrderRow,
  ask: () => Promise<OrderVouchers>,
): Promise<OrderPayment | UnreadRow | Record<never, never>> {
  const paidAt = order.buySuccessTime;
  try {
    const info = await ask();
    return info.isPaid && paidAt !== null ? { order, info, paidAt } : {};
  } catch (error) {
    if (!isUnusable(error)) throw error;
    return unreadRow(order, error.message, { orderId: 'orderId' });
  }
}

/** Whether our own orders are paid by their own answers (query/info): the list of a day does not show them. */
export async function paidOrders(
  orderIds: readonly string[],
  _of: Pick<RecordsWindow, 'merchantId'>,
  context: RecordsContext,
): Promise<ReadonlySet<string>> {
  const client = new MeituanCustomerClient(context, context.calls);
  const shown = await mapLimit(orderIds, AT_ONCE, async (orderId) => {
    const info = await unlessUnusable(context.again(() => client.orderByOwnId(orderId)));
    return info?.isPaid === true ? [orderId] : [];
  });
  return new Set(shown.flat());
}

function recordsOf(row: OrderPayment, merchantId: string): PlatformRecord[] {
  const { info, paidAt: occurredAt } = row;
  const { orderId, vouchers } = info;
  const { paidFen, platformDiscountFen } = amountsOfOrder(info);
  const payment: PlatformRecord = {
    ...{
      kind: 'payment',
      merchantId,
      eventId: `paid:${orderId}`,
      orderId,
      voucherId: null,
      occurredAt,
    },
    ...{ amounts: { paidFen, platformDiscountFen }, row },
  };
  const refunds = vouchers
    .filter(({ state }) => state === 'unused-refund')
    .map(({ voucherId }): PlatformRecord => {
      const unused: OrderRefund = { ...row, voucherId };
      return {
        ...{ kind: 'refund', merchantId, eventId: null, orderId, voucherId, occurredAt },
        ...{ refundedFen: null, row: unused },
      };
    });
  return [payment, ...refunds];
}

/** Which order each voucher is of: its use, which no message reports, is worth what the order's shares say. */
function issued({ order, info, paidAt }: OrderPayment, merchantId: string): EventDraft[] {
  return info.vouchers.map(({ voucherId }) => ({
    ...{ kind: 'voucher.issued', eventId: `issued:${voucherId}`, merchantId },
    ...{ orderId: info.orderId, voucherId, occurredAt: paidAt, complete: false },
    productId: order.productItemId,
  }));
}
