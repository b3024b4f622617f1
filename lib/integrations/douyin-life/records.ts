import { mapLimit } from '../../async/map-limit.ts';
import type { EventDraft } from '../../events/event.ts';
import type { Hint, NamedStore, Resolution } from '../kit/integration.ts';
import { PlatformError, unlessUnusable } from '../kit/platform-error.ts';
import type {
  PlatformRecord,
  RecordsContext,
  RecordsList,
  RecordsSource,
  RecordsWindow,
  RedemptionRecord,
  RefundRecord,
  Repair,
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
import { paymentOfOrder } from './events.ts';
import { resolve } from './resolve.ts';

/** Questions about orders at once. */
const AT_ONCE = 4;

/** Vouchers per question; a URL stays well under 8 KB. */
const VOUCHERS_PER_CALL = 50;

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

type Merchant = Pick<RecordsWindow, 'merchantId'>;

/** What a record was read from, and whose. */
interface Row extends Merchant {
  readonly record?: VerifyRecord;
  readonly order?: OrderRecord;
}

const rowOf = ({ row }: PlatformRecord) => row as Row;

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

/**
 * What we lack is what a message about it would have been: a hint of its order, resolved by the same code. A payment
 * stands in its order's row already.
 */
async function repair(
  missing: readonly PlatformRecord[],
  context: RecordsContext,
  all: readonly PlatformRecord[],
): Promise<Repair> {
  const orders = ordersIn(all);
  const client = new SeededClient(context, orders);
  const acts = missing.filter((record) => record.kind !== 'payment');
  const orderOf = await ordersOf(acts, orders, client, context);
  const byOrder = Map.groupBy(acts, ({ voucherId }) => orderOf.get(voucherId));
  const events: EventDraft[] = [];
  const stores: NamedStore[] = [];
  let again: Repair['again'];
  for (const [orderId, own] of byOrder) {
    if (orderId === undefined) continue;
    const hints = own.flatMap((record) => hintsOf(record, orderId));
    const resolutions = await resolve(hints, context, client);
    events.push(...resolutions.flatMap((one) => one.events));
    stores.push(...resolutions.flatMap((one) => one.stores));
    if (resolutions.some(isUnanswered)) again = 'unanswered';
    else if (resolutions.some(({ unreadable }) => unreadable === true)) again ??= 'unreadable';
  }
  for (const record of missing) {
    const { kind, orderId } = record;
    if (kind !== 'payment' || orderId === null || byOrder.has(orderId)) continue;
    events.push(...paymentOfOrder(rowOf(record).merchantId, orders.get(orderId)));
  }
  return { events, stores, again };
}

type Act = RedemptionRecord | RefundRecord;

/** The orders of these acts' vouchers: as we know them, as the orders of the day show them, or by their ledgers. */
async function ordersOf(
  acts: readonly Act[],
  orders: ReadonlyMap<string, OrderRecord>,
  client: DouyinLifeClient,
  { history }: RecordsContext,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const { order_id, certificate } of orders.values()) {
    for (const { certificate_id } of certificate ?? []) found.set(certificate_id, order_id);
  }
  for (const { voucherId, orderId } of acts) {
    if (found.has(voucherId)) continue;
    const known = orderId ?? (await history(voucherId))[0]?.orderId ?? null;
    if (known !== null) found.set(voucherId, known);
  }
  const unknown = acts.filter(({ voucherId }) => !found.has(voucherId));
  const ids = [...new Set(unknown.map(({ voucherId }) => voucherId))];
  const merchantId = unknown[0] && rowOf(unknown[0]).merchantId;
  for (let at = 0; at < ids.length && merchantId !== undefined; at += VOUCHERS_PER_CALL) {
    const some = ids.slice(at, at + VOUCHERS_PER_CALL);
    for (const [id, order] of await ledgerOrders(client, merchantId, some)) found.set(id, order);
  }
  return found;
}

/** An app that may not see ledgers goes without. */
async function ledgerOrders(
  client: DouyinLifeClient,
  merchantId: string,
  vouchers: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  try {
    return await client.ordersOfVouchers(merchantId, vouchers);
  } catch (error) {
    if (error instanceof PlatformError && !error.retryable) return new Map();
    throw error;
  }
}

/** What messages about it would have said. */
function hintsOf(record: Act, orderId: string): Hint[] {
  const { voucherId, occurredAt } = record;
  const { merchantId, record: read } = rowOf(record);
  const of = { merchantId, orderId, voucherId };
  if (record.kind === 'refund') return [{ action: 'refunded', ...of, occurredAt }];
  const redeemed: Hint = { action: 'redeemed', ...of, occurredAt };
  const cancelledAt = read?.cancel_time ?? null;
  if (record.isReversed !== true || cancelledAt === null) return [redeemed];
  return [redeemed, { action: 'reversed', ...of, occurredAt: cancelledAt }];
}

function isUnanswered({ outcome, answered = false, unreadable = false }: Resolution): boolean {
  return outcome === 'wait' && !answered && !unreadable;
}

function ordersIn(all: readonly PlatformRecord[]): Map<string, OrderRecord> {
  return new Map(
    all.flatMap((record) => {
      const { order } = rowOf(record);
      return order === undefined ? [] : [[order.order_id, order] as const];
    }),
  );
}

/** Does not ask for orders again that a list has just shown. */
class SeededClient extends DouyinLifeClient {
  private readonly orders: ReadonlyMap<string, OrderRecord>;

  constructor(context: RecordsContext, orders: ReadonlyMap<string, OrderRecord>) {
    super(context);
    this.orders = orders;
  }

  override async order(accountId: string, orderId: string): Promise<OrderRecord | undefined> {
    return this.orders.get(orderId) ?? (await super.order(accountId, orderId));
  }
}

function secondsOf({ fromMs, untilMs }: RecordsWindow): SecondsWindow {
  return { startSeconds: Math.floor(fromMs / 1000), endSeconds: Math.ceil(untilMs / 1000) - 1 };
}
