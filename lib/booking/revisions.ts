import type { Entry } from '../ledger/entry.ts';
import { correctionId, revisionId } from '../ledger/entry-id.ts';
import { entriesFrom } from '../store/ledger/entries.ts';
import type { Table } from '../store/table.ts';

/**
 * Where an entry has its place in the ledger. It may have stood there before and been corrected, because
 * a fact was restated or a reversal decided again; then it stands again under the next revision.
 */
export interface Revision {
  /** Its key's parts, with the entry id of the first revision. */
  readonly place: Entry;
  /** Everything that was ever booked here: each revision, and after it what corrected it. */
  readonly booked: readonly Entry[];
  /** What stands here: the last revision, unless it was corrected. */
  readonly standing: Entry | null;
  /** The revision that would be booked next. */
  readonly next: number;
}

/** Revisions and corrections begin with the first one's key, so that one query reads them all. */
export async function readRevision(table: Table, place: Entry): Promise<Revision> {
  const found = new Map<string, Entry>();
  for await (const entry of entriesFrom(table, place)) found.set(entry.entryId, entry);
  const booked: Entry[] = [];
  let standing: Entry | null = null;
  let next = 0;
  for (; ; next += 1) {
    const entry = found.get(revisionId(place.entryId, next));
    if (entry === undefined) break;
    const correction = found.get(correctionId(entry.entryId));
    booked.push(entry, ...(correction === undefined ? [] : [correction]));
    standing = correction === undefined ? entry : null;
  }
  return { place, booked, standing, next };
}

export function emptyRevision(place: Entry): Revision {
  return { place, booked: [], standing: null, next: 0 };
}
