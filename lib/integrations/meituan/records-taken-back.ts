import { mapLimit } from '../../async/map-limit.ts';
import type { Amounts, Event, EventDraft } from '../../events/event.ts';
import { unlessUnusable } from '../kit/platform-error.ts';
import type { PlatformRecord, RecordsContext, Unlisted } from '../kit/platform-records.ts';
import { reversedEvent } from './consumed.ts';
import { MeituanCustomerClient } from './customer.ts';
import type { OrderVouchers } from './orders.ts';

/** Questions about orders at once. */
const AT_ONCE = 4;

/**
 * A use that was taken back in 开店宝 is reported by no message, and no page says whether the day's list goes on showing
 * it. Where it does not, the order's own answer (59 query/info) says what its voucher is now: 未使用, 已过期 or 未消费退 is
 * no used voucher. Of a card (次卡) no page says what that means after one of several uses, so only a use is taken back
 * that was worth the whole voucher.
 * @param all the uses that the window's lists show: a voucher that was used anew was taken back before
 */
export async function takenBack(
  unlisted: readonly Unlisted[],
  context: RecordsContext,
  all: readonly PlatformRecord[],
): Promise<ReadonlyMap<string, EventDraft>> {
  if (context.app.secrets.customerAuthToken === undefined) return new Map();
  const client = new MeituanCustomerClient(context, context.calls);
  const named = unlisted.filter(({ orderId, voucherId }) => orderId !== voucherId);
  const byOrder = [...Map.groupBy(named, ({ orderId }) => orderId)];
  const found = await mapLimit(byOrder, AT_ONCE, async ([orderId, uses]) => {
    const order = await unlessUnusable(context.again(() => client.orderByOwnId(orderId)));
    return mapLimit(uses, 1, async (use) => {
      const isOver = order !== undefined && (await isTakenBack(use, order, context, all));
      return isOver ? [[use.eventId, reversalOf(use, context)] as const] : [];
    });
  });
  return new Map(found.flat(2));
}

async function isTakenBack(
  use: Unlisted,
  { vouchers }: OrderVouchers,
  { history }: RecordsContext,
  all: readonly PlatformRecord[],
): Promise<boolean> {
  const voucher = vouchers.find(({ voucherId }) => voucherId === use.voucherId);
  if (voucher === undefined || !isWhole(use.amounts, voucher.amounts)) return false;
  if (voucher.state !== 'used' && voucher.state !== 'refund') return true;
  // It is used: by this use, or by a later one that the platform does show.
  const isListed = ({ kind, voucherId, occurredAt }: PlatformRecord) =>
    kind === 'redemption' && voucherId === use.voucherId && occurredAt > use.occurredAt;
  return all.some(isListed) || (await history(use.voucherId)).some((event) => isLater(event, use));
}

function isLater(event: Event, use: Unlisted): boolean {
  const isOther = event.kind === 'voucher.redeemed' && event.eventId !== use.eventId;
  return isOther && event.complete && event.occurredAt > use.occurredAt;
}

/** What buyer and platform paid for the use is what they paid for the voucher; of a free one nobody can tell. */
function isWhole(use: Amounts, voucher: Amounts): boolean {
  const worth = ({ paidFen, platformDiscountFen }: Amounts) => paidFen + platformDiscountFen;
  return worth(voucher) > 0 && worth(use) === worth(voucher);
}

/** Dated by when it was first seen: the platform reports no time. */
function reversalOf({ voucherId, redemptionId, orderId }: Unlisted, context: RecordsContext) {
  const { app, now } = context;
  return reversedEvent(voucherId, { redemptionId, orderId }, now(), app);
}
