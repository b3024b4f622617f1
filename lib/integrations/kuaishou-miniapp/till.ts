import * as z from 'zod';
import { toInstant } from '../../time/shanghai.ts';
import type { RedeemCommand, ReverseCommand, TillContext, TillOutcome } from '../kit/till.ts';
import {
  type ActResult,
  cannot,
  completed,
  lacks,
  type Once,
  once,
  outcomeOf,
} from '../kit/till-outcome.ts';
import { type Reversible, redemptionOf, reversibleSchema } from '../kit/till-reversal.ts';
import { KuaishouMiniappClient } from './client.ts';
import { nextUse, type ReportedOrder } from './reports.ts';

/**
 * Reports an order as used (11): here redemptions flow from us to the platform. The act is the order's next
 * use, its time when the request first came, and its worth the till's amounts, else what the order's payment
 * is, whenever that comes. An order that stands as used is answered from the books. A report states a state, so it may be repeated; no call is known that
 * returns the state, so a refusal of a repetition leaves the request open.
 */
export function redeem(command: RedeemCommand, context: TillContext): Promise<TillOutcome> {
  return outcomeOf(async () => {
    const { storeId } = command;
    const ksOrderNo = command.order.orderId;
    if (ksOrderNo === undefined) throw lacks('order.orderId');
    if (command.count > 1) throw cannot('this platform knows an order as used or not: count is 1');
    const order = orderOf(command);
    const client = clientOf(context);
    const act: Once<Use, ActResult> = {
      prepare: async () => {
        const known = await context.actsOf(ksOrderNo);
        const redemptionId = nextUse(ksOrderNo, known);
        const standing = known.find(
          (one) => one.kind === 'voucher.redeemed' && one.redemptionId === redemptionId,
        );
        return { redemptionId, at: standing?.occurredAt ?? toInstant(context.startedAtMs) };
      },
      read: (notes) => useSchema.parse(notes),
      act: async (use) => {
        const { events } = await client.reportUsed(order, { ...use, ksOrderNo, storeId });
        return { events: await completed(events, command, context), isShared: true };
      },
    };
    return once(context, act);
  });
}

/** Reports the order as waiting to be used again (10): of its uses that can only be the last one. */
export function reverse(command: ReverseCommand, context: TillContext): Promise<TillOutcome> {
  return outcomeOf(() => {
    const order = orderOf(command);
    const client = clientOf(context);
    const act: Once<Reversible, ActResult> = {
      prepare: () => redemptionOf(command, context, { only: 'latest' }),
      read: (notes) => reversibleSchema.parse(notes),
      act: ({ redemptionId, orderId: ksOrderNo }) => {
        const at = toInstant(context.startedAtMs);
        return client.reportUnused(order, { redemptionId, ksOrderNo, at });
      },
    };
    return once(context, act);
  });
}

/** Which of the order's uses a request is, and when it was: chosen once. */
const useSchema = z.object({ redemptionId: z.string(), at: z.string() });
type Use = z.infer<typeof useSchema>;

function clientOf(context: TillContext): KuaishouMiniappClient {
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
