import type { Entry } from '../ledger/entry.ts';
import type { Attributable } from './attributable.ts';
import { generationsOf, type Marker, type Terms } from './generations.ts';
import type { Reversal } from './reversing.ts';
import { withReversing } from './wanted.ts';

/** What entries come to: `redeemedFen` net of what was taken back, `paidFen` of refunds before use. */
export interface Sums {
  readonly paidFen: number;
  readonly redeemedFen: number;
  readonly commissionFen: number;
  /** How many entries that are. */
  readonly entryCount: number;
}

export const NO_SUMS: Sums = { paidFen: 0, redeemedFen: 0, commissionFen: 0, entryCount: 0 };

/** What a restatement would make of one fact. */
export interface Restated {
  /** The originals that stand without it. */
  readonly originals: readonly Entry[];
  readonly isChanged: boolean;
  readonly before: readonly Entry[];
  readonly after: readonly Entry[];
}

/**
 * One fact with and without a restatement: pure, so that a dry run says what the run will do.
 * @param markers those that stand, this restatement's own among them or not
 */
export function restate(
  { event, reversals }: { event: Attributable; reversals: readonly Reversal[] },
  terms: Terms,
  markers: readonly Marker[],
  marker: Marker,
): Restated {
  const others = markers.filter((one) => one.restatementId !== marker.restatementId);
  const without = generationsOf(event, terms, others).live;
  const within = generationsOf(event, terms, [...others, marker]).live;
  return {
    originals: without.originals,
    isChanged: within.restatementId === marker.restatementId,
    before: withReversing(without.originals, reversals),
    after: withReversing(within.originals, reversals),
  };
}

export function addEntries(sums: Sums, entries: readonly Entry[]): Sums {
  let { paidFen, redeemedFen, commissionFen } = sums;
  for (const entry of entries) {
    const isPayment = entry.kind === 'payment' || entry.kind === 'unused_refund';
    if (isPayment) paidFen += entry.amountFen;
    else redeemedFen += entry.amountFen;
    commissionFen += entry.commissionFen;
  }
  return { paidFen, redeemedFen, commissionFen, entryCount: sums.entryCount + entries.length };
}
