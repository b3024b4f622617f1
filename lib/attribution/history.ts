import { type Event, isMadeUp, isMadeUpRefund, isUnpriced } from '../events/event.ts';
import type { Attributable } from './attributable.ts';
import { usesBeyondWorth } from './beyond-worth.ts';
import {
  type BookedFact,
  MatchedFact,
  refund,
  reversalOf,
  reverse,
  supersede,
} from './matching.ts';
import type { Reversal } from './reversing.ts';

/**
 * What one voucher's (or one order's) events amount to, whatever order they arrived in: the facts
 * that are booked, each with what takes it back, and what still waits for its other half.
 */
export interface History {
  booked: BookedFact[];
  /**
   * Everything that takes something back, whatever it takes back now. What it took back when less was
   * known may stand in the ledger, so its reversing entries are looked for under every booked fact.
   */
  allReversals: Reversal[];
  /**
   * Reversals and refunds whose redemption has not reached us yet, redemptions without an amount, and
   * refunds of which nobody reported how much of the payment they take back. Uses beyond a voucher's worth.
   */
  waiting: Event[];
}

export function readHistory(events: readonly Event[]): History {
  const history = readHolding(events, new Set());
  const held = usesBeyondWorth(history.booked);
  return held.size === 0 ? history : readHolding(events, held);
}

/** @param held events that are not booked, by what the others are worth */
function readHolding(events: readonly Event[], held: ReadonlySet<string>): History {
  const inOrder = [...events].sort(byTime);
  const attributable = inOrder.filter(isAttributable);
  const lines = attributable
    .filter((event) => !isToBeCompleted(event))
    .map((event) => new MatchedFact(event, held.has(event.eventId)));
  const unbooked = attributable.filter(isToBeCompleted);
  const history: History = { booked: lines, allReversals: [], waiting: unbooked };
  const unpriced = unbooked
    .filter((event) => isMadeUpAct(event))
    .map((event) => new MatchedFact(event));
  const { allReversals, matched } = supersede(lines, unpriced);
  history.allReversals.push(...allReversals);
  history.waiting = unbooked.filter((event) => !matched.has(event));
  history.waiting.push(...lines.filter((line) => line.isHeld).map((line) => line.event));
  const givenWay = refundsGivenWay(inOrder);
  for (const event of inOrder) {
    switch (event.kind) {
      case 'order.created':
      case 'order.paid':
      case 'order.cancelled':
      case 'voucher.issued':
      case 'voucher.redeemed':
      case 'voucher.refund_requested':
      case 'voucher.refund_failed':
      case 'voucher.billed':
      case 'settlement.posted':
      case 'booking.changed':
      case 'store.bound':
      case 'store.unbound':
      case 'contract.proposed':
      case 'contract.accepted':
      case 'contract.ended':
      case 'commission.changed':
        break;
      case 'voucher.redemption_reversed':
        for (const one of [event, asEstimated(event)]) {
          if (one !== null) history.allReversals.push(reversalOf(one, 'reversal', null));
        }
        if (!reverse(lines, event)) history.waiting.push(event);
        break;
      case 'voucher.refunded':
        history.allReversals.push(reversalOf(event, 'refund', null));
        if (givenWay.has(event)) break;
        if (!refund(lines, event)) history.waiting.push(event);
        break;
      default:
        event satisfies never;
    }
  }
  return history;
}

/** Refunds that were only seen as a state: each message of a refund of the same voucher takes the place of one. */
function refundsGivenWay(inOrder: readonly Event[]): ReadonlySet<Event> {
  const refunds = inOrder.filter((event) => event.kind === 'voucher.refunded');
  const left = new Map<string, number>();
  for (const event of refunds) {
    const named = isMadeUpRefund(event) ? 0 : 1;
    left.set(event.voucherId, (left.get(event.voucherId) ?? 0) + named);
  }
  const givenWay = new Set<Event>();
  for (const event of refunds.filter(isMadeUpRefund)) {
    const named = left.get(event.voucherId) ?? 0;
    if (named > 0) givenWay.add(event);
    left.set(event.voucherId, named - 1);
  }
  return givenWay;
}

/** The event as it may have been booked while its time was estimated; null where it never was. */
export function asEstimated<E extends Event>(event: E): E | null {
  const estimatedAt = 'estimatedAt' in event ? event.estimatedAt : undefined;
  return estimatedAt === undefined ? null : { ...event, occurredAt: estimatedAt };
}

function isAttributable(event: Event): event is Attributable {
  return event.kind === 'voucher.redeemed' || event.kind === 'order.paid';
}

/**
 * A notice that names the act but not what it is worth. Another road brings the same event complete;
 * to book it before would book it at nothing, and an entry is not changed.
 */
function isToBeCompleted(event: Attributable): boolean {
  if (event.kind !== 'voucher.redeemed' || event.complete) return false;
  return !isMadeUp(event.redemptionId) || isUnpriced(event);
}

function isMadeUpAct(event: Attributable): boolean {
  return event.kind === 'voucher.redeemed' && isMadeUp(event.redemptionId);
}

/** In the order of their own time, and always the same. */
export function byTime(a: Event, b: Event): number {
  const gap = Date.parse(a.occurredAt) - Date.parse(b.occurredAt);
  return gap !== 0 ? gap : a.eventId < b.eventId ? -1 : 1;
}
