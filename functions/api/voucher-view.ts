import { readHistory } from '../../lib/attribution/history.ts';
import type { Event } from '../../lib/events/event.ts';
import type { Entry } from '../../lib/ledger/entry.ts';
import type { StreamState } from '../../lib/store/ledger/restatements.ts';

/** What a voucher's stream holds: its events in order, and those that wait for their other half. */
export interface VoucherView {
  readonly events: readonly Event[];
  readonly waiting: readonly Event[];
}

export function wholeView(histories: readonly StreamState[]): VoucherView {
  const events = onceEach(histories.flatMap((history) => history.events));
  return {
    events: events.sort((a, b) => Date.parse(a.occurredAt) - Date.parse(b.occurredAt)),
    waiting: onceEach(histories.flatMap(waitingIn)),
  };
}

/** A refund of what was used has nothing to wait for in its order's history, the second. */
function waitingIn({ events }: StreamState, index: number): Event[] {
  const { waiting } = readHistory(events);
  const isOrders = index > 0;
  return waiting.filter(
    (one) => !isOrders || one.kind !== 'voucher.refunded' || one.unusedFen !== 0,
  );
}

/**
 * What a provider may see of it: everything where all that is booked is booked to it too. Where a use is
 * another provider's, or may become one's, only the events behind its own entries are left, and of a
 * refund only what it took from its own uses.
 * @param entries the provider's own
 */
export function ownView(histories: readonly StreamState[], entries: readonly Entry[]): VoucherView {
  const whole = wholeView(histories);
  const own = new Set(entries.map((entry) => entry.eventId));
  const booked = histories.flatMap((history) => readHistory(history.events).booked);
  const isAlone = booked.every(({ event }) => own.has(event.eventId));
  const waiting = whole.waiting.filter((event) => own.has(event.eventId));
  if (isAlone && waiting.length === whole.waiting.length) return whole;
  const events = whole.events.filter((event) => own.has(event.eventId));
  return { events: events.map((event) => withoutOthers(event, entries)), waiting };
}

/** What was refunded in all would show what the others' uses were worth. */
function withoutOthers(event: Event, entries: readonly Entry[]): Event {
  if (event.kind !== 'voucher.refunded') return event;
  const ofIt = entries.filter((entry) => entry.eventId === event.eventId);
  const uses = new Set(entries.map((entry) => entry.redemptionId));
  return {
    ...event,
    refundedFen: null,
    takesBack: event.takesBack?.filter(({ redemptionId }) => uses.has(redemptionId)) ?? null,
    unusedFen: ofIt.some((entry) => entry.kind === 'unused_refund') ? event.unusedFen : null,
  };
}

/** A refund is in its voucher's history and in its order's. */
function onceEach(events: readonly Event[]): Event[] {
  return [...new Map(events.map((event) => [event.eventId, event])).values()];
}
