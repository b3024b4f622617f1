import { NO_AMOUNTS } from '../../events/event.ts';
import { toInstant } from '../../time/shanghai.ts';
import type { CounterContext, CounterOutcome, RedeemCommand, ReverseCommand } from '../counter.ts';
import { completed, lacks, outcomeOf, redemptionOf } from '../counter-work.ts';
import { KuaishouMiniappClient } from './client.ts';
import { nextUse, type ReportedOrder } from './reports.ts';

/**
 * Reports an order as used (11): here redemptions flow from us to the platform. The act is the order's next
 * use, its time when the request first came, and its worth what the order's payment was. An order that
 * stands as used is told as it stands.
 */
export function redeem(command: RedeemCommand, context: CounterContext): Promise<CounterOutcome> {
  return outcomeOf(async () => {
    const { storeId } = command;
    const ksOrderNo = command.order.orderId;
    if (ksOrderNo === undefined) throw lacks('order.orderId');
    const payment = await context.payment(ksOrderNo);
    const amounts = command.amounts ?? payment?.amounts;
    const history = await context.history(ksOrderNo);
    const redemptionId = nextUse(ksOrderNo, history);
    const standing = history.find(
      (event) => event.kind === 'voucher.redeemed' && event.redemptionId === redemptionId,
    );
    const act = {
      ...{ redemptionId, ksOrderNo, storeId, amounts: amounts ?? NO_AMOUNTS },
      at: standing?.occurredAt ?? toInstant(context.startedAtMs),
    };
    const client = clientOf(context);
    const { events } = await client.reportUsed(orderOf(command), act);
    const known = events.map((event) => ({ ...event, complete: amounts !== undefined }));
    return { events: await completed(known, command, context) };
  });
}

/** Reports the order as waiting to be used again (10). */
export function reverse(command: ReverseCommand, context: CounterContext): Promise<CounterOutcome> {
  return outcomeOf(async () => {
    const { redemptionId, orderId: ksOrderNo } = await redemptionOf(command, context);
    const at = toInstant(context.startedAtMs);
    return clientOf(context).reportUnused(orderOf(command), { redemptionId, ksOrderNo, at });
  });
}

function clientOf(context: CounterContext): KuaishouMiniappClient {
  const [accessToken] = context.app.secrets.accessToken ?? [];
  if (accessToken === undefined) throw lacks('the secret accessToken of the app');
  return new KuaishouMiniappClient({ ...context, accessToken });
}

function orderOf(command: RedeemCommand | ReverseCommand): ReportedOrder {
  const { ownOrderId, shownOrderId, buyerId: openId, createdAt } = command.order;
  if (ownOrderId === undefined || openId === undefined || createdAt === undefined) {
    throw lacks('order.ownOrderId, order.buyerId and order.createdAt');
  }
  return {
    ...{ outBizOrderNo: shownOrderId ?? ownOrderId, outOrderNo: ownOrderId, openId },
    createdAtMs: Date.parse(createdAt),
    ...(command.storeId && { poiId: command.storeId }),
    ...(command.productId && { productId: command.productId }),
  };
}
