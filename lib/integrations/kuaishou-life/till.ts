import { toInstant } from '../../time/shanghai.ts';
import type { RedeemCommand, TillContext, TillOutcome } from '../kit/till.ts';
import {
  type ActResult,
  cannot,
  completed,
  lacks,
  onceById,
  outcomeOf,
} from '../kit/till-outcome.ts';
import { KuaishouLifeClient } from './client.ts';
import type { Codes } from './redemption.ts';

/**
 * Redeems by certificate/verify. Prepare is not documented, so the code is either the merchant's own, or
 * the platform's as it stands encrypted in the QR code. The request's id is the `verify_token`. No call is
 * known that says what became of a token, so a no to a repetition leaves the request open.
 */
export function redeem(command: RedeemCommand, context: TillContext): Promise<TillOutcome> {
  return outcomeOf(async () => {
    const { order, vouchers, requestId: verifyToken, storeId: poiId } = command;
    const { orderId } = order;
    if (orderId === undefined) throw lacks('order.orderId');
    if (command.count > 1)
      throw cannot('this platform’s call uses each code once: name the vouchers');
    const codes = codesOf(command);
    const client = new KuaishouLifeClient(context);
    const merchant = command.merchantId ?? context.app.settings.merchantId ?? context.app.appKey;
    const token = await client.tokenOf(merchant);
    const certificateIds = vouchers?.map(({ voucherId }) => voucherId);
    return onceById(context, async () => {
      const { events } = await client.verify(token, {
        ...codes,
        ...{ verifyToken, poiId, orderId, at: toInstant(context.startedAtMs) },
        ...(certificateIds && { certificateIds }),
        ...(order.ownOrderId && { outOrderId: order.ownOrderId }),
      });
      return decisionBy(await completed(events, command, context), certificateIds ?? []);
    });
  });
}

/** @param requested the vouchers by name, where the till knew them */
function decisionBy(events: ActResult['events'], requested: readonly string[]): ActResult {
  // An encrypted code that nothing names has been redeemed all the same.
  const unread = events.length === 0 ? 1 : 0;
  const done = new Set(events.map((event) => event.voucherId));
  const notDone = unread === 1 ? [] : requested.filter((voucherId) => !done.has(voucherId));
  return { events, unread, notDone: notDone.map((voucherId) => ({ voucherId, ...NOT_TOLD })) };
}

const NOT_TOLD = {
  code: 'not-told',
  reason: 'the platform’s answer does not show it as redeemed',
};

function codesOf({ code, encryptedData, vouchers }: RedeemCommand): Codes {
  if (encryptedData !== undefined) return { encryptedCodes: [encryptedData] };
  const codes = vouchers?.flatMap((voucher) => voucher.code ?? []) ?? [];
  if (codes.length > 0) return { codes };
  if (code !== undefined) return { codes: [code] };
  throw lacks('code, encryptedData, or vouchers with their codes');
}
