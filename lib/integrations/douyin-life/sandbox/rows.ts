import { amountRow } from './amounts.ts';
import type { Fields } from './answers.ts';
import { seconds } from './messages.ts';
import {
  type Certificate,
  type CertificateState,
  type Product,
  REVERSAL_WINDOW_MS,
  type Use,
} from './model.ts';

/** How the world's things are written on the wire: snake_case, fen and seconds as JSON numbers. */

export function skuRow(product: Product): Fields {
  return {
    sku_id: product.productId,
    title: product.name,
    groupon_type: product.grouponType,
    market_price: product.marketPriceFen,
    third_sku_id: '',
    account_id: product.accountId,
    sold_start_time: seconds(product.soldFromMs),
  };
}

/** Certificate status: 1 unused, 2 used, 3 refund requested, 4 refunded. A card is used when used up. */
export function certificateStatus(certificate: Certificate, state: CertificateState): number {
  if (state.refund?.isWhole) return 4;
  if (state.refundRequested) return 3;
  return state.standing.length === certificate.serialAmounts.length ? 2 : 1;
}

/** Item status in order.query: 100 unused, 300 refunding, 301 refunded, 401 redeemed. */
export function itemStatus(certificate: Certificate, state: CertificateState): number {
  return { 1: 100, 2: 401, 3: 300, 4: 301 }[certificateStatus(certificate, state)] ?? 100;
}

/** A redemption can be reversed while it stands, its hour lasts and no refund is under way. */
export function canCancel(use: Use, state: CertificateState, nowMs: number): boolean {
  return (
    use.cancelledAtMs === null &&
    nowMs - use.redeemedAtMs <= REVERSAL_WINDOW_MS &&
    !state.refundRequested &&
    state.refund === null
  );
}

/** `verify_type` 4: redeemed through the OpenAPI. */
export const VERIFY_TYPE_API = 4;

/** What one use of a times card is worth: `{serial_numb, amount}`. */
export function serialAmountRow(
  certificate: Certificate,
  product: Product,
  serial: number,
): Fields {
  const amounts = certificate.serialAmounts[serial - 1];
  if (!amounts) throw new RangeError(`there is no use ${serial} of ${certificate.certificateId}`);
  return { serial_numb: serial, amount: amountRow(amounts, product.marketPriceFen) };
}
