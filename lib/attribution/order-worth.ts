import type { Amounts, Event, EventOf } from '../events/event.ts';
import type { Sale } from '../events/sale.ts';
import { dealOut } from '../money/fen.ts';

/**
 * What a use is worth by its order: what its payment was, of a piece its part of it. Pure, so that it comes to
 * the same whichever of them was recorded last.
 * @param ofOrder the order's events
 * @returns the use complete; undefined while the order does not say it
 */
export function pricedByOrder(
  use: EventOf<'voucher.redeemed'>,
  ofOrder: readonly Event[],
): EventOf<'voucher.redeemed'> | undefined {
  if (use.complete || use.worthBy === undefined) return undefined;
  const payment = ofOrder.find((event) => event.kind === 'order.paid');
  if (payment === undefined) return undefined;
  const amounts = use.worthBy === 'order' ? payment.amounts : pieceOf(use, payment, ofOrder);
  if (amounts === undefined) return undefined;
  const { unpriced: _, ...known } = use;
  return {
    ...{ ...known, amounts, complete: true, sale: saleWith(use.sale, payment.sale) },
    // A piece may be a card with several uses: all of them together come to no more.
    ...(use.worthBy === 'piece' && { worthFen: amounts.originalFen }),
  };
}

/** How a use's sale came about, by its order's payment, where nothing nearer to the use says it. */
function saleWith(own: Sale, ofPayment: Sale): Sale {
  const productId = own.productId ?? ofPayment.productId;
  const buyer = own.buyer ?? ofPayment.buyer;
  return own.channel === 'unknown' ? { ...ofPayment, productId, buyer } : { ...own, productId };
}

/** The payment dealt out by the pieces' prices: whatever was given off was given off the whole order. */
function pieceOf(
  { voucherId }: EventOf<'voucher.redeemed'>,
  { amounts }: EventOf<'order.paid'>,
  ofOrder: readonly Event[],
): Amounts | undefined {
  const { pieces = [] } = ofOrder.find((event) => event.kind === 'order.created') ?? {};
  const at = pieces.findIndex((piece) => piece.voucherId === voucherId);
  const weights = pieces.map(({ priceFen }) => priceFen);
  if (at === -1 || weights.every((weight) => weight === 0)) return undefined;
  const part = (fen: number) => dealOut(fen, weights)[at] ?? 0;
  return {
    paidFen: part(amounts.paidFen),
    platformDiscountFen: part(amounts.platformDiscountFen),
    merchantDiscountFen: part(amounts.merchantDiscountFen),
    paymentDiscountFen: part(amounts.paymentDiscountFen),
    originalFen: part(amounts.originalFen),
  };
}
