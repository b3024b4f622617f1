import type { Event } from '../events/event.ts';
import type { Entry } from '../ledger/entry.ts';
import type { Attributable } from './attributable.ts';
import { type Generations, generationsOf, type Marker, type Terms } from './generations.ts';
import { asEstimated, readHistory } from './history.ts';
import { type Reversal, reversingEntries, reversingPlaces } from './reversing.ts';

/** What the ledger must hold for the events of one voucher or one order. */
export interface Wanted {
  readonly facts: readonly WantedFact[];
  /** Events that book nothing yet: see `History`. */
  readonly waiting: readonly Event[];
}

/** A payment or a redemption, with everything that decides about its entries. */
export interface WantedFact extends Generations {
  readonly event: Attributable;
  /** What takes it back, in the order of the reversals' own time. */
  readonly reversals: readonly Reversal[];
  /** Nothing of it may stand in the ledger: it waits. */
  readonly isHeld: boolean;
  /** Every reversal of the voucher or order: when less was known, it may have taken back this fact. */
  readonly everyReversal: readonly Reversal[];
}

/**
 * Events → the entries that the ledger must hold for them. It reads nothing and writes nothing, and the
 * order in which the events arrived makes no difference. Three questions are answered, one after another:
 *
 * 1. *What happened?* `readHistory` sorts the events by their own time. A payment and a redemption each
 *    become a fact. A reversal or a refund is matched to the facts that it takes back. What lacks its
 *    other half waits.
 * 2. *Whose is it?* `generationsOf` attributes a fact by the terms that were known when its event was
 *    recorded, and once more for each restatement (marker) of its day. Each of these attributions is a
 *    generation. The live one must stand; whatever stands of the others must be corrected.
 * 3. *What is taken back?* `entriesOf` adds to the live originals the entries that reverse them: opposite
 *    amounts of what stands, never worked out anew from contracts or rates.
 *
 * `lib/booking` looks up what the ledger has at `placesOf` and `reversingPlacesOf`, compares it with
 * `entriesOf`, and books the difference.
 */
export function wantedEntries(
  events: readonly Event[],
  terms: Terms,
  markers: readonly Marker[],
): Wanted {
  const { booked, allReversals, waiting } = readHistory(events);
  const facts = booked.map(({ event, reversals, isHeld }) => {
    const { all, live } = generationsOf(event, terms, markers);
    const before = asEstimated(event);
    const former = before === null ? [] : generationsOf(before, terms, markers).all;
    const generations = { all: [...all, ...former], live };
    return { event, reversals, isHeld, everyReversal: allReversals, ...generations };
  });
  return { facts, waiting };
}

/** Where the ledger may have an original of this fact, of whichever generation. */
export function placesOf({ all }: Pick<WantedFact, 'all'>): Entry[] {
  return all.flatMap(({ originals }) => originals);
}

/** Where the ledger may have entries that reverse these originals of the fact. */
export function reversingPlacesOf(
  { everyReversal }: Pick<WantedFact, 'everyReversal'>,
  originals: readonly Entry[],
): Entry[] {
  return everyReversal.flatMap((reversal) => reversingPlaces(reversal, originals));
}

/**
 * The entries that must stand for a fact: its live originals, and what reverses them.
 * @param standing what stands at an original's place already. It is not booked again, and what reverses
 *   it is measured on it, whatever would be booked today
 */
export function entriesOf(
  { isHeld, live, reversals }: Pick<WantedFact, 'isHeld' | 'live' | 'reversals'>,
  standing: (original: Entry) => Entry | null = () => null,
): Entry[] {
  if (isHeld) return [];
  return withReversing(
    live.originals.map((original) => standing(original) ?? original),
    reversals,
  );
}

/** Originals with every entry that reverses them, in the order of the reversals' own time. */
export function withReversing(
  originals: readonly Entry[],
  reversals: readonly Reversal[],
): Entry[] {
  const own = [...originals];
  for (const reversal of reversals) own.push(...reversingEntries(reversal, own));
  return own;
}
