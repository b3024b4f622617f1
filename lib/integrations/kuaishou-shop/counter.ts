import type { CounterContext, CounterOutcome, RedeemCommand, ReverseCommand } from '../counter.ts';
import { completed, lacks, outcomeOf, redemptionOf } from '../counter-work.ts';
import { KuaishouShopClient } from './client.ts';

/**
 * Uses tickets of one order (核销), each named with its code. The request's id is the serial of the act
 * and its token, and the time is when it first came, so that a repetition says the same.
 */
export function redeem(command: RedeemCommand, context: CounterContext): Promise<CounterOutcome> {
  return outcomeOf(async () => {
    const { order, vouchers, requestId, storeId, storeName, storeAddress, productId } = command;
    if (order.orderId === undefined) throw lacks('order.orderId');
    if (vouchers === undefined) throw lacks('vouchers, each with its code and amounts');
    const tickets = vouchers.map(({ voucherId: id, code, amounts: own }) => {
      if (code === undefined) throw lacks('the code of each voucher');
      const amounts = own ?? command.amounts;
      const goodsValueFen = amounts?.paidFen ?? 0;
      return { id, code, num: 1, goodsValueFen, ...(amounts && { amounts }) };
    });
    const client = new KuaishouShopClient(context);
    const { events } = await client.consume({
      ...{ orderId: order.orderId, tickets, poiId: storeId, serial: requestId, token: requestId },
      ...{ storeName: storeName ?? '', storeAddress: storeAddress ?? '' },
      consumedAtMs: context.startedAtMs,
      ...(command.merchantId && { sellerId: command.merchantId }),
      ...(productId && { sale: { productId } }),
    });
    return { events: await completed(events, command, context) };
  });
}

/** Takes a use back (冲正) by the serial in its redemption's id. */
export function reverse(command: ReverseCommand, context: CounterContext): Promise<CounterOutcome> {
  return outcomeOf(async () => {
    const { voucherId, redemptionId, orderId, event } = await redemptionOf(command, context);
    const ending = `~${voucherId}`;
    if (!redemptionId.endsWith(ending)) throw lacks('a redemptionId of <serial>~<ticket id>');
    const sellerId = command.merchantId ?? event?.merchantId;
    return new KuaishouShopClient(context).reverse({
      ...{ orderId, ticketIds: [voucherId], serial: redemptionId.slice(0, -ending.length) },
      ...{ reason: command.reason, token: command.requestId },
      ...(sellerId && { sellerId }),
    });
  });
}
