import { type BookedFact, type History, readHistory } from '../attribution/history.ts';
import { mirrorPlaces } from '../attribution/mirror.ts';
import {
  type Generations,
  generationsOf,
  type Known,
  type Marker,
  undoOf,
  withMirrors,
} from '../attribution/plan.ts';
import type { Event } from '../events/event.ts';
import type { Entry } from '../ledger/entry.ts';
import { revisionId } from '../ledger/entry-id.ts';
import { bookEntry, sameEntry } from './ledger.ts';
import { emptySlot, readSlot, type Slot } from './slots.ts';
import type { Table } from './table.ts';

export interface Booking {
  /** Every entry there is for these events, old and new, with what was undone and what undid it. */
  readonly standing: readonly Entry[];
  /** Entries that were not booked because a different one stands in their place: worth an alarm. */
  readonly conflicts: readonly Entry[];
  /** Reversals and refunds whose redemption is not known yet. */
  readonly waiting: readonly Event[];
  /** Entries that were booked now. */
  readonly booked: readonly Entry[];
  /** Another worker booked here at the same moment: read again, and book again. */
  readonly isRaced: boolean;
}

/**
 * Books what a voucher's or order's events amount to and is not booked yet. The order of arrival does
 * not matter: a reversal whose redemption is not known waits in its event, and is booked when the
 * redemption's own message comes. What was booked when less was known, and would not be today (an
 * earlier refund came later, a restatement knows another contract), is undone by an entry of its own.
 */
export async function bookEvents(
  table: Table,
  events: readonly Event[],
  known: Known,
  markers: readonly Marker[],
): Promise<Booking> {
  const history = readHistory(events);
  const standing: Entry[] = [];
  const conflicts: Entry[] = [];
  const booked: Entry[] = [];
  let isRaced = false;
  for (const line of history.booked) {
    const wanted = await wantedOf(table, line, history, generationsOf(line.event, known, markers));
    conflicts.push(...wanted.conflicts);
    standing.push(...wanted.slots.flatMap((slot) => slot.booked));
    for (const entry of wanted.missing) {
      const outcome = await bookEntry(table, entry);
      standing.push(outcome.entry);
      booked.push(outcome.entry);
      isRaced ||= outcome.conflict;
    }
  }
  return { standing, conflicts, waiting: history.waiting, booked, isRaced };
}

/** The entries that stand for events, without booking anything. */
export async function readBooked(
  table: Table,
  events: readonly Event[],
  known: Known,
  markers: readonly Marker[],
): Promise<Entry[]> {
  const standing: Entry[] = [];
  const history = readHistory(events);
  for (const line of history.booked) {
    const wanted = await wantedOf(table, line, history, generationsOf(line.event, known, markers));
    standing.push(...wanted.slots.flatMap((slot) => slot.booked));
  }
  return standing;
}

export interface Wanted {
  /** Every place of the ledger where this fact has or had an entry. */
  readonly slots: readonly Slot[];
  /** What must be booked, in order, for the ledger to net to what is known now. */
  readonly missing: readonly Entry[];
  readonly conflicts: readonly Entry[];
}

/** Compares what the ledger has for one fact with what it should have. */
export async function wantedOf(
  table: Table,
  { takings, isHeld }: Pick<BookedFact, 'takings' | 'isHeld'>,
  { takers }: History,
  { all, live }: Generations,
): Promise<Wanted> {
  const originals = await readSlots(
    table,
    all.flatMap((generation) => generation.originals),
  );
  // Mirrors are booked after what they mirror: where nothing is, there are none.
  const begun = originals.filter((slot) => slot.booked.length > 0).map((slot) => slot.place);
  const mirrors = await readSlots(
    table,
    takers.flatMap((taker) => mirrorPlaces(taker, begun)),
  );
  const slots = new Map([...originals, ...mirrors].map((slot) => [slot.place.entryId, slot]));
  const conflicts: Entry[] = [];
  const basis = live.originals.map((original) => {
    const standing = slots.get(original.entryId)?.standing ?? null;
    if (standing === null) return original;
    const inPlace = { ...standing, entryId: original.entryId };
    if (!isHeld && !sameEntry(inPlace, original)) conflicts.push(original);
    // A mirror is of what was booked, whatever would be booked today.
    return inPlace;
  });
  const wanted = isHeld ? [] : withMirrors(basis, takings);
  const missing = corrections(slots, wanted, live.restatementId);
  return { slots: [...slots.values()], missing, conflicts };
}

/** What stands and should not is undone before what should stand is booked. */
function corrections(
  slots: ReadonlyMap<string, Slot>,
  wanted: readonly Entry[],
  restatementId: string | null,
): Entry[] {
  const byPlace = new Map(wanted.map((entry) => [entry.entryId, entry]));
  const isRight = ({ place, standing }: Slot) => {
    const entry = byPlace.get(place.entryId);
    return standing !== null && entry !== undefined && sameInPlace(standing, entry);
  };
  const undone = [...slots.values()].flatMap((slot) =>
    slot.standing === null || isRight(slot) ? [] : [undoOf(slot.standing, restatementId)],
  );
  const added = wanted.flatMap((entry) => {
    const slot = slots.get(entry.entryId) ?? emptySlot(entry);
    return isRight(slot) ? [] : [{ ...entry, entryId: revisionId(entry.entryId, slot.next) }];
  });
  return [...undone, ...added];
}

function sameInPlace(standing: Entry, wanted: Entry): boolean {
  return sameEntry({ ...standing, entryId: wanted.entryId }, wanted);
}

async function readSlots(table: Table, places: readonly Entry[]): Promise<Slot[]> {
  const unique = new Map(places.map((place) => [place.entryId, place]));
  return Promise.all([...unique.values()].map((place) => readSlot(table, place)));
}
