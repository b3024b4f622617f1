import { mapLimit } from '../../lib/async/map-limit.ts';
import { Problem } from '../../lib/errors/problem.ts';
import type { Platform } from '../../lib/events/event.ts';
import { wasBooked } from '../../lib/ledger/changes.ts';
import type { Entry } from '../../lib/ledger/entry.ts';
import { readProviderDays, storeDays } from '../../lib/rollups/rollups.ts';
import { entriesForward } from '../../lib/store/ledger/entries.ts';
import type { Table } from '../../lib/store/table.ts';
import { daysBetween, toInstant } from '../../lib/time/shanghai.ts';
import { instantInput, type Window } from './input.ts';

/** As it was known at an instant: worked out from the entries of a window, and from no second store. */

/** Days of a window at most … */
const MOST_DAYS_AS_OF = 92;
/** … and entries in it: some seconds of work. */
const MOST_ENTRIES_AS_OF = 20_000;

const READS_AT_ONCE = 16;

/** `?asOf`, for a query's schema. */
export const asOfInput = instantInput.optional();

/** Whose books, of which days; of one store, or of all. */
export interface AsOfRequest {
  readonly providerId: string;
  readonly window: Window;
  readonly store?: { readonly platform: Platform; readonly storeId: string };
}

/** An entry that was booked after the instant. */
export interface BookedEntry {
  readonly entry: Entry;
  readonly bookedAt: string;
}

export interface BooksAsOf {
  /** What had been booked by then. */
  readonly known: readonly Entry[];
  /** What was booked since, the first first. With `known` it is all there is now. */
  readonly since: readonly BookedEntry[];
}

/** @throws Problem `request-invalid` for an instant that is still to come */
export function requireCome(asOf: string, nowMs: number): void {
  if (Date.parse(asOf) <= nowMs) return;
  const detail = `asOf: must not be after now, ${toInstant(nowMs)}`;
  throw new Problem('request-invalid', detail, { fields: ['asOf'] });
}

/**
 * The entries of a window, parted by whether they stood in the books at an instant.
 * @throws Problem `window-too-large`, before anything is read where the totals tell how much there is
 */
export async function readBooksAsOf(
  table: Table,
  request: AsOfRequest,
  asOf: string,
): Promise<BooksAsOf> {
  const { providerId, window } = request;
  const days = daysBetween(window.from, window.to);
  if (days > MOST_DAYS_AS_OF) throw tooLarge(`has ${days} days`);
  const places = request.store === undefined ? await placesOf(table, request) : [request.store];
  let entries = 0;
  const parts = await mapLimit(places, READS_AT_ONCE, async (place) => {
    const [known, since]: [Entry[], BookedEntry[]] = [[], []];
    const span = { providerId, ...place };
    for await (const { entry, bookedAt } of entriesForward(table, span, window, '')) {
      entries += 1;
      if (entries > MOST_ENTRIES_AS_OF) throw tooLarge(`has over ${MOST_ENTRIES_AS_OF} entries`);
      if (bookedAt === null || wasBooked(bookedAt, asOf)) known.push(entry);
      else since.push({ entry, bookedAt });
    }
    return { known, since };
  });
  return {
    known: parts.flatMap(({ known }) => known),
    since: parts.flatMap(({ since }) => since).toSorted(byBooking),
  };
}

/** The stores where a provider has anything booked in a window. */
async function placesOf(table: Table, { providerId, window }: AsOfRequest) {
  const days = await readProviderDays(table, providerId, window);
  const booked = days
    .flatMap(({ rollups }) => Object.values(rollups))
    .reduce((sum, { entryCount }) => sum + entryCount, 0);
  if (booked > MOST_ENTRIES_AS_OF) throw tooLarge(`has ${booked} entries`);
  const buckets = days.flatMap(({ day, buckets: own }) =>
    [...own.keys()].map((bucket) => ({ day, bucket })),
  );
  const stores = new Map<string, { platform: Platform; storeId: string }>();
  await mapLimit(buckets, READS_AT_ONCE, async ({ day, bucket }) => {
    for await (const { platform, storeId } of storeDays(table, providerId, day, bucket)) {
      stores.set(JSON.stringify([platform, storeId]), { platform, storeId });
    }
  });
  return [...stores.values()];
}

function tooLarge(what: string): Problem {
  const most = `at most ${MOST_ENTRIES_AS_OF} entries in ${MOST_DAYS_AS_OF} days can be looked at`;
  const detail = `This window ${what}; as of an instant ${most}. Give fewer days with from and to, or one store.`;
  return new Problem('window-too-large', detail, { fields: ['asOf'] });
}

function byBooking(a: BookedEntry, b: BookedEntry): number {
  return (
    Date.parse(a.bookedAt) - Date.parse(b.bookedAt) || (a.entry.entryId < b.entry.entryId ? -1 : 1)
  );
}
