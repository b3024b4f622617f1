import { wantedEntries } from '../../../lib/attribution/wanted.ts';
import { bookStream } from '../../../lib/booking/book.ts';
import { compareFact } from '../../../lib/booking/booking.ts';
import { readBookable } from '../../../lib/booking/stream-state.ts';
import { type ReadTerms, termsReader } from '../../../lib/booking/terms.ts';
import type { Entry } from '../../../lib/ledger/entry.ts';
import { mendHour, wrongHours } from '../../../lib/rollups/check-store-day.ts';
import { hasBucket } from '../../../lib/rollups/provider-day.ts';
import { storeHourOf } from '../../../lib/rollups/store-day.ts';
import { bucketOf, keys } from '../../../lib/store/keys.ts';
import { entryRef } from '../../../lib/store/ledger/entry-ref.ts';
import type { Difference } from '../../../lib/store/ledger/restatements.ts';
import { streamOf } from '../../../lib/store/streams.ts';
import type { Table } from '../../../lib/store/table.ts';
import type { AttributeDeps } from '../deps.ts';
import { type LedgerFinding, NOTHING_FOUND } from './progress.ts';
import { isOriginal } from './restate.ts';

/**
 * Computes again, from the events, what one entry's fact should have in the ledger, and compares.
 * Each entry must be one that its events explain; what a fact lacks is reported at its first entry.
 */
export async function compareEntry(
  entry: Entry,
  readTerms: ReadTerms,
  { table }: AttributeDeps,
): Promise<LedgerFinding> {
  // The month's closing booked it, from totals and not from events.
  if (entry.kind === 'tier') return NOTHING_FOUND;
  const state = await readBookable(table, streamOf(entry));
  const terms = await readTerms(entry.platform, entry.merchantId);
  for (const fact of wantedEntries(state.events, terms, state.markers).facts) {
    const { revisions, missing, conflicts } = await compareFact(table, fact);
    const own = revisions.flatMap((revision) => revision.booked);
    if (!own.some(({ entryId }) => entryId === entry.entryId)) continue;
    // Whatever is missing, the first that is there stands for the fact.
    const first = own.filter(isOriginal).map(({ entryId }) => entryId);
    const isFact = entry.entryId === first.sort()[0];
    if (!isFact) return NOTHING_FOUND;
    const differences = [
      ...missing.map((one) => difference(one.corrects === null ? 'missing' : 'extra', one)),
      ...conflicts.map((one) => difference('different', one)),
    ];
    return {
      ...NOTHING_FOUND,
      facts: 1,
      changed: differences.length > 0 ? 1 : 0,
      differences,
      missing,
    };
  }
  return { ...NOTHING_FOUND, differences: [difference('extra', entry)] };
}

/**
 * Adds up a store's day from its entries, hour by hour, and compares it with its standing total; and looks
 * whether the provider's day knows of it at all.
 * @returns the hours to roll up upwards, where it was put right
 */
export async function compareStoreDay(
  entry: Entry,
  isMending: boolean,
  table: Table,
): Promise<Pick<LedgerFinding, 'touched' | 'differences'>> {
  const { hour, ...place } = storeHourOf(entry);
  const { providerId, day, platform, storeId } = place;
  const wrong = await wrongHours(table, place);
  const providerDay = await table.get(keys.providerDay(providerId, day));
  const isKnown = providerDay !== undefined && hasBucket(providerDay, bucketOf(platform, storeId));
  if (isMending) for (const one of wrong) await mendHour(table, place, one);
  const at = { providerId, businessDay: day, entryId: null, mended: isMending };
  const differences: Difference[] = [
    ...(wrong.length === 0 ? [] : [{ ...at, what: 'rollup' as const, storeId }]),
    ...(isKnown ? [] : [{ ...at, what: 'day' as const, storeId: null }]),
  ];
  const touched = isMending && differences.length > 0 ? [{ ...place, hour }] : [];
  return { touched, differences };
}

/** Longer than one piece of a rebuild works. */
const AFTER_BOOKING_SECONDS = 60;

/**
 * The same, and books what the events say and is not booked: a message about them may have been lost.
 * What no event explains, and what differs under its own id, stays as it is.
 */
export async function mendEntry(
  entry: Entry,
  readTerms: ReadTerms,
  deps: AttributeDeps,
): Promise<LedgerFinding> {
  const found = await compareEntry(entry, readTerms, deps);
  if (found.differences.length === 0) return found;
  const stream = streamOf(entry);
  const state = await readBookable(deps.table, stream);
  // Before, and put off: whoever works on this after our death finds nothing missing, and would request nothing.
  await deps.notices?.request(found.missing, AFTER_BOOKING_SECONDS);
  const { hours: touched, booked } = await bookStream(stream, state, termsReader(deps), deps);
  await deps.notices?.request(booked);
  const left = (await compareEntry(entry, readTerms, deps)).differences.map(textOf);
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
  const { providerId, storeId, businessDay, entryId, corrects } = entry;
  const shownId = entryRef({ ...entry, entryId: corrects ?? entryId });
  return { what, providerId, storeId, businessDay, entryId: shownId, mended: false };
}
