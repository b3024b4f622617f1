import { mapLimit } from '../../async/map-limit.ts';
import { unlessUnusable } from '../kit/platform-error.ts';
import type {
  PlatformRecord,
  RecordsContext,
  RecordsList,
  RecordsSource,
  RecordsWindow,
  RedemptionRecord,
  RefundRecord,
  UnreadRow,
} from '../kit/platform-records.ts';
import { unreadRow } from '../kit/rows.ts';
import {
  CARD_GROUPON,
  ITEM_REFUNDED,
  type OrderRecord,
  RECORD_STATUS,
  type VerifyRecord,
} from './answers.ts';
import { DouyinLifeClient, type SecondsWindow } from './client.ts';
import type { Merchant, Row } from './record-rows.ts';
import { repair } from './repair.ts';

/** Questions about orders at once. */
const AT_ONCE = 4;

/**
 * A merchant's day: its redemptions, the orders made in it, and those that changed in it, whenever they were made
 * (late refunds). An order that changed once more since is found in the day of that change.
 */
export const records: RecordsSource = {
  per: 'merchant',
  lists: [
    {
      name: 'verify_record/query',
      empty: 'may-be-outage',
      page: verifyRecordsPage,
    },
    ordersBy('create', ['day', 'late']),
    ordersBy('update', ['edge', 'day']),
  ],
  repair,
  paidOrders,
};

/** Orders are listed by when they were made or changed: one that was paid in between is asked for by its id. */
async function paidOrders(
  orderIds: readonly string[],
  { merchantId }: Merchant,
  context: RecordsContext,
): Promise<ReadonlySet<string>> {
  const client = new DouyinLifeClient(context);
  const shown = await mapLimit(orderIds, AT_ONCE, async (orderId) => {
    const order = await unlessUnusable(context.again(() => client.order(merchantId, orderId)));
    return order === undefined || order.pay_time === null ? [] : [orderId];
  });
  return new Set(shown.flat());
}

async function verifyRecordsPage(
  of: RecordsWindow,
  cursor: string | null,
  context: RecordsContext,
) {
  const client = new DouyinLifeClient(context);
  const answer = await client.verifyRecordsPage(of.merchantId, secondsOf(of), cursor);
  const records = answer.records.map((one) => redemptionOf(one, of));
  return { ...answer, records };
}

/** `trade/order/query`, by when orders were made or changed. An empty list is natural: most stores sell by others. */
function ordersBy(by: 'create' | 'update', passes: RecordsList['passes'] = []): RecordsList {
  return {
    name: `trade/order/query by ${by}`,
    empty: by === 'create' ? 'may-be-outage' : 'nothing',
    passes,
    page: async (of, cursor, context) => {
      const page = cursor === null ? 1 : Number(cursor);
      const client = new DouyinLifeClient(context);
      const answer = await client.ordersPage(of.merchantId, by, secondsOf(of), page);
      const others = await othersAmong(answer.orders, of, context);
      const own = answer.orders.filter(({ order_id }) => !others.has(order_id));
      return {
        records: own.flatMap((one) => recordsOfOrder(one, of)),
        next: answer.next === null ? null : String(answer.next),
        rows: answer.rows,
        total: answer.total,
        unread: [...answer.unread, ...others.values()],
      };
    },
  };
}

/**
 * Orders that name another merchant of which stores are known here: they are none of this one's. An account that nobody
 * knows may be one of a chain's own.
 */
async function othersAmong(
  orders: readonly OrderRecord[],
  { merchantId }: Merchant,
  { storesOf }: RecordsContext,
): Promise<ReadonlyMap<string, UnreadRow>> {
  const named = new Set(orders.flatMap((order) => order.merchant_info?.account_id ?? []));
  named.delete(merchantId);
  const known = await mapLimit([...named], AT_ONCE, async (id) =>
    (await storesOf(id)).length > 0 ? [id] : [],
  );
  const foreign = new Set(known.flat());
  return new Map(
    orders
      .filter((order) => foreign.has(order.merchant_info?.account_id ?? ''))
      .map((order) => [
        order.order_id,
        {
          ...unreadRow(order, 'merchant_info.account_id', { orderId: 'order_id' }),
          why: 'of-another',
        },
      ]),
  );
}

function redemptionOf(record: VerifyRecord, { merchantId }: Merchant): RedemptionRecord {
  const { valid, revoked } = RECORD_STATUS;
  const isKnown = record.status === valid || record.status === revoked;
  return {
    kind: 'redemption',
    eventId: `redeemed:${record.verify_id}`,
    ...{ orderId: null, voucherId: record.certificate_id, storeId: null },
    occurredAt: record.verify_time,
    isReversed: isKnown ? record.status === revoked : null,
    amounts: ownAmounts(record) ?? {},
    row: { merchantId, record } satisfies Row,
  };
}

/** `amount` is the whole voucher's: of a card, or where nobody says that it is none, it is not the use's. */
function ownAmounts({ verify_amount_info, period_card, sku, amount }: VerifyRecord) {
  const ofUse = verify_amount_info?.times_card_serial_amount?.amount ?? null;
  if (ofUse !== null) return ofUse;
  const isPlain = sku !== null && sku.groupon_type !== 0 && sku.groupon_type !== CARD_GROUPON;
  return isPlain && period_card === null ? amount : null;
}

function recordsOfOrder(order: OrderRecord, { merchantId }: Merchant): PlatformRecord[] {
  const { order_id: orderId, pay_time: paidAt, pay_amount: paidFen } = order;
  const row: Row = { merchantId, order };
  const refunds = (order.certificate ?? []).flatMap((item): RefundRecord[] => {
    const { certificate_id: voucherId, item_status, refund_amount, refund_time } = item;
    const isRefunded = item_status === ITEM_REFUNDED || (refund_amount ?? 0) > 0;
    if (!isRefunded || refund_time === null) return [];
    const of = { kind: 'refund', eventId: null, orderId, voucherId } as const;
    return [{ ...of, occurredAt: refund_time, refundedFen: refund_amount, row }];
  });
  if (paidAt === null || paidFen === null) return refunds;
  const of = { kind: 'payment', orderId, voucherId: null } as const;
  const eventId = `paid:${orderId}`;
  return [{ ...of, eventId, occurredAt: paidAt, amounts: { paidFen }, row }, ...refunds];
}

function secondsOf({ fromMs, untilMs }: RecordsWindow): SecondsWindow {
  return { startSeconds: Math.floor(fromMs / 1000), endSeconds: Math.ceil(untilMs / 1000) - 1 };
}
