import { type Attributable, attribute } from '../attribution/attribute.ts';
import type { ContractVersion } from '../attribution/contract.ts';
import { readHistory } from '../attribution/history.ts';
import { mirror, mirrorPlaces, type Taking } from '../attribution/mirror.ts';
import type { Policy } from '../attribution/policy.ts';
import type { Event } from '../events/event.ts';
import type { Entry } from '../ledger/entry.ts';
import { bookEntry, readEntry } from './ledger.ts';
import type { Table } from './table.ts';

export interface Booking {
  /** Every entry that stands for these events, old and new. */
  readonly standing: readonly Entry[];
  /** Entries that were not booked because a different one stands under their id: worth an alarm. */
  readonly conflicts: readonly Entry[];
  /** Reversals and refunds whose redemption is not known yet. */
  readonly waiting: readonly Event[];
}

/**
 * Books what a voucher's or order's events amount to and is not booked yet. The order of arrival does
 * not matter: a reversal whose redemption is not known waits in its event, and is booked when the
 * redemption's own message comes.
 */
export async function bookEvents(
  table: Table,
  events: readonly Event[],
  contracts: readonly ContractVersion[],
  policy: Policy,
): Promise<Booking> {
  const history = readHistory(events);
  const conflicts: Entry[] = [];
  const book = async (wanted: readonly Entry[]) => {
    const standing: Entry[] = [];
    for (const entry of wanted) {
      const booked = await bookEntry(table, entry);
      if (booked.conflict) conflicts.push(entry);
      standing.push(booked.entry);
    }
    return standing;
  };
  const standing: Entry[] = [];
  for (const { event, takings } of history.booked) {
    const originals = await book(attribute(event, contracts, policy));
    const own = [...originals, ...(await readMirrors(table, history.takers, originals))];
    for (const taking of takings) own.push(...(await book(mirror(taking, own))));
    standing.push(...own);
  }
  return { standing, conflicts, waiting: history.waiting };
}

/** The entries that stand for events, without booking anything. */
export async function readBooked(
  table: Table,
  events: readonly Event[],
  contracts: readonly ContractVersion[],
  policy: Policy,
): Promise<Entry[]> {
  const standing: Entry[] = [];
  const history = readHistory(events);
  for (const { event } of history.booked) {
    const originals = await readOriginals(table, event, contracts, policy);
    standing.push(...originals, ...(await readMirrors(table, history.takers, originals)));
  }
  return standing;
}

async function readOriginals(
  table: Table,
  event: Attributable,
  contracts: readonly ContractVersion[],
  policy: Policy,
): Promise<Entry[]> {
  return readAll(table, attribute(event, contracts, policy));
}

/** Mirrors stand at keys made of what they mirror and what takes it back, so no index is needed. */
async function readMirrors(
  table: Table,
  takings: readonly Taking[],
  originals: readonly Entry[],
): Promise<Entry[]> {
  return readAll(
    table,
    takings.flatMap((taking) => mirrorPlaces(taking, originals)),
  );
}

async function readAll(table: Table, places: readonly Entry[]): Promise<Entry[]> {
  const found = await Promise.all(places.map((place) => readEntry(table, place)));
  return found.filter((entry) => entry !== undefined);
}
