import type { EventOf } from '../../events/event.ts';
import type { Hint, ResolveContext } from '../kit/integration.ts';
import { CERTIFICATE_STATUS, type CertificateRecord } from './answers.ts';
import { looksLikeCard } from './facts.ts';

/**
 * The payment that stands for the order query, with the setting `orderQuery: unpaid`. The query is limited to 20 calls a
 * second and app, which is the most that an app can redeem while each use asks it. It is not asked where all of this
 * is so: the messages report uses alone and are read for the first time, the order's whole payment is known, and each
 * of its vouchers is a plain one with a product, a price and no refund. The use is then without a channel, a creator,
 * a video or live room, and a commission: nothing else names them.
 * @returns undefined where the order is to be queried
 */
export async function paymentInstead(
  hints: readonly Hint[],
  certificates: readonly CertificateRecord[],
  context: ResolveContext,
): Promise<EventOf<'order.paid'> | undefined> {
  if (context.app.settings.orderQuery !== 'unpaid' || context.answers > 0) return undefined;
  if (hints.some(({ action }) => action !== 'redeemed')) return undefined;
  if (!certificates.every(isPlain)) return undefined;
  const payment = await context.payment(hints[0]?.orderId ?? '');
  return payment?.complete === true ? payment : undefined;
}

/** Where the platform does not report what kind it is, its order may call it a card. */
function isPlain(certificate: CertificateRecord): boolean {
  const { sku, status, amount } = certificate;
  const isOpen = status === CERTIFICATE_STATUS.used || status === CERTIFICATE_STATUS.unused;
  const isNamed = (sku?.sku_id ?? null) !== null && (sku?.groupon_type ?? 0) !== 0;
  return isOpen && isNamed && amount !== null && !looksLikeCard({ certificate });
}
