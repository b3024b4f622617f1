import type { Event, EventOf } from '../events/event.ts';
import { byTime } from './history.ts';
import { type Standing, standingAt, standingOf } from './standing.ts';

type Refunded = EventOf<'voucher.refunded'>;

/** A refund that names its order and no voucher of it. */
export type OrderRefund = Refunded & { readonly ofOrder: NonNullable<Refunded['ofOrder']> };

export function isOrderRefund(event: Event): event is OrderRefund {
  return event.kind === 'voucher.refunded' && event.ofOrder !== undefined;
}

/** What is known of one order: its own events, and those of its vouchers that were ever redeemed. */
export interface KnownOrder {
  readonly order: readonly Event[];
  readonly vouchers: ReadonlyMap<string, readonly Event[]>;
}

/** Where an order's money was when a refund of it came; all in fen that the buyer paid. */
export interface OrderMoney {
  /** Of each voucher that was used by then, what stood of its uses. */
  readonly used: readonly (readonly [voucherId: string, standing: Standing])[];
  /** What earlier refunds left of the payment; null where nobody knows. */
  readonly leftFen: number | null;
  /**
   * At most so much of it was of vouchers that were neither used by then, nor proved since not to be this refund's:
   * by a later use of them, or by a later refund that names them. Null where nobody knows.
   */
  readonly unusedFen: number | null;
  /** Vouchers that we know of. Platforms round what each cost, so a fen for each but one may be nobody's. */
  readonly vouchers: number;
}

export function refundsOf(order: readonly Event[]): Refunded[] {
  return order.filter((event) => event.kind === 'voucher.refunded').sort(byTime);
}

/**
 * @param standing of each voucher at the time of the refund, after what earlier refunds of the order took
 */
export function moneyAt(
  refund: OrderRefund,
  { order, vouchers }: KnownOrder,
  standing: ReadonlyMap<string, Standing>,
): OrderMoney {
  // Where vouchers may be named too, they are of the same refunds once more.
  const counted = refundsOf(order).filter(
    (one) => refund.ofOrder !== 'unless_named' || isOrderRefund(one),
  );
  const used = [...standing].filter(([, one]) => one.isUsed || one.isUnpriced);
  const usedFen = used.reduce((sum, [, one]) => sum + one.paidFen, 0);
  const elsewhere = provedElsewhere(refund, counted, vouchers);
  const elsewhereFen = elsewhere.reduce((sum, fen) => sum + fen, 0);
  const leftFen = leftOfPayment(order, counted, refund);
  const unusedFen = leftFen === null ? null : Math.max(0, leftFen - usedFen - elsewhereFen);
  return { used, leftFen, unusedFen, vouchers: used.length + elsewhere.length };
}

/** What the refunds before this one left of the order's payment. */
function leftOfPayment(
  order: readonly Event[],
  counted: readonly Refunded[],
  refund: OrderRefund,
): number | null {
  const payment = order.find((event) => event.kind === 'order.paid');
  if (payment === undefined) return null;
  let leftFen = payment.amounts.paidFen;
  for (const { refundedFen } of counted.slice(0, counted.indexOf(refund))) {
    if (refundedFen === null) return null;
    leftFen -= refundedFen;
  }
  return Math.max(0, leftFen);
}

/** Of each voucher, the money in it that was not used when the refund came and cannot be the refund's. */
function provedElsewhere(
  { occurredAt }: OrderRefund,
  counted: readonly Refunded[],
  vouchers: ReadonlyMap<string, readonly Event[]>,
): number[] {
  const byVoucher = new Map<string, number>();
  const isUsed = new Set<string>();
  for (const [id, events] of vouchers) {
    const then = standingAt(events, occurredAt);
    if (then.isUsed || then.isUnpriced) isUsed.add(id);
    byVoucher.set(id, Math.max(0, standingOf(events).paidFen - then.paidFen));
  }
  const later = counted.filter(
    (one) => !isOrderRefund(one) && Date.parse(one.occurredAt) > Date.parse(occurredAt),
  );
  for (const [id, own] of Map.groupBy(later, ({ voucherId }) => voucherId)) {
    if (isUsed.has(id)) continue;
    const namedFen = own.reduce((sum, { refundedFen }) => sum + (refundedFen ?? 0), 0);
    byVoucher.set(id, Math.max(byVoucher.get(id) ?? 0, namedFen));
  }
  return [...byVoucher.values()].filter((fen) => fen > 0);
}
