import { readHistory } from '../../lib/attribution/history.ts';
import { generationsOf } from '../../lib/attribution/plan.ts';
import type { Entry } from '../../lib/ledger/entry.ts';
import { wantedOf } from '../../lib/store/booking.ts';
import { mendHour, wrongHours } from '../../lib/store/check-store-day.ts';
import { entryRef } from '../../lib/store/entry-ref.ts';
import { bucketOf, keys } from '../../lib/store/keys.ts';
import { hasBucket } from '../../lib/store/provider-day.ts';
import { type Difference, readState } from '../../lib/store/restatements.ts';
import { storeHourOf } from '../../lib/store/store-day.ts';
import { subjectOf } from '../../lib/store/subjects.ts';
import type { Table } from '../../lib/store/table.ts';
import { bookSubject } from './book.ts';
import type { AttributeDeps } from './deps.ts';
import { type Finding, NOTHING_FOUND } from './findings.ts';
import { type Knowledge, knowledgeOf } from './knowledge.ts';
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

/**
 * Adds up a store's day from its entries, hour by hour, and compares it with its standing total; and looks
 * whether the provider's day knows of it at all.
 * @returns the hours to fold upwards, where it was put right
 */
export async function compareStoreDay(
  entry: Entry,
  isMending: boolean,
  table: Table,
): Promise<Pick<Finding, 'touched' | 'differences'>> {
  const { hour, ...place } = storeHourOf(entry);
  const { providerId, day, platform, storeId } = place;
  const wrong = await wrongHours(table, place);
  const providerDay = await table.get(keys.providerDay(providerId, day));
  const isKnown = providerDay !== undefined && hasBucket(providerDay, bucketOf(platform, storeId));
  if (isMending) for (const one of wrong) await mendHour(table, place, one);
  const at = { providerId, businessDay: day, entryId: null, mended: isMending };
  const differences: Difference[] = [
    ...(wrong.length === 0 ? [] : [{ ...at, what: 'fold' as const, storeId }]),
    ...(isKnown ? [] : [{ ...at, what: 'day' as const, storeId: null }]),
  ];
  const touched = isMending && differences.length > 0 ? [{ ...place, hour }] : [];
  return { touched, differences };
}

/**
 * The same, and books what the events say and is not booked: a message about them may have been lost.
 * What no event explains, and what differs under its own id, stays as it is.
 */
export async function mendEntry(
  entry: Entry,
  knowledge: Knowledge,
  deps: AttributeDeps,
): Promise<Finding> {
  const found = await compareEntry(entry, knowledge, deps);
  if (found.differences.length === 0) return found;
  const subject = subjectOf(entry);
  const state = await readState(deps.table, subject);
  const touched = await bookSubject(subject, state, knowledgeOf(deps), deps);
  const left = (await compareEntry(entry, knowledge, deps)).differences.map(textOf);
  const differences = found.differences.map((one) => ({
    ...one,
    mended: !left.includes(textOf(one)),
  }));
  return { ...found, touched, differences };
}

function textOf({ what, entryId }: Difference): string {
  return JSON.stringify([what, entryId]);
}

function difference(what: Difference['what'], entry: Entry): Difference {
  const { providerId, storeId, businessDay, entryId, undoes } = entry;
  const shownId = entryRef({ ...entry, entryId: undoes ?? entryId });
  return { what, providerId, storeId, businessDay, entryId: shownId, mended: false };
}
