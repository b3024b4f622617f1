import { readHistory } from '../../lib/attribution/history.ts';
import { generationsOf } from '../../lib/attribution/plan.ts';
import type { Entry } from '../../lib/ledger/entry.ts';
import { foldEntries } from '../../lib/ledger/fold.ts';
import { wantedOf } from '../../lib/store/booking.ts';
import { readStoreDay } from '../../lib/store/folds.ts';
import { entriesForward } from '../../lib/store/ledger.ts';
import { type Difference, readState } from '../../lib/store/restatements.ts';
import { subjectOf } from '../../lib/store/subjects.ts';
import type { Table } from '../../lib/store/table.ts';
import type { AttributeDeps } from './deps.ts';
import { type Finding, NOTHING_FOUND } from './findings.ts';
import type { Knowledge } from './knowledge.ts';
import { isOriginal } from './restate.ts';

/**
 * Computes again, from the events, what one entry's fact should have in the ledger, and compares.
 * Each entry must be one that its events explain; what a fact lacks is told at its first entry.
 */
export async function compareEntry(
  entry: Entry,
  knowledge: Knowledge,
  { table }: AttributeDeps,
): Promise<Finding> {
  // The month's closing booked it, from totals and not from events.
  if (entry.kind === 'tier') return NOTHING_FOUND;
  const state = await readState(table, subjectOf(entry));
  const known = await knowledge(entry.platform, entry.merchantId);
  const history = readHistory(state.events);
  for (const line of history.booked) {
    const generations = generationsOf(line.event, known, state.markers);
    const { slots, missing, conflicts } = await wantedOf(table, line, history, generations);
    const own = slots.flatMap((slot) => slot.booked);
    if (!own.some(({ entryId }) => entryId === entry.entryId)) continue;
    // Whatever is missing, the first that is there stands for the fact.
    const first = own.filter(isOriginal).map(({ entryId }) => entryId);
    const isFact = entry.entryId === first.sort()[0];
    if (!isFact) return NOTHING_FOUND;
    const differences = [
      ...missing.map((one) => difference(one.undoes === null ? 'missing' : 'extra', one)),
      ...conflicts.map((one) => difference('different', one)),
    ];
    return { ...NOTHING_FOUND, facts: 1, changed: differences.length > 0 ? 1 : 0, differences };
  }
  return { ...NOTHING_FOUND, differences: [difference('extra', entry)] };
}

/** Adds up a store's day from its entries and compares it with its standing total. */
export async function compareStoreDay(entry: Entry, table: Table): Promise<Difference[]> {
  const { providerId, platform, storeId, businessDay } = entry;
  const day = { from: businessDay, to: businessDay };
  const entries: Entry[] = [];
  for await (const one of entriesForward(table, { providerId, platform, storeId }, day, '')) {
    entries.push(one.entry);
  }
  const standing = await readStoreDay(table, providerId, businessDay, platform, storeId);
  const expected = JSON.stringify(foldEntries(entries));
  if (expected === JSON.stringify(standing?.fold)) return [];
  return [{ what: 'fold', providerId, storeId, businessDay, entryId: null }];
}

function difference(what: Difference['what'], entry: Entry): Difference {
  const { providerId, storeId, businessDay, entryId, undoes } = entry;
  return { what, providerId, storeId, businessDay, entryId: undoes ?? entryId };
}
