import { refuseSecondUse } from '../kit/repeated-use.ts';
import type { RedeemCommand, ReverseCommand, TillContext, TillOutcome } from '../kit/till.ts';
import {
  type ActResult,
  completed,
  lacks,
  type Once,
  once,
  onceById,
  outcomeOf,
} from '../kit/till-outcome.ts';
import { type Reversible, redemptionOf, reversibleSchema } from '../kit/till-reversal.ts';
import { KuaishouShopClient } from './client.ts';

/**
 * Uses tickets of one order (核销), each named with its code. The request's id is the serial of the act
 * and its token, and the time is when it first came, so that a repetition says the same. No call is known
 * that says what became of a serial, so a refusal to a repetition leaves the request open.
 */
export function redeem(command: RedeemCommand, context: TillContext): Promise<TillOutcome> {
  return outcomeOf(async () => {
    const { order, vouchers, requestId, storeId, storeName, storeAddress, productId } = command;
    const { orderId } = order;
    if (orderId === undefined) throw lacks('order.orderId');
    if (vouchers === undefined) throw lacks('vouchers, each with its code and amounts');
    const tickets = vouchers.map(({ voucherId: id, code, amounts: own }) => {
      if (code === undefined) throw lacks('the code of each voucher');
      const amounts = own ?? command.amounts;
      const goodsValueFen = amounts?.paidFen ?? 0;
      return { id, code, num: 1, goodsValueFen, ...(amounts && { amounts }) };
    });
    const client = new KuaishouShopClient(context);
    client.requireEndpoint('consumeEndpoint');
    const names = vouchers.map(({ voucherId }) => voucherId);
    await refuseSecondUse(names, context, { isOurName: () => true });
    return onceById(context, async () => {
      const { events } = await client.consume({
        ...{ orderId, tickets, poiId: storeId, serial: requestId, token: requestId },
        ...{ storeName: storeName ?? '', storeAddress: storeAddress ?? '' },
        consumedAtMs: context.startedAtMs,
        ...(command.merchantId && { sellerId: command.merchantId }),
        ...(productId && { sale: { productId } }),
      });
      return { events: await completed(events, command, context) };
    });
  });
}

/** Takes a use back (冲正) by the serial in its redemption's id. */
export function reverse(command: ReverseCommand, context: TillContext): Promise<TillOutcome> {
  return outcomeOf(() => {
    const client = new KuaishouShopClient(context);
    client.requireEndpoint('reverseEndpoint');
    const act: Once<Reversible, ActResult> = {
      prepare: async () => {
        const target = await redemptionOf(command, context);
        if (serialOf(target) === undefined) throw lacks('a redemptionId of <serial>~<ticket id>');
        return target;
      },
      read: (notes) => reversibleSchema.parse(notes),
      act: (target) => {
        const { orderId, voucherId } = target;
        const sellerId = command.merchantId ?? target.merchantId;
        return client.reverse({
          ...{ orderId, ticketIds: [voucherId], serial: serialOf(target) ?? '' },
          ...{ reason: command.reason, token: command.requestId, atMs: context.startedAtMs },
          ...(sellerId && { sellerId }),
        });
      },
    };
    return once(context, act);
  });
}

function serialOf({ voucherId, redemptionId }: Reversible): string | undefined {
  const ending = `~${voucherId}`;
  return redemptionId.endsWith(ending) ? redemptionId.slice(0, -ending.length) : undefined;
}
