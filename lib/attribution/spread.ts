import type { Event, EventOf } from '../events/event.ts';
import { dealOut } from '../money/fen.ts';
import { byTime, readHistory } from './history.ts';
import { CLOCK_MARGIN_MS } from './matching.ts';

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

export interface Spread {
  /** Of each voucher: what each refund of the order takes back of its uses, as a refund of the voucher. */
  readonly parts: ReadonlyMap<string, readonly Refunded[]>;
  /** Refunds of which nobody knows, or not yet whole, of which use they are: they wait, and are shown. */
  readonly undecided: ReadonlySet<string>;
}

/**
 * Refunds that name only their order → what each takes back of the order's used vouchers. A pure function of
 * everything that is known of the order, whatever order it arrived in. An amount is dealt over what stands of the
 * vouchers at that time, in proportion to what their buyer paid and to the fen. It is of used vouchers where
 *
 * - its own platform says so (`used`),
 * - it takes all that is left of the payment, or
 * - nothing of the payment is left for unused ones.
 *
 * Where some vouchers are used and some are not, and the amount is a part, nobody knows: then it waits. A voucher
 * that a refund takes nothing from gets a part of nothing: what it took when less was known is looked for there.
 */
export function spreadRefunds({ order, vouchers }: KnownOrder): Spread {
  const parts = new Map([...vouchers.keys()].sort().map((id) => [id, [] as Refunded[]]));
  const undecided = new Set<string>();
  const refunds = order.filter((event) => event.kind === 'voucher.refunded').sort(byTime);
  const isNamed = refunds.some((event) => !isOrderRefund(event));
  for (const refund of refunds.filter(isOrderRefund)) {
    const standing = new Map(
      [...parts].map(([id, own]) => [
        id,
        standingAt([...(vouchers.get(id) ?? []), ...own], refund),
      ]),
    );
    const isReportedByName = refund.ofOrder === 'unless_named' && isNamed;
    const left = leftOfPayment(order, refunds, refund);
    const taken = isReportedByName ? NOTHING : decide(refund, standing, left);
    if (taken.isUndecided) undecided.add(refund.eventId);
    for (const [voucherId, own] of parts) {
      own.push({ ...refund, voucherId, ...(taken.of.get(voucherId) ?? PART_OF_NOTHING) });
    }
  }
  return { parts, undecided };
}

/** What stands of one voucher when a refund comes. */
interface Standing {
  /** The buyer's money in its uses, in fen. */
  readonly paidFen: number;
  readonly isUsed: boolean;
  /** A use of it waits for its worth. */
  readonly isUnpriced: boolean;
}

type Part = Pick<Refunded, 'refundedFen' | 'takesBack' | 'unusedFen'>;

const PART_OF_NOTHING: Part = { refundedFen: 0, takesBack: [], unusedFen: 0 };

/** All that stands of the voucher; where nothing does yet, it waits there. */
const WHOLE: Part = { refundedFen: null, takesBack: null, unusedFen: 0 };

interface Taken {
  readonly of: ReadonlyMap<string, Part>;
  readonly isUndecided: boolean;
}

const NOTHING: Taken = { of: new Map(), isUndecided: false };

/** @param left of the payment before this refund, in fen; null when nobody knows */
function decide(
  { refundedFen, ofOrder }: OrderRefund,
  standing: ReadonlyMap<string, Standing>,
  left: number | null,
): Taken {
  const used = [...standing].filter(([, one]) => one.isUsed || one.isUnpriced);
  const each = (part: Part) => new Map(used.map(([id]) => [id, part]));
  // Shown at each of them, and taken from none.
  const undecided = {
    of: each({ refundedFen, takesBack: [], unusedFen: null }),
    isUndecided: true,
  };
  if (used.length === 0) return ofOrder === 'used' ? undecided : NOTHING;
  if (refundedFen === null) return undecided;
  if (left !== null && refundedFen >= left) return { of: each(WHOLE), isUndecided: false };
  if (used.some(([, one]) => one.isUnpriced)) return undecided;
  const usedFen = used.reduce((sum, [, one]) => sum + one.paidFen, 0);
  // Platforms round what each voucher of an order cost.
  const isAllUsed = left !== null && left - usedFen <= used.length;
  if (ofOrder !== 'used' && !isAllUsed) return undecided;
  const isMore = ofOrder === 'used' && refundedFen > usedFen + used.length;
  if (refundedFen >= usedFen) return { of: each(WHOLE), isUndecided: isMore };
  const dealt = dealOut(
    refundedFen,
    used.map(([, one]) => one.paidFen),
  );
  const of = new Map(used.map(([id], index) => [id, partOf(dealt[index] ?? 0)]));
  return { of, isUndecided: false };
}

function partOf(refundedFen: number): Part {
  return refundedFen === 0 ? PART_OF_NOTHING : { refundedFen, takesBack: null, unusedFen: 0 };
}

/** What the refunds before this one left of the order's payment. */
function leftOfPayment(
  order: readonly Event[],
  refunds: readonly Refunded[],
  refund: OrderRefund,
): number | null {
  const payment = order.find((event) => event.kind === 'order.paid');
  if (payment === undefined) return null;
  let leftFen = payment.amounts.paidFen;
  for (const { refundedFen } of refunds.slice(0, refunds.indexOf(refund))) {
    if (refundedFen === null) return null;
    leftFen -= refundedFen;
  }
  return Math.max(0, leftFen);
}

/** By what had happened until then; where nothing stood yet, a use a moment later may be another clock's. */
function standingAt(events: readonly Event[], { occurredAt }: OrderRefund): Standing {
  const atMs = Date.parse(occurredAt);
  const known = (untilMs: number) =>
    events.filter((event) => {
      const limitMs = event.kind === 'voucher.redeemed' ? untilMs : atMs;
      return Date.parse(event.occurredAt) <= limitMs;
    });
  const before = standingOf(known(atMs));
  return before.isUsed || before.isUnpriced ? before : standingOf(known(atMs + CLOCK_MARGIN_MS));
}

function standingOf(events: readonly Event[]): Standing {
  const { booked, waiting } = readHistory(events);
  let paidFen = 0;
  let isUsed = false;
  for (const { event, reversals, isHeld } of booked) {
    if (event.kind !== 'voucher.redeemed' || isHeld) continue;
    if (reversals.some((reversal) => reversal.paidFen === null)) continue;
    const takenFen = reversals.reduce((sum, reversal) => sum + (reversal.paidFen ?? 0), 0);
    paidFen += event.amounts.paidFen - takenFen;
    isUsed = true;
  }
  return {
    paidFen,
    isUsed,
    isUnpriced: waiting.some((event) => event.kind === 'voucher.redeemed'),
  };
}
