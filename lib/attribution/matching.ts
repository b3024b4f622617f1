import type { Event, EventOf } from '../events/event.ts';
import type { Attributable } from './attributable.ts';
import type { Reversal } from './reversing.ts';

/** A fact that opens entries, and what takes it back. */
export interface BookedFact {
  readonly event: Attributable;
  readonly reversals: Reversal[];
  /**
   * It waits, and nothing of it may stand in the ledger. It is among these because it may have been booked
   * when less was known.
   */
  readonly isHeld: boolean;
}

/** One booked fact, and how much of the buyer's money in it nothing has taken back yet. */
export class MatchedFact implements BookedFact {
  readonly event: Attributable;
  readonly isHeld: boolean;
  readonly reversals: Reversal[] = [];
  leftFen: number;
  isStanding: boolean;

  constructor(event: Attributable, isHeld = false) {
    this.event = event;
    this.isHeld = isHeld;
    this.isStanding = !isHeld;
    this.leftFen = isHeld ? 0 : event.amounts.paidFen;
  }

  /** @param paidFen null, or no less than what is left, takes all */
  take(reversal: Reversal): void {
    const { paidFen } = reversal;
    const isWhole = paidFen === null || paidFen >= this.leftFen;
    const same = this.reversals.find((one) => one.eventId === reversal.eventId);
    // Taken in vain from what is gone, its reversing entries come to nothing.
    const taken = isWhole && this.isStanding ? null : paidFen;
    if (same === undefined) this.reversals.push({ ...reversal, paidFen: taken });
    else same.paidFen = taken === null || same.paidFen === null ? null : same.paidFen + taken;
    this.leftFen -= isWhole ? this.leftFen : paidFen;
    if (isWhole) this.isStanding = false;
  }
}

/**
 * Redemptions that were only hinted at give way to the platform's own records of them: each record to
 * one, the nearest in time, because a times card is hinted at once for each use.
 * @param unpriced those of them that are not booked: they wait no longer
 */
export function supersede(
  lines: readonly MatchedFact[],
  unpriced: readonly MatchedFact[],
): { readonly allReversals: Reversal[]; readonly matched: ReadonlySet<Event> } {
  const redeemed = lines.filter(({ event }) => event.kind === 'voucher.redeemed');
  const records = redeemed.filter(({ event }) => event.complete);
  const hints = redeemed.filter(({ event }) => !event.complete);
  const pairs = [...hints, ...unpriced]
    .flatMap((hinted) =>
      records.map((record) => ({ hinted, record, gapMs: gapOf(hinted, record) })),
    )
    // Lines are in order of time and id, and sorting keeps that order among equal gaps.
    .sort((a, b) => a.gapMs - b.gapMs);
  const matched = new Set<MatchedFact>();
  for (const { hinted, record } of pairs) {
    if (matched.has(hinted) || matched.has(record)) continue;
    matched.add(hinted).add(record);
    hinted.take(supersessionOf(hinted));
  }
  return {
    // Also of those that no record matches now: one that came in between may match another since.
    allReversals: hints.map(supersessionOf),
    matched: new Set([...matched].map(({ event }) => event)),
  };
}

function supersessionOf({ event: { eventId, occurredAt } }: MatchedFact): Reversal {
  return {
    ...{ eventId: `superseded:${eventId}`, kind: 'supersession', occurredAt },
    ...{ complete: true, paidFen: null },
  };
}

function gapOf(a: MatchedFact, b: MatchedFact): number {
  return Math.abs(Date.parse(a.event.occurredAt) - Date.parse(b.event.occurredAt));
}

/** @returns false when the redemption is not known yet */
export function reverse(
  lines: readonly MatchedFact[],
  event: EventOf<'voucher.redemption_reversed'>,
): boolean {
  const target =
    event.redemptionId === null
      ? standingAt(lines, event.occurredAt).at(-1)
      : redemption(lines, event.redemptionId);
  target?.take(reversalOf(event, 'reversal', null));
  return target !== undefined;
}

/**
 * @returns false when a redemption that it names is not known yet, or nobody reported how much of the
 *   payment it takes back: nothing is not the same as unknown
 */
export function refund(lines: readonly MatchedFact[], event: EventOf<'voucher.refunded'>): boolean {
  const payment = lines.find((line) => line.event.kind === 'order.paid');
  const { unusedFen, takesBack } = event;
  let isComplete = unusedFen !== null;
  if (payment !== undefined) {
    if (unusedFen !== null && unusedFen > 0) {
      payment.take(reversalOf(event, 'unused_refund', unusedFen));
    }
    return isComplete;
  }
  if (takesBack === null) {
    const standing = standingAt(lines, event.occurredAt);
    refundWhatStands(standing, event);
    // Reported to be of a use (nothing of it was unused), and there is none: its use is still to come.
    const isEarly = unusedFen === 0 && standing.length === 0 && !lines.some(isRefunded);
    return isComplete && !isEarly;
  }
  for (const { redemptionId, paidFen } of takesBack) {
    const target = redemption(lines, redemptionId);
    target?.take(reversalOf(event, 'refund', paidFen));
    isComplete &&= target !== undefined;
  }
  return isComplete;
}

/**
 * The platform did not report which uses the refund takes back. Where it reported an amount, that much is
 * taken, from the latest use back; else all. What the order's payment loses (`unusedFen`) has no say in it: whether a voucher was
 * used, its own history knows better than a platform that does not report it.
 */
function refundWhatStands(
  standing: readonly MatchedFact[],
  event: EventOf<'voucher.refunded'>,
): void {
  const allFen = standing.reduce((sum, line) => sum + line.leftFen, 0);
  let usedFen = event.refundedFen ?? allFen;
  const isWhole = usedFen >= allFen;
  for (const line of standing.toReversed()) {
    if (!isWhole && usedFen === 0) return;
    // A part is of the buyer's money, and nothing was paid for this use.
    if (!isWhole && line.leftFen === 0) continue;
    const partFen = Math.min(usedFen, line.leftFen);
    usedFen -= partFen;
    line.take(reversalOf(event, 'refund', isWhole ? null : partFen));
  }
}

function redemption(lines: readonly MatchedFact[], redemptionId: string): MatchedFact | undefined {
  return lines.find(
    ({ event }) => event.kind === 'voucher.redeemed' && event.redemptionId === redemptionId,
  );
}

/**
 * How far the clocks of two roads may be apart: a platform's notice is dated by its clock, and a use that
 * its answer does not date by ours.
 */
export const CLOCK_MARGIN_MS = 120_000;

/**
 * Redemptions at or before an instant that nothing has taken back whole; where there is none, those of a
 * moment later, which another clock may have dated. What was superseded was taken back.
 */
function standingAt(lines: readonly MatchedFact[], instant: string): MatchedFact[] {
  const atMs = Date.parse(instant);
  const until = (endMs: number) =>
    lines.filter(
      ({ event, isStanding }) =>
        event.kind === 'voucher.redeemed' && Date.parse(event.occurredAt) <= endMs && isStanding,
    );
  const before = until(atMs);
  return before.length > 0 ? before : until(atMs + CLOCK_MARGIN_MS);
}

function isRefunded({ reversals }: MatchedFact): boolean {
  return reversals.some(({ kind }) => kind === 'refund');
}

export function reversalOf(event: Event, kind: Reversal['kind'], paidFen: number | null): Reversal {
  const { eventId, occurredAt, complete } = event;
  return { eventId, kind, occurredAt, complete, paidFen };
}
