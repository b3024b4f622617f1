import { toInstant } from '../../time/shanghai.ts';
import { refuseSecondUse } from '../kit/repeated-use.ts';
import type { RedeemCommand, TillContext, TillOutcome } from '../kit/till.ts';
import { cannot, completed, lacks, onceById, outcomeOf, unknownYet } from '../kit/till-outcome.ts';
import { KuaishouLifeClient } from './client.ts';
import type { Codes } from './redemption.ts';
import { settingsOf } from './settings.ts';

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
    // Before the act begins: without a token nothing is asked.
    await client.tokenOf(merchant);
    const certificateIds = vouchers?.map(({ voucherId }) => voucherId);
    if (!settingsOf(context).timesCards) {
      await refuseSecondUse(certificateIds ?? codesIn(codes), context, { unless: CARDS });
    }
    return onceById(context, async (isRepeated) => {
      const verified = await client.verifyFor(merchant, {
        ...codes,
        ...{ verifyToken, poiId, orderId, at: toInstant(context.startedAtMs) },
        ...(certificateIds && { certificateIds }),
        ...(order.ownOrderId && { outOrderId: order.ownOrderId }),
      });
      const { events, notDone, unread } = verified;
      if (isRepeated && events.length === 0 && unread === 0) {
        throw unknownYet(
          'the platform refuses it, and an earlier try may have done it: look it up there',
        );
      }
      return { events: await completed(events, command, context), notDone, unread };
    });
  });
}

const CARDS =
  '; where it is a card with several uses (次卡), give the app the setting timesCards: true';

/** An encrypted code names no voucher. */
function codesIn(codes: Codes): readonly string[] {
  return 'codes' in codes ? codes.codes : [];
}

function codesOf({ code, encryptedData, vouchers }: RedeemCommand): Codes {
  if (encryptedData !== undefined) return { encryptedCodes: [encryptedData] };
  const codes = vouchers?.flatMap((voucher) => voucher.code ?? []) ?? [];
  // A row of the answer that names a code alone must be of one voucher.
  if (codes.length > 0 && codes.length < (vouchers?.length ?? 0))
    throw lacks('the code of each voucher');
  if (codes.length > 0) return { codes };
  if (code !== undefined) return { codes: [code] };
  throw lacks('code, encryptedData, or vouchers with their codes');
}
