import type { Marker, Terms } from '../attribution/generations.ts';
import { correctionOf } from '../attribution/reversing.ts';
import {
  entriesOf,
  placesOf,
  reversingPlacesOf,
  type WantedFact,
  wantedEntries,
} from '../attribution/wanted.ts';
import type { Event } from '../events/event.ts';
import type { Entry } from '../ledger/entry.ts';
import { revisionId } from '../ledger/entry-id.ts';
import { bookEntry, sameEntry } from '../store/ledger/entries.ts';
import type { Table } from '../store/table.ts';
import { emptyRevision, type Revision, readRevision } from './revisions.ts';

export interface Booking {
  /** Every entry there is for these events, old and new, with what was corrected and its correction. */
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

export const NOTHING_BOOKED: Booking = {
  ...{ standing: [], conflicts: [], waiting: [], booked: [] },
  isRaced: false,
};

/**
 * Books what `wantedEntries` asks for and the ledger does not have. The order of arrival does not matter:
 * a reversal whose redemption is not known waits in its event, and is booked when the redemption's own
 * message comes. An entry that was booked when less was known, and would not be booked today (an earlier
 * refund came later, a restatement knows another contract), is corrected by an entry of its own.
 */
export async function bookEvents(
  table: Table,
  events: readonly Event[],
  terms: Terms,
  markers: readonly Marker[],
  now: () => number = Date.now,
): Promise<Booking> {
  const { facts, waiting } = wantedEntries(events, terms, markers);
  const standing: Entry[] = [];
  const conflicts: Entry[] = [];
  const booked: Entry[] = [];
  let isRaced = false;
  for (const fact of facts) {
    const compared = await compareFact(table, fact);
    conflicts.push(...compared.conflicts);
    standing.push(...compared.revisions.flatMap((revision) => revision.booked));
    for (const entry of compared.missing) {
      const outcome = await bookEntry(table, entry, now);
      standing.push(outcome.entry);
      booked.push(outcome.entry);
      isRaced ||= outcome.conflict;
    }
  }
  return { standing, conflicts, waiting, booked, isRaced };
}

/** The entries that stand for events, without booking anything. */
export async function readBooked(
  table: Table,
  events: readonly Event[],
  terms: Terms,
  markers: readonly Marker[],
): Promise<Entry[]> {
  const standing: Entry[] = [];
  for (const fact of wantedEntries(events, terms, markers).facts) {
    const { revisions } = await compareFact(table, fact);
    standing.push(...revisions.flatMap((revision) => revision.booked));
  }
  return standing;
}

export interface Comparison {
  /** Every place of the ledger where this fact has or had an entry. */
  readonly revisions: readonly Revision[];
  /** What must be booked, in order, for the ledger to net to what is known now. */
  readonly missing: readonly Entry[];
  readonly conflicts: readonly Entry[];
}

/** Compares what the ledger has for one fact with what it should have. */
export async function compareFact(table: Table, fact: WantedFact): Promise<Comparison> {
  const originals = await readRevisions(table, placesOf(fact));
  // A reversing entry is booked after its original: where no original is, there is none.
  const begun = originals
    .filter((revision) => revision.booked.length > 0)
    .map((revision) => revision.place);
  const reversing = await readRevisions(table, reversingPlacesOf(fact, begun));
  const revisions = new Map(
    [...originals, ...reversing].map((revision) => [placeOf(revision.place), revision]),
  );
  /** What stands at an original's place, under the id of the first revision. */
  const standing = (original: Entry): Entry | null => {
    const entry = revisions.get(placeOf(original))?.standing ?? null;
    return entry && { ...entry, entryId: original.entryId };
  };
  const differs = (original: Entry): boolean => {
    const entry = standing(original);
    return entry !== null && !sameEntry(entry, original);
  };
  return {
    revisions: [...revisions.values()],
    missing: missingOf(revisions, entriesOf(fact, standing), fact.live.restatementId),
    conflicts: fact.isHeld ? [] : fact.live.originals.filter(differs),
  };
}

/** What stands and should not is corrected before what should stand is booked. */
function missingOf(
  revisions: ReadonlyMap<string, Revision>,
  wanted: readonly Entry[],
  restatementId: string | null,
): Entry[] {
  const byPlace = new Map(wanted.map((entry) => [placeOf(entry), entry]));
  const isRight = ({ place, standing }: Revision) => {
    const entry = byPlace.get(placeOf(place));
    return standing !== null && entry !== undefined && sameInPlace(standing, entry);
  };
  const corrections = [...revisions.values()].flatMap((revision) =>
    revision.standing === null || isRight(revision)
      ? []
      : [correctionOf(revision.standing, restatementId)],
  );
  const additions = wanted.flatMap((entry) => {
    const revision = revisions.get(placeOf(entry)) ?? emptyRevision(entry);
    return isRight(revision)
      ? []
      : [{ ...entry, entryId: revisionId(entry.entryId, revision.next) }];
  });
  return [...corrections, ...additions];
}

/** One id stands at two instants where an estimated time was corrected. */
function placeOf({ occurredAt, entryId }: Entry): string {
  return `${Date.parse(occurredAt)} ${entryId}`;
}

function sameInPlace(standing: Entry, wanted: Entry): boolean {
  return sameEntry({ ...standing, entryId: wanted.entryId }, wanted);
}

async function readRevisions(table: Table, places: readonly Entry[]): Promise<Revision[]> {
  const unique = new Map(places.map((place) => [placeOf(place), place]));
  return Promise.all([...unique.values()].map((place) => readRevision(table, place)));
}
