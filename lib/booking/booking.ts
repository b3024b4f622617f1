import { type BookedFact, type History, readHistory } from '../attribution/history.ts';
import {
  correctionOf,
  type Generations,
  generationsOf,
  type Known,
  type Marker,
  withReversing,
} from '../attribution/plan.ts';
import { reversingPlaces } from '../attribution/reversing.ts';
import type { Event } from '../events/event.ts';
import type { Entry } from '../ledger/entry.ts';
import { revisionId } from '../ledger/entry-id.ts';
import { bookEntry, sameEntry } from '../store/ledger/entries.ts';
import type { Table } from '../store/table.ts';
import { emptyRevision, type Revision, readRevision } from './revisions.ts';

export interface Booking {
  /** Every entry there is for these events, old and new, with what was corrected and what undid it. */
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
 * earlier refund came later, a restatement knows another contract), is corrected by an entry of its own.
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
    standing.push(...wanted.revisions.flatMap((revision) => revision.booked));
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
    standing.push(...wanted.revisions.flatMap((revision) => revision.booked));
  }
  return standing;
}

export interface Wanted {
  /** Every place of the ledger where this fact has or had an entry. */
  readonly revisions: readonly Revision[];
  /** What must be booked, in order, for the ledger to net to what is known now. */
  readonly missing: readonly Entry[];
  readonly conflicts: readonly Entry[];
}

/** Compares what the ledger has for one fact with what it should have. */
export async function wantedOf(
  table: Table,
  { reversals, isHeld }: Pick<BookedFact, 'reversals' | 'isHeld'>,
  { allReversals }: History,
  { all, live }: Generations,
): Promise<Wanted> {
  const originals = await readRevisions(
    table,
    all.flatMap((generation) => generation.originals),
  );
  // Reverses are booked after what they reverse: where nothing is, there are none.
  const begun = originals
    .filter((revision) => revision.booked.length > 0)
    .map((revision) => revision.place);
  const reverses = await readRevisions(
    table,
    allReversals.flatMap((reversal) => reversingPlaces(reversal, begun)),
  );
  const revisions = new Map(
    [...originals, ...reverses].map((revision) => [revision.place.entryId, revision]),
  );
  const conflicts: Entry[] = [];
  const basis = live.originals.map((original) => {
    const standing = revisions.get(original.entryId)?.standing ?? null;
    if (standing === null) return original;
    const inPlace = { ...standing, entryId: original.entryId };
    if (!isHeld && !sameEntry(inPlace, original)) conflicts.push(original);
    // A reversing entry is of what was booked, whatever would be booked today.
    return inPlace;
  });
  const wanted = isHeld ? [] : withReversing(basis, reversals);
  const missing = corrections(revisions, wanted, live.restatementId);
  return { revisions: [...revisions.values()], missing, conflicts };
}

/** What stands and should not is corrected before what should stand is booked. */
function corrections(
  revisions: ReadonlyMap<string, Revision>,
  wanted: readonly Entry[],
  restatementId: string | null,
): Entry[] {
  const byPlace = new Map(wanted.map((entry) => [entry.entryId, entry]));
  const isRight = ({ place, standing }: Revision) => {
    const entry = byPlace.get(place.entryId);
    return standing !== null && entry !== undefined && sameInPlace(standing, entry);
  };
  const corrected = [...revisions.values()].flatMap((revision) =>
    revision.standing === null || isRight(revision)
      ? []
      : [correctionOf(revision.standing, restatementId)],
  );
  const added = wanted.flatMap((entry) => {
    const revision = revisions.get(entry.entryId) ?? emptyRevision(entry);
    return isRight(revision)
      ? []
      : [{ ...entry, entryId: revisionId(entry.entryId, revision.next) }];
  });
  return [...corrected, ...added];
}

function sameInPlace(standing: Entry, wanted: Entry): boolean {
  return sameEntry({ ...standing, entryId: wanted.entryId }, wanted);
}

async function readRevisions(table: Table, places: readonly Entry[]): Promise<Revision[]> {
  const unique = new Map(places.map((place) => [place.entryId, place]));
  return Promise.all([...unique.values()].map((place) => readRevision(table, place)));
}
