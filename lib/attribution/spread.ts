import type { EventOf } from '../events/event.ts';
import { dealOut } from '../money/fen.ts';
import {
  isOrderRefund,
  type KnownOrder,
  moneyAt,
  type OrderMoney,
  type OrderRefund,
  refundsOf,
} from './order-money.ts';
import { standingAt } from './standing.ts';

type Refunded = EventOf<'voucher.refunded'>;

export interface Spread {
  /** Of each voucher: what each refund of the order takes back of its uses, as a refund of the voucher. */
  readonly parts: ReadonlyMap<string, readonly Refunded[]>;
  /** Refunds of which nobody knows, or not yet whole, of which use they are: they wait, and are shown. */
  readonly undecided: ReadonlySet<string>;
}

/**
 * Refunds that name only their order → what each takes back of the order's used vouchers. A pure function of
 * everything that is known of the order, whatever order it arrived in. An amount is dealt over what stood of the
 * vouchers at that time, in proportion to what their buyer paid and to the fen. It is of used vouchers where
 *
 * - its own platform says so (`used`),
 * - it takes all that is left of the payment, or
 * - it is more than what may have been left in unused ones, and that is nothing but roundings.
 *
 * Where some vouchers are used and some are not, and the amount is a part, nobody knows: then it waits. A voucher
 * that a refund takes nothing from gets a part of nothing: what it took when less was known is looked for there.
 */
export function spreadRefunds(known: KnownOrder): Spread {
  const ids = [...known.vouchers.keys()].sort();
  const parts = new Map(ids.map((id) => [id, [] as Refunded[]]));
  const undecided = new Set<string>();
  const naming = namingOf(known);
  for (const refund of refundsOf(known.order).filter(isOrderRefund)) {
    const standing = new Map(
      [...parts].map(([id, own]) => {
        const events = [...(known.vouchers.get(id) ?? []), ...own];
        return [id, standingAt(events, refund.occurredAt)];
      }),
    );
    const taken = decide(refund, moneyAt(refund, known, standing), naming);
    if (taken.isAll) undecided.clear();
    if (taken.isUndecided) undecided.add(refund.eventId);
    for (const [voucherId, own] of parts) {
      // Whichever vouchers the earlier ones were of, nothing of any is left now.
      const earlier = taken.isAll ? own.map(decided) : own;
      const part = taken.of.get(voucherId) ?? PART_OF_NOTHING;
      parts.set(voucherId, [...earlier, { ...refund, voucherId, ...part }]);
    }
  }
  return { parts, undecided };
}

type Part = Pick<Refunded, 'refundedFen' | 'takesBack' | 'unusedFen'>;

const PART_OF_NOTHING: Part = { refundedFen: 0, takesBack: [], unusedFen: 0 };

/** All that stands of the voucher; where nothing does yet, it waits there. */
const WHOLE: Part = { refundedFen: null, takesBack: null, unusedFen: 0 };

function partOf(refundedFen: number): Part {
  return refundedFen === 0 ? PART_OF_NOTHING : { refundedFen, takesBack: null, unusedFen: 0 };
}

/** Shown at a voucher, and taken from none. */
function undecidedPart({ refundedFen }: OrderRefund): Part {
  return { refundedFen, takesBack: [], unusedFen: null };
}

function decided(part: Refunded): Refunded {
  return part.unusedFen === null ? { ...part, ...PART_OF_NOTHING } : part;
}

/** How many of an order's refunds are reported a second time, by the vouchers they are of. */
type Naming = 'none' | 'some' | 'all';

/**
 * A second report comes on a road of its own, and no id says of which refund: so they are counted. One report may
 * name several vouchers, all at one instant.
 */
function namingOf({ order }: KnownOrder): Naming {
  const refunds = refundsOf(order);
  const named = refunds.filter((one) => !isOrderRefund(one)).map((one) => one.occurredAt);
  if (named.length === 0) return 'none';
  const unnamed = refunds.filter((one) => one.ofOrder === 'unless_named');
  return new Set(named).size < unnamed.length ? 'some' : 'all';
}

interface Taken {
  readonly of: ReadonlyMap<string, Part>;
  readonly isUndecided?: boolean;
  /** It takes all that is left of the order. */
  readonly isAll?: boolean;
}

const NOTHING: Taken = { of: new Map() };

function decide(
  refund: OrderRefund,
  { used, leftFen, unusedFen, vouchers }: OrderMoney,
  naming: Naming,
): Taken {
  const { refundedFen, ofOrder } = refund;
  const isNamed = ofOrder === 'unless_named' ? naming : 'none';
  if (isNamed === 'all' || refundedFen === 0) return NOTHING;
  const each = (part: Part) => new Map(used.map(([id]) => [id, part]));
  const undecided: Taken = { of: each(undecidedPart(refund)), isUndecided: true };
  if (used.length === 0) return ofOrder === 'used' ? undecided : NOTHING;
  if (refundedFen === null) return undecided;
  if (leftFen !== null && refundedFen >= leftFen) return { of: each(WHOLE), isAll: true };
  if (isNamed === 'some' || used.some(([, one]) => one.isUnpriced)) return undecided;
  const isOfUsed = unusedFen !== null && unusedFen < vouchers && unusedFen < refundedFen;
  if (ofOrder !== 'used' && !isOfUsed) return undecided;
  const weights = used.map(([, one]) => one.paidFen);
  const usedFen = weights.reduce((sum, fen) => sum + fen, 0);
  // More than was used: a use is still to come.
  const isUndecided = ofOrder === 'used' && refundedFen > usedFen + used.length;
  if (refundedFen >= usedFen) return { of: each(WHOLE), isUndecided };
  const dealt = dealOut(refundedFen, weights);
  return { of: new Map(used.map(([id], index) => [id, partOf(dealt[index] ?? 0)])) };
}
