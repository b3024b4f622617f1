/** What one sale, certificate or use cost, in fen and kept apart by who paid. */
export interface SaleAmounts {
  /** The buyer's money. */
  readonly payFen: number;
  readonly platformDiscountFen: number;
  readonly merchantTicketFen: number;
  readonly paymentDiscountFen: number;
}

/** original = pay + platform + merchant + payment discount. Source: the bill field `original`. */
export function originalFen(amounts: SaleAmounts): number {
  return (
    amounts.payFen +
    amounts.platformDiscountFen +
    amounts.merchantTicketFen +
    amounts.paymentDiscountFen
  );
}

/** Deals amounts out over `parts` so that every kind adds up; the first ones get the odd fen. */
export function dealOut(amounts: SaleAmounts, parts: number): SaleAmounts[] {
  return Array.from({ length: parts }, (_, index) => ({
    payFen: share(amounts.payFen, parts, index),
    platformDiscountFen: share(amounts.platformDiscountFen, parts, index),
    merchantTicketFen: share(amounts.merchantTicketFen, parts, index),
    paymentDiscountFen: share(amounts.paymentDiscountFen, parts, index),
  }));
}

function share(totalFen: number, parts: number, index: number): number {
  return Math.floor(totalFen / parts) + (index < totalFen % parts ? 1 : 0);
}

/** The wire's `amount{…}` of certificate.query and certificate.verifyrecord.query, in fen. */
export function amountRow(amounts: SaleAmounts, marketPriceFen: number): Record<string, number> {
  return {
    original_amount: originalFen(amounts),
    pay_amount: amounts.payFen,
    platform_discount_amount: amounts.platformDiscountFen,
    merchant_ticket_amount: amounts.merchantTicketFen,
    payment_discount_amount: amounts.paymentDiscountFen,
    coupon_pay_amount: amounts.payFen + amounts.paymentDiscountFen,
    list_market_amount: marketPriceFen,
    brand_ticket_amount: 0,
  };
}
