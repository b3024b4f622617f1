import { type Event, type EventOf, isMadeUp } from '../events/event.ts';
import type { Attributable } from './attribute.ts';
import type { Taking } from './mirror.ts';

/**
 * What one voucher's (or one order's) events amount to, whatever order they arrived in: the facts
 * that are booked, each with what takes it back, and what still waits for its other half.
 */
export interface History {
  booked: { event: Attributable; takings: Taking[] }[];
  /**
   * Everything that takes something back, whatever it takes back now. What it took back when less was
   * known may stand in the ledger, so its mirrors are looked for under every booked fact.
   */
  takers: Taking[];
  /** Reversals and refunds whose redemption has not reached us yet, redemptions without an amount. */
  waiting: Event[];
}

export function readHistory(events: readonly Event[]): History {
  const inOrder = [...events].sort(byTime);
  const attributable = inOrder.filter(isAttributable);
  const booked = attributable
    .filter((event) => !isToBeCompleted(event))
    .map((event) => ({ event, takings: [] as Taking[] }));
  const history: History = { booked, takers: [], waiting: attributable.filter(isToBeCompleted) };
  supersede(history);
  for (const event of inOrder) {
    switch (event.kind) {
      case 'order.created':
      case 'order.paid':
      case 'order.cancelled':
      case 'voucher.issued':
      case 'voucher.redeemed':
      case 'voucher.refund_requested':
      case 'voucher.refund_failed':
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
        history.takers.push(takingOf(event, 'reversal', null));
        reverse(history, event);
        break;
      case 'voucher.refunded':
        history.takers.push(takingOf(event, 'refund', null));
        refund(history, event);
        break;
      default:
        event satisfies never;
    }
  }
  return history;
}

function isAttributable(event: Event): event is Attributable {
  return event.kind === 'voucher.redeemed' || event.kind === 'order.paid';
}

/**
 * A notice that names the act but not what it is worth. Another road brings the same event complete;
 * to book it before would book it at nothing, and an entry is not changed.
 */
function isToBeCompleted(event: Attributable): boolean {
  return event.kind === 'voucher.redeemed' && !event.complete && !isMadeUp(event.redemptionId);
}

/** Redemptions that were only hinted at give way to the platform's own record of them. */
function supersede(history: History): void {
  const redeemed = history.booked.filter(({ event }) => event.kind === 'voucher.redeemed');
  if (!redeemed.some(({ event }) => event.complete)) return;
  for (const { event, takings } of redeemed) {
    if (event.complete) continue;
    const supersession: Taking = {
      eventId: `superseded:${event.eventId}`,
      kind: 'supersession',
      occurredAt: event.occurredAt,
      complete: true,
      paidFen: null,
    };
    takings.push(supersession);
    history.takers.push(supersession);
  }
}

function reverse(history: History, event: EventOf<'voucher.redemption_reversed'>): void {
  const target =
    event.redemptionId === null
      ? standingAt(history, event.occurredAt).at(-1)
      : redemption(history, event.redemptionId);
  if (target === undefined) {
    history.waiting.push(event);
    return;
  }
  target.takings.push(takingOf(event, 'reversal', null));
}

function refund(history: History, event: EventOf<'voucher.refunded'>): void {
  const payment = history.booked.find((booked) => booked.event.kind === 'order.paid');
  if (payment !== undefined && event.unusedFen !== null && event.unusedFen > 0) {
    payment.takings.push(takingOf(event, 'unused_refund', event.unusedFen));
  }
  if (payment !== undefined) return;
  if (event.takesBack === null) {
    for (const target of standingAt(history, event.occurredAt)) {
      target.takings.push(takingOf(event, 'refund', null));
    }
    return;
  }
  for (const { redemptionId, paidFen } of event.takesBack) {
    const target = redemption(history, redemptionId);
    if (target === undefined) history.waiting.push(event);
    else target.takings.push(takingOf(event, 'refund', paidFen));
  }
}

function redemption(history: History, redemptionId: string) {
  return history.booked.find(
    ({ event }) => event.kind === 'voucher.redeemed' && event.redemptionId === redemptionId,
  );
}

/** Redemptions at or before an instant that nothing has taken back yet. What was superseded was. */
function standingAt(history: History, instant: string) {
  return history.booked.filter(
    ({ event, takings }) =>
      event.kind === 'voucher.redeemed' &&
      Date.parse(event.occurredAt) <= Date.parse(instant) &&
      takings.length === 0,
  );
}

function takingOf(event: Event, kind: Taking['kind'], paidFen: number | null): Taking {
  const { eventId, occurredAt, complete } = event;
  return { eventId, kind, occurredAt, complete, paidFen };
}

function byTime(a: Event, b: Event): number {
  const gap = Date.parse(a.occurredAt) - Date.parse(b.occurredAt);
  return gap !== 0 ? gap : a.eventId < b.eventId ? -1 : 1;
}
