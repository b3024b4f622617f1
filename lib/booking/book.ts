import { mapLimit } from '../async/map-limit.ts';
import type { Marker } from '../attribution/generations.ts';
import type { Event } from '../events/event.ts';
import { type Entry, UNKNOWN_STORE } from '../ledger/entry.ts';
import type { Log } from '../log/log.ts';
import { type StoreHour, storeHourOf } from '../rollups/store-day.ts';
import { entryRef } from '../store/ledger/entry-ref.ts';
import { noteStore, type StreamState } from '../store/ledger/restatements.ts';
import type { BookedStream } from '../store/streams.ts';
import type { Table } from '../store/table.ts';
import { type Booking, bookEvents, NOTHING_BOOKED } from './booking.ts';
import { readBookable, readChanged } from './stream-state.ts';
import { type ReadTerms, type TermsDeps, termsReader } from './terms.ts';

export interface BookingDeps extends TermsDeps {
  /** By which entries are stamped with when they were booked. */
  readonly now: () => number;
  readonly log: Log;
}

/** What booking a history came to. */
export interface Booked {
  /** To roll up, also when every entry stood already: an earlier worker may have died before rolling up. */
  readonly hours: readonly StoreHour[];
  /** Every entry there is for the history's events. */
  readonly standing: readonly Entry[];
  /** Those that were booked now. */
  readonly booked: readonly Entry[];
}

/** A history that still changes after so many readings is not changing: we are wrong about it. */
const MAX_ROUNDS = 8;

/**
 * Books what one voucher or order amounts to. After booking, a worker reads the events again. A worker
 * that knew less and books last then sees what came in between, and corrects its own entries. So of any
 * workers at once, the last one to write leaves what all the events together amount to.
 * @param state read before `readTerms` reads anything
 */
export function bookStream(
  stream: BookedStream,
  state: StreamState,
  readTerms: ReadTerms,
  deps: BookingDeps,
): Promise<Booked> {
  return bookStates([state], async () => [await readBookable(deps.table, stream)], readTerms, deps);
}

/**
 * The same of a stream that changed and of those that are booked anew with it, all from one reading.
 * @param states as `readChanged` read them
 */
export function bookChanged(
  stream: BookedStream,
  states: readonly StreamState[],
  readTerms: ReadTerms,
  deps: BookingDeps,
): Promise<Booked> {
  return bookStates(states, () => readChanged(deps.table, stream), readTerms, deps);
}

const BOOKED_AT_ONCE = 8;

async function bookStates(
  first: readonly StreamState[],
  readAgain: () => Promise<readonly StreamState[]>,
  readTerms: ReadTerms,
  deps: BookingDeps,
): Promise<Booked> {
  const standing: Entry[] = [];
  const booked: Entry[] = [];
  let states = first;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const read = round === 0 ? readTerms : termsReader(deps);
    const bookings = await mapLimit(states, BOOKED_AT_ONCE, (state) => bookOne(state, read, deps));
    standing.push(...bookings.flatMap((booking) => booking.standing));
    booked.push(...bookings.flatMap((booking) => booking.booked));
    const isNew = bookings.some((booking) => booking.booked.length > 0);
    if (!isNew) return finish(bookings, { standing, booked }, deps);
    const now = await readAgain();
    const isRaced = bookings.some((booking) => booking.isRaced);
    const done = { standing, booked };
    if (!isRaced && textOf(now) === textOf(states)) return finish(bookings, done, deps);
    states = now;
  }
  throw new Error('a history kept changing while it was booked');
}

async function bookOne(
  { events, markers }: StreamState,
  readTerms: ReadTerms,
  { table, log, now }: BookingDeps,
): Promise<Booking> {
  const [first] = events;
  if (first === undefined) return NOTHING_BOOKED;
  const terms = await readTerms(first.platform, first.merchantId);
  const booking = await bookEvents(table, events, terms, markers, now);
  logBooked(booking.booked, events, log);
  return booking;
}

/** The same text where the states are the same to booking: which events, when, how complete, which markers. */
function textOf(states: readonly StreamState[]): string {
  return JSON.stringify(states.map(({ events, markers }) => partsOf(events, markers)));
}

function partsOf(events: readonly Event[], markers: readonly Marker[]) {
  const seen = events.map(({ eventId, complete, ...event }) => [
    eventId,
    complete,
    event.occurredAt,
    'storeId' in event ? event.storeId : null,
    // What an order's refund takes back of a voucher is worked out from other streams too.
    'ofOrder' in event ? [event.refundedFen, event.takesBack, event.unusedFen] : null,
  ]);
  return [seen.sort(byFirst), markers.map((marker) => marker.restatementId).sort()];
}

function byFirst(a: readonly unknown[], b: readonly unknown[]): number {
  return String(a[0]) < String(b[0]) ? -1 : 1;
}

/** A line for each event: it names the delivery that brought it, by which a webhook's way is followed. */
function logBooked(booked: readonly Entry[], events: readonly Event[], log: Log): void {
  for (const [eventId, entries] of Map.groupBy(booked, (entry) => entry.eventId)) {
    const event = events.find((each) => each.eventId === eventId);
    log('info', 'entries-booked', {
      ...{ deliveryId: event?.deliveryId ?? null, eventId, kind: event?.kind },
      entries: entries.length,
    });
  }
}

async function finish(
  bookings: readonly Booking[],
  { standing, booked }: Omit<Booked, 'hours'>,
  { table, log }: BookingDeps,
): Promise<Booked> {
  const waiting = bookings.flatMap((booking) => booking.waiting);
  for (const one of bookings.flatMap(({ conflicts }) => conflicts))
    log('error', 'entry-conflict', { entryId: entryRef(one) });
  if (waiting.length > 0) log('info', 'reversals-wait', { count: waiting.length });
  await noteStores(table, standing);
  return { hours: standing.map(storeHourOf), standing, booked };
}

/** What a worker has looked up once it need not again; forgetting costs a read. */
const noted = new WeakMap<Table, Set<string>>();
const MAX_NOTED = 50_000;

/** So that a restatement finds the entries of stores that their merchant does not list. */
async function noteStores(table: Table, entries: readonly Entry[]): Promise<void> {
  const known = noted.get(table) ?? new Set();
  noted.set(table, known);
  for (const { platform, merchantId, storeId } of entries) {
    const key = JSON.stringify([platform, merchantId, storeId]);
    if (storeId === UNKNOWN_STORE || known.has(key)) continue;
    await noteStore(table, platform, merchantId, storeId);
    if (known.size >= MAX_NOTED) known.clear();
    known.add(key);
  }
}
