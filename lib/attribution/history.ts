import { type Event, type EventOf, isMadeUp } from '../events/event.ts';
import type { Attributable } from './attributable.ts';
import { usesBeyondWorth } from './beyond-worth.ts';
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
   * refunds of which nobody told how much of the payment they take back. Uses beyond a voucher's worth.
   */
  waiting: Event[];
}

export interface BookedFact {
  readonly event: Attributable;
  readonly reversals: Reversal[];
  /**
   * It waits, and nothing of it may stand in the ledger. It is among these because it may have been booked
   * when less was known.
   */
  readonly isHeld: boolean;
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
    .map((event) => new Line(event, held.has(event.eventId)));
  const unbooked = attributable.filter(isToBeCompleted);
  const history: History = { booked: lines, allReversals: [], waiting: unbooked };
  const unpriced = unbooked.filter((event) => isMadeUpAct(event)).map((event) => new Line(event));
  const { allReversals, matched } = supersede(lines, unpriced);
  history.allReversals.push(...allReversals);
  history.waiting = unbooked.filter((event) => !matched.has(event));
  history.waiting.push(...lines.filter((line) => line.isHeld).map((line) => line.event));
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
        history.allReversals.push(reversalOf(event, 'reversal', null));
        if (!reverse(lines, event)) history.waiting.push(event);
        break;
      case 'voucher.refunded':
        history.allReversals.push(reversalOf(event, 'refund', null));
        if (!refund(lines, event)) history.waiting.push(event);
        break;
      default:
        event satisfies never;
    }
  }
  return history;
}

/** One booked fact, and how much of the buyer's money in it nothing has taken back yet. */
class Line implements BookedFact {
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

/** A till that was not told told nothing either; what it told since stands in the amounts. */
function isUnpriced({ unpriced, amounts }: EventOf<'voucher.redeemed'>): boolean {
  return unpriced === true && amounts.originalFen === 0;
}

function isMadeUpAct(event: Attributable): boolean {
  return event.kind === 'voucher.redeemed' && isMadeUp(event.redemptionId);
}

/**
 * Redemptions that were only hinted at give way to the platform's own records of them: each record to
 * one, the nearest in time, because a times card is hinted at once for each use.
 * @param unpriced those of them that are not booked: they wait no longer
 */
function supersede(
  lines: readonly Line[],
  unpriced: readonly Line[],
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
  const matched = new Set<Line>();
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

function supersessionOf({ event: { eventId, occurredAt } }: Line): Reversal {
  return {
    ...{ eventId: `superseded:${eventId}`, kind: 'supersession', occurredAt },
    ...{ complete: true, paidFen: null },
  };
}

function gapOf(a: Line, b: Line): number {
  return Math.abs(Date.parse(a.event.occurredAt) - Date.parse(b.event.occurredAt));
}

/** @returns false when the redemption is not known yet */
function reverse(lines: readonly Line[], event: EventOf<'voucher.redemption_reversed'>): boolean {
  const target =
    event.redemptionId === null
      ? standingAt(lines, event.occurredAt).at(-1)
      : redemption(lines, event.redemptionId);
  target?.take(reversalOf(event, 'reversal', null));
  return target !== undefined;
}

/**
 * @returns false when a redemption that it names is not known yet, or nobody told how much of the
 *   payment it takes back: nothing is not the same as unknown
 */
function refund(lines: readonly Line[], event: EventOf<'voucher.refunded'>): boolean {
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
    // Told to be of a use (nothing of it was unused), and there is none: its use is still to come.
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
 * Which uses it takes back was not told. Told how much, that much is taken, from the latest use back;
 * told nothing, all. What the order's payment loses (`unusedFen`) has no say in it: whether a voucher was
 * used, its own history knows better than a platform that does not tell.
 */
function refundWhatStands(standing: readonly Line[], event: EventOf<'voucher.refunded'>): void {
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

function redemption(lines: readonly Line[], redemptionId: string): Line | undefined {
  return lines.find(
    ({ event }) => event.kind === 'voucher.redeemed' && event.redemptionId === redemptionId,
  );
}

/**
 * How far the clocks of two roads may be apart: a platform's notice is dated by its clock, and a use that
 * its answer does not date by ours.
 */
const CLOCK_MARGIN_MS = 120_000;

/**
 * Redemptions at or before an instant that nothing has taken back whole; where there is none, those of a
 * moment later, which another clock may have dated. What was superseded was taken back.
 */
function standingAt(lines: readonly Line[], instant: string): Line[] {
  const atMs = Date.parse(instant);
  const until = (endMs: number) =>
    lines.filter(
      ({ event, isStanding }) =>
        event.kind === 'voucher.redeemed' && Date.parse(event.occurredAt) <= endMs && isStanding,
    );
  const before = until(atMs);
  return before.length > 0 ? before : until(atMs + CLOCK_MARGIN_MS);
}

function isRefunded({ reversals }: Line): boolean {
  return reversals.some(({ kind }) => kind === 'refund');
}

function reversalOf(event: Event, kind: Reversal['kind'], paidFen: number | null): Reversal {
  const { eventId, occurredAt, complete } = event;
  return { eventId, kind, occurredAt, complete, paidFen };
}

function byTime(a: Event, b: Event): number {
  const gap = Date.parse(a.occurredAt) - Date.parse(b.occurredAt);
  return gap !== 0 ? gap : a.eventId < b.eventId ? -1 : 1;
}
