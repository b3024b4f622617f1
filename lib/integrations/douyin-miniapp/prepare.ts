import { douyinQr } from '../kit/douyin/qr.ts';
import {
  type Preparation,
  type PrepareCommand,
  type PrepareContext,
  type PreparedVoucher,
  preparationOf,
} from '../kit/prepare.ts';
import { DouyinMiniappClient } from './client.ts';

/** Source: douyin-code/delivery-prepare names the query's parameter. */
export const QR = douyinQr('encrypted_data');

/** Source: delivery_prepare, which names pieces that can be used, and neither their worth nor their days. */
export function prepare({ shown }: PrepareCommand, context: PrepareContext): Promise<Preparation> {
  return preparationOf(async () => {
    const { certificates } = await new DouyinMiniappClient(context).deliveryPrepare(shown);
    return certificates.map(
      (one): PreparedVoucher => ({
        voucherId: shownIdOf(one),
        ...{ title: null, worthFen: null, usesLeft: 1, usableUntil: null, unusable: null },
      }),
    );
  });
}

/** The piece of the mini-program's own order; the certificate of a coupon that the platform itself sold. */
export function shownIdOf({
  itemOrderId,
  certificateId,
}: {
  readonly itemOrderId: string | null;
  readonly certificateId: string;
}): string {
  return itemOrderId ?? certificateId;
}
