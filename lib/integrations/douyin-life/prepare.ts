import { wholeFen } from '../../events/event.ts';
import { douyinQr } from '../kit/douyin/qr.ts';
import {
  type Preparation,
  type PrepareCommand,
  type PrepareContext,
  type PreparedVoucher,
  preparationOf,
  type UnusableReason,
  unusableByDays,
} from '../kit/prepare.ts';
import { CERTIFICATE_STATUS, type PreparedCodes } from './answers.ts';
import { DouyinLifeClient } from './client.ts';

/** Source: certificate.prepare takes the `object_id` that a short link leads to. */
export const QR = douyinQr('object_id');

/** Source: certificate.prepare. Its token is not kept: each verify has a prepare of its own. */
export function prepare(
  { shown, storeId }: PrepareCommand,
  context: PrepareContext,
): Promise<Preparation> {
  return preparationOf(async () => {
    const client = new DouyinLifeClient(context);
    const { certificates } = await client.prepare({ ...shown, poiId: storeId });
    return certificates.map((one) => voucherOf(one, context.now()));
  });
}

function voucherOf(one: PreparedCodes['certificates'][number], nowMs: number): PreparedVoucher {
  const { certificateId, title, amounts, usesLeft, endsAt } = one;
  const unusable = unusableOf(one, nowMs);
  return {
    voucherId: certificateId,
    title,
    // What was given off is in it: the guest knows it by what it is sold for.
    worthFen: amounts && (amounts.originalFen > 0 ? amounts.originalFen : wholeFen(amounts)),
    usesLeft: unusable === null ? usesLeft : 0,
    usableUntil: endsAt,
    unusable,
  };
}

function unusableOf(
  one: PreparedCodes['certificates'][number],
  nowMs: number,
): UnusableReason | null {
  switch (one.status) {
    case CERTIFICATE_STATUS.used:
      return 'used';
    case CERTIFICATE_STATUS.refunded:
      return 'refunded';
    case CERTIFICATE_STATUS.asked:
    case CERTIFICATE_STATUS.refunding:
      return 'refunding';
    default:
      return unusableByDays(one, nowMs);
  }
}
