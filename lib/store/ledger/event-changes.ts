import { contradicts, hasEstimatedTime } from '../../events/contradicts.ts';
import { type Event, type EventOf, isUnpriced } from '../../events/event.ts';
import { businessDayOf } from '../../time/shanghai.ts';
import type { Condition } from '../table.ts';

const STILL_INCOMPLETE: Condition = {
  expression: '#complete = :no',
  names: { '#complete': 'complete' },
  values: { ':no': false },
};

const STILL_ESTIMATED: Condition = {
  expression: '#estimated = :yes',
  names: { '#estimated': 'isTimeEstimated' },
  values: { ':yes': true },
};

const STILL_WITHOUT_STORE: Condition = {
  expression: '#storeId = :none',
  names: { '#storeId': 'storeId' },
  values: { ':none': null },
};

/** Nobody said its worth, or changed anything else of it. */
function stillUnpriced({ occurredAt, storeId }: EventOf<'voucher.redeemed'>): Condition {
  return {
    expression: '#unpriced = :yes AND #at = :at AND #storeId = :store',
    names: { '#unpriced': 'unpriced', '#at': 'occurredAt', '#storeId': 'storeId' },
    values: { ':yes': true, ':at': occurredAt, ':store': storeId },
  };
}

/** What a later report of an event makes of it, and what it must still be for that. */
export function changeOf(
  other: Event,
  event: Event,
): 'none' | 'conflict' | { readonly event: Event; readonly ifStill: Condition } {
  if (!other.complete && event.complete) {
    return { event: completed(other, event), ifStill: STILL_INCOMPLETE };
  }
  if (!other.complete && isUnpriced(other) && saysWorth(event)) {
    return { event: priced(other, event), ifStill: stillUnpriced(other) };
  }
  if (other.complete === event.complete && contradicts(other, event)) return 'conflict';
  if (reportsTime(other, event)) {
    const named = namesStore(other, event) ? withStore(other, event) : other;
    return { event: atReportedTime(named, other, event), ifStill: STILL_ESTIMATED };
  }
  if (!namesStore(other, event)) return 'none';
  return { event: withStore(other, event), ifStill: STILL_WITHOUT_STORE };
}

/**
 * A complete event in an incomplete one's place. A payment was booked already, so it also keeps the
 * time it was recorded at, which decides what was known, and no store until now.
 */
function completed(other: Event, event: Event): Event {
  if (reportsTime(other, event)) return atReportedTime(event, other, event);
  const { occurredAt, recordedAt } = other;
  if (other.kind === 'order.paid' && event.kind === 'order.paid') {
    const kept = { ...event, occurredAt, recordedAt };
    return namesStore(other, event) ? { ...kept, storeReportedAt: event.recordedAt } : kept;
  }
  return hasEstimatedTime(other) ? { ...event, occurredAt } : atKnownTime(event, occurredAt);
}

/** Two clocks never agree to the second: a correction costs two entries, and would move nothing. */
const AS_ESTIMATED_MS = 60_000;

/** Whether a later report has the time that the first one only estimated, and it is another. */
function reportsTime(before: Event, event: Event): boolean {
  if (!hasEstimatedTime(before) || hasEstimatedTime(event)) return false;
  const gapMs = Math.abs(Date.parse(before.occurredAt) - Date.parse(event.occurredAt));
  const isSameDay = businessDayOf(before.occurredAt) === businessDayOf(event.occurredAt);
  return gapMs > AS_ESTIMATED_MS || !isSameDay;
}

/** @param before as it may have been booked */
function atReportedTime(fact: Event, { occurredAt: estimatedAt }: Event, event: Event): Event {
  const known = atKnownTime(fact, event.occurredAt);
  return mayBeEstimated(known) ? { ...known, estimatedAt } : known;
}

function atKnownTime(fact: Event, occurredAt: string): Event {
  if (!mayBeEstimated(fact)) return { ...fact, occurredAt };
  const { isTimeEstimated: _, ...known } = fact;
  return { ...known, occurredAt };
}

function mayBeEstimated(
  event: Event,
): event is EventOf<'voucher.redeemed'> | EventOf<'voucher.redemption_reversed'> {
  return event.kind === 'voucher.redeemed' || event.kind === 'voucher.redemption_reversed';
}

function saysWorth(event: Event): event is EventOf<'voucher.redeemed'> {
  return event.kind === 'voucher.redeemed' && !isUnpriced(event);
}

/** With the worth that a later report has, which is no more complete; and with its time, where that was estimated. */
function priced(other: EventOf<'voucher.redeemed'>, event: EventOf<'voucher.redeemed'>): Event {
  const { unpriced: _, ...known } = other;
  const worth = { ...known, amounts: event.amounts };
  return reportsTime(other, event) ? atReportedTime(worth, other, event) : worth;
}

type WithStore = EventOf<'order.paid'> | EventOf<'voucher.redeemed'>;

/** Whether a later report names the store that the first one did not. */
function namesStore(other: Event, event: Event): boolean {
  const before = mayHaveStore(other) && other.storeId === null;
  return before && mayHaveStore(event) && event.storeId !== null;
}

function withStore(other: Event, event: Event): Event {
  if (!mayHaveStore(other) || !mayHaveStore(event)) return other;
  return { ...other, storeId: event.storeId, storeReportedAt: event.recordedAt };
}

function mayHaveStore(event: Event): event is WithStore {
  return event.kind === 'order.paid' || event.kind === 'voucher.redeemed';
}
