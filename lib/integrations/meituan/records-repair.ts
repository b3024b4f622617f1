import { mapLimit } from '../../async/map-limit.ts';
import { type Amounts, type EventDraft, NO_AMOUNTS } from '../../events/event.ts';
import { UNKNOWN_SALE } from '../../events/sale.ts';
import { toInstant } from '../../time/shanghai.ts';
import { unlessUnusable } from '../kit/platform-error.ts';
import type { PlatformRecord, RecordsContext, Repair } from '../kit/platform-records.ts';
import { Misfit } from '../kit/reading.ts';
import { settingsFor } from './context.ts';
import { MeituanCustomerClient } from './customer.ts';
import { listedEvent } from './listed.ts';
import { amountsOfOrder } from './orders.ts';
import type { OrderPayment, OrderRefund } from './records-orders.ts';
import type { UseRow } from './records-uses.ts';
import type { MeituanSettings } from './settings.ts';
import { amountsOfShares } from './shares.ts';

/** Questions about orders' shares at once. */
const AT_ONCE = 4;

/**
 * Events from records that we lack: the same that a push, or our own call, makes.
 * @param all every record that was read with them: orders among them say which vouchers are theirs
 * @throws PlatformError the platform did not answer about an order's shares
 */
export async function repair(
  missing: readonly PlatformRecord[],
  context: RecordsContext,
  all: readonly PlatformRecord[] = missing,
): Promise<Repair> {
  const orders = ordersIn(all);
  const uses = missing.filter((one) => one.kind === 'redemption').map((one) => one.row as UseRow);
  const events = [
    ...missing.flatMap((one) =>
      one.kind === 'payment' ? [paid(one.row as OrderPayment, context)] : [],
    ),
    ...(await redeemed(uses, orders, context)),
  ];
  for (const one of missing) {
    if (one.kind === 'refund') events.push(await refunded(one, orders, context));
  }
  return { events, stores: [] };
}

function paid({ order, info, paidAt }: OrderPayment, context: RecordsContext): EventDraft {
  return {
    ...{ kind: 'order.paid', eventId: `paid:${info.orderId}`, merchantId: merchantOf(context) },
    ...{ orderId: info.orderId, voucherId: null, occurredAt: paidAt, complete: true },
    storeId: settingsFor(context).orderStore === 'opPoiId' ? order.opPoiId : null,
    amounts: amountsOfOrder(info),
    sale: { ...UNKNOWN_SALE, productId: order.productItemId },
  };
}

/**
 * Uses with what their orders' shares say of them. One whose order nobody reported, or whose shares cannot be read,
 * waits without its worth: it is listed with its voucher, and read again with the next check of its day.
 */
async function redeemed(
  rows: readonly UseRow[],
  orders: OrdersByVoucher,
  context: RecordsContext,
): Promise<EventDraft[]> {
  const placed = await mapLimit(rows, AT_ONCE, async (row) => ({
    row,
    orderId: await orderOf(row.use.receiptCode, orders, context),
  }));
  const worth = await worthOf(placed, context);
  const { app } = context;
  const settings = settingsFor(context);
  return placed.map(({ row, orderId }) => {
    const { use, storeId } = row;
    const event = listedEvent(use, { app, settings, storeId });
    const shared = orderId === null ? undefined : worth.get(orderId)?.get(use.receiptCode);
    const amounts = shared ?? priceOf(row, settings);
    const known = { ...event, orderId: orderId ?? event.orderId };
    return amounts === undefined ? known : { ...known, amounts, complete: true };
  });
}

/** Where the operator says so: the deal's price, as if the buyer paid all of it. A card's price is not a use's. */
function priceOf({ use, isCard }: UseRow, settings: MeituanSettings): Amounts | undefined {
  const { dealPriceFen } = use;
  const isPriced = settings.worthWithoutShares === 'price' && !isCard && dealPriceFen !== null;
  return isPriced ? { ...NO_AMOUNTS, paidFen: dealPriceFen, originalFen: dealPriceFen } : undefined;
}

type Placed = { readonly row: UseRow; readonly orderId: string | null };

/** By order and voucher: what one use is worth. One question for each order and kind. */
async function worthOf(
  placed: readonly Placed[],
  context: RecordsContext,
): Promise<ReadonlyMap<string, ReadonlyMap<string, Amounts>>> {
  const { cardShares } = settingsFor(context);
  const asked = new Map<string, boolean>();
  if (context.app.secrets.customerAuthToken === undefined) return new Map();
  for (const { orderId, row } of placed) {
    if (orderId !== null && (!row.isCard || cardShares === 'use')) asked.set(orderId, row.isCard);
  }
  const client = new MeituanCustomerClient(context, context.calls);
  const answered = await mapLimit([...asked], AT_ONCE, async ([orderId, isCard]) => {
    // The uses of an order whose shares nobody can read wait; the others go on.
    const ask = () => client.paymentShares(orderId, isCard);
    const shares = await unlessUnusable(context.again(ask));
    const readable = [...(shares ?? [])].flatMap(([voucherId, of]) => {
      const amounts = unlessMisfit(() => amountsOfShares(of));
      return amounts === undefined ? [] : [[voucherId, amounts] as const];
    });
    return [orderId, new Map(readable)] as const;
  });
  return new Map(answered);
}

type OrdersByVoucher = ReadonlyMap<string, string>;

function ordersIn(all: readonly PlatformRecord[]): OrdersByVoucher {
  const payments = all.flatMap((one) => (one.kind === 'payment' ? [one.row as OrderPayment] : []));
  return new Map(
    payments.flatMap(({ info: { orderId, vouchers } }) =>
      vouchers.map(({ voucherId }) => [voucherId, orderId] as const),
    ),
  );
}

/** The order of a voucher: read with it, or reported by an earlier check of the day of its payment or by our own call. */
async function orderOf(
  voucherId: string,
  orders: OrdersByVoucher,
  { history }: RecordsContext,
): Promise<string | null> {
  const read = orders.get(voucherId);
  if (read !== undefined) return read;
  const events = await history(voucherId);
  const named = events.find(({ orderId }) => orderId !== null && orderId !== voucherId);
  return named?.orderId ?? null;
}

/**
 * A refund that the platform shows as a state: neither its id nor its time is reported. It is dated by when it was first
 * seen, and gives way to the platform's own message of it.
 */
async function refunded(
  record: PlatformRecord & { readonly kind: 'refund' },
  orders: OrdersByVoucher,
  context: RecordsContext,
): Promise<EventDraft> {
  const { voucherId } = record;
  const row = record.row as UseRow | OrderRefund;
  const kind = 'voucher.refunded';
  const common = {
    ...{ merchantId: merchantOf(context), voucherId },
    ...{ occurredAt: toInstant(context.now()), complete: false },
  };
  if ('use' in row) {
    const { redemptionId } = row.use;
    const orderId = (await orderOf(voucherId, orders, context)) ?? voucherId;
    const takesBack = [{ redemptionId, paidFen: null }];
    const eventId = `refunded:~${redemptionId}`;
    return { kind, ...common, eventId, orderId, refundedFen: null, takesBack, unusedFen: 0 };
  }
  const { orderId, vouchers } = row.info;
  const fen = vouchers.find((one) => one.voucherId === voucherId)?.amounts.paidFen ?? null;
  const eventId = `refunded:~${voucherId}`;
  return { kind, ...common, eventId, orderId, refundedFen: fen, takesBack: [], unusedFen: fen };
}

function unlessMisfit<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Misfit) return undefined;
    throw error;
  }
}

const merchantOf = (context: RecordsContext) =>
  settingsFor(context).merchantId ?? context.app.appKey;
