import { toInstant } from '../../time/shanghai.ts';
import type { CounterContext, CounterOutcome, RedeemCommand } from '../counter.ts';
import { completed, lacks, outcomeOf } from '../counter-work.ts';
import { KuaishouLifeClient } from './client.ts';
import type { Codes } from './redemption.ts';

/**
 * Redeems by certificate/verify. Prepare is not documented, so the code is either the merchant's own, or
 * the platform's as it stands encrypted in the QR code. The request's id is the `verify_token`.
 */
export function redeem(command: RedeemCommand, context: CounterContext): Promise<CounterOutcome> {
  return outcomeOf(async () => {
    const { order, vouchers, requestId: verifyToken, storeId: poiId } = command;
    if (order.orderId === undefined) throw lacks('order.orderId');
    const client = new KuaishouLifeClient(context);
    const merchant = command.merchantId ?? context.app.settings.merchantId ?? context.app.appKey;
    const token = await client.tokenOf(merchant);
    const certificateIds = vouchers?.map(({ voucherId }) => voucherId);
    const { events } = await client.verify(token, {
      ...codesOf(command),
      ...{ verifyToken, poiId, orderId: order.orderId, at: toInstant(context.startedAtMs) },
      ...(certificateIds && { certificateIds }),
      ...(order.ownOrderId && { outOrderId: order.ownOrderId }),
    });
    // An encrypted code that nothing names has been redeemed all the same.
    const unread = events.length === 0 ? 1 : 0;
    return { events: await completed(events, command, context), unread };
  });
}

function codesOf({ code, encryptedData, vouchers }: RedeemCommand): Codes {
  if (encryptedData !== undefined) return { encryptedCodes: [encryptedData] };
  const codes = vouchers?.flatMap((voucher) => voucher.code ?? []) ?? [];
  if (codes.length > 0) return { codes };
  if (code !== undefined) return { codes: [code] };
  throw lacks('code, encryptedData, or vouchers with their codes');
}
