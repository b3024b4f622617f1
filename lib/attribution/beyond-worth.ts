import { wholeFen } from '../events/event.ts';
import type { Attributable } from './attributable.ts';
import type { Reversal } from './reversing.ts';

interface Booked {
  readonly event: Attributable;
  readonly reversals: readonly Reversal[];
}

/** The platform may round each use of a card by itself. */
const ROUNDING_FEN_PER_USE = 1;

/**
 * The uses of a voucher that come to more than it is worth, latest first: a platform that reports neither
 * how often a voucher may be used nor what one use is worth reports each use as the whole. What was taken
 * back at the till is no use; what was refunded is.
 * @param booked the facts of one voucher, in the order of their own time
 * @returns ids of events; none where nobody reported the voucher's worth
 */
export function usesBeyondWorth(booked: readonly Booked[]): ReadonlySet<string> {
  const beyond = new Set<string>();
  const worthFen = Math.max(-1, ...booked.flatMap(({ event }) => worthIn(event)));
  if (worthFen < 0) return beyond;
  let usedFen = 0;
  let uses = 0;
  for (const { event, reversals } of booked) {
    if (event.kind !== 'voucher.redeemed' || reversals.some(isUndoing)) continue;
    const fen = wholeFen(event.amounts);
    if (usedFen + fen > worthFen + (uses + 1) * ROUNDING_FEN_PER_USE) {
      beyond.add(event.eventId);
      continue;
    }
    usedFen += fen;
    uses += 1;
  }
  return beyond;
}

function worthIn(event: Attributable): number[] {
  return event.kind === 'voucher.redeemed' && event.worthFen !== undefined ? [event.worthFen] : [];
}

function isUndoing({ kind, paidFen }: Reversal): boolean {
  return (kind === 'reversal' || kind === 'supersession') && paidFen === null;
}
