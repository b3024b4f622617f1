import type { Event } from '../events/event.ts';
import { readHistory } from './history.ts';
import { CLOCK_MARGIN_MS } from './matching.ts';

/** What stands of one voucher's uses. */
export interface Standing {
  /** The buyer's money in them, in fen. */
  readonly paidFen: number;
  readonly isUsed: boolean;
  /** A use of it waits for its worth. */
  readonly isUnpriced: boolean;
}

/** By all that these events report. */
export function standingOf(events: readonly Event[]): Standing {
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
  const isUnpriced = waiting.some((event) => event.kind === 'voucher.redeemed');
  return { paidFen, isUsed, isUnpriced };
}

/** By what had happened until an instant; where nothing stood yet, a use a moment later may be another clock's. */
export function standingAt(events: readonly Event[], instant: string): Standing {
  const atMs = Date.parse(instant);
  const known = (untilMs: number) =>
    events.filter((event) => {
      const limitMs = event.kind === 'voucher.redeemed' ? untilMs : atMs;
      return Date.parse(event.occurredAt) <= limitMs;
    });
  const before = standingOf(known(atMs));
  return before.isUsed || before.isUnpriced ? before : standingOf(known(atMs + CLOCK_MARGIN_MS));
}
