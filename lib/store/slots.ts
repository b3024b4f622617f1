import type { Entry } from '../ledger/entry.ts';
import { revisionId, undoId } from '../ledger/entry-id.ts';
import { entriesFrom } from './ledger.ts';
import type { Table } from './table.ts';

/**
 * Where an entry has its place in the ledger. It may have stood there before and been undone, because
 * a fact was restated or a taking decided again; then it stands again under the next revision.
 */
export interface Slot {
  /** Its key's parts, with the entry id of the first revision. */
  readonly place: Entry;
  /** Everything that was ever booked here: each revision, and after it what undid it. */
  readonly booked: readonly Entry[];
  /** What stands here: the last revision, unless it was undone. */
  readonly standing: Entry | null;
  /** The revision that would be booked next. */
  readonly next: number;
}

/** Revisions and undoings begin with the first one's key, so that one query reads them all. */
export async function readSlot(table: Table, place: Entry): Promise<Slot> {
  const found = new Map<string, Entry>();
  for await (const entry of entriesFrom(table, place)) found.set(entry.entryId, entry);
  const booked: Entry[] = [];
  let standing: Entry | null = null;
  let next = 0;
  for (; ; next += 1) {
    const entry = found.get(revisionId(place.entryId, next));
    if (entry === undefined) break;
    const undo = found.get(undoId(entry.entryId));
    booked.push(entry, ...(undo === undefined ? [] : [undo]));
    standing = undo === undefined ? entry : null;
  }
  return { place, booked, standing, next };
}

export function emptySlot(place: Entry): Slot {
  return { place, booked: [], standing: null, next: 0 };
}
