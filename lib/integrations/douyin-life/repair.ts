import type { EventDraft } from '../../events/event.ts';
import type { Hint, NamedStore, Resolution } from '../kit/integration.ts';
import { PlatformError } from '../kit/platform-error.ts';
import type {
  PlatformRecord,
  RecordsContext,
  RedemptionRecord,
  RefundRecord,
  Repair,
} from '../kit/platform-records.ts';
import type { OrderRecord } from './answers.ts';
import { type Changed, ordersOfChanged } from './changed-orders.ts';
import { DouyinLifeClient } from './client.ts';
import { paymentOfOrder } from './events.ts';
import { rowOf } from './record-rows.ts';
import { resolve } from './resolve.ts';

/** Vouchers per question; a URL stays well under 8 KB. */
const VOUCHERS_PER_CALL = 50;

/**
 * What we lack is what a message about it would have been: a hint of its order, resolved by the same code. A payment
 * stands in its order's row already.
 */
export async function repair(
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

/**
 * The orders of these acts' vouchers: as we know them, as the orders of the day show them, by their ledgers, or, where
 * nothing of a voucher stands, as the orders show that changed when it was used last.
 */
async function ordersOf(
  acts: readonly Act[],
  orders: ReadonlyMap<string, OrderRecord>,
  client: DouyinLifeClient,
  { history, now }: RecordsContext,
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
  const changed = unknown.flatMap((act) => (found.has(act.voucherId) ? [] : [changeOf(act)]));
  if (merchantId === undefined || changed.length === 0) return found;
  const orderOfChanged = await ordersOfChanged(changed, merchantId, client, now());
  for (const [id, order] of orderOfChanged) found.set(id, order);
  return found;
}

function changeOf(act: Act): Changed {
  return { voucherId: act.voucherId, at: rowOf(act).record?.cancel_time ?? act.occurredAt };
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
