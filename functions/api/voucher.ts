import type { Terms } from '../../lib/attribution/generations.ts';
import { readBooked } from '../../lib/booking/booking.ts';
import { readBookable } from '../../lib/booking/stream-state.ts';
import { Problem } from '../../lib/errors/problem.ts';
import type { Platform } from '../../lib/events/event.ts';
import type { Entry } from '../../lib/ledger/entry.ts';
import type { StreamState } from '../../lib/store/ledger/restatements.ts';
import type { ApiDeps } from './deps.ts';
import { readTerms } from './entries.ts';
import type { Reader } from './principal.ts';
import { ownView, type VoucherView, wholeView } from './voucher-view.ts';

/** One history of a voucher with what is booked for it, as its reader may see it. */
export interface BookedHistory {
  readonly state: StreamState;
  readonly terms: Terms;
  /** The reader's own; the operator's are all. */
  readonly entries: readonly Entry[];
}

export interface WholeVoucher extends VoucherView {
  readonly entries: readonly Entry[];
  readonly histories: readonly BookedHistory[];
}

/**
 * One voucher's events, the entries booked for them, and what waits. An order that has no voucher of its own name is
 * found under its order id. A provider sees what is its own: see `ownView`.
 * @param withOrder reads the order that the voucher was bought with too, for its payment
 * @throws Problem `not-found`, also for another provider's: as absent as one that never was
 */
export async function readVoucher(
  { platform, id }: { platform: Platform; id: string },
  who: Reader,
  deps: ApiDeps,
  withOrder = false,
): Promise<WholeVoucher> {
  const states = await findHistories(platform, id, deps, withOrder);
  const histories = await Promise.all(states.map((state) => bookedHistory(state, who, deps)));
  const entries = histories.flatMap((history) => history.entries);
  const view = who.is === 'operator' ? wholeView(states) : ownView(states, entries);
  const isHidden = who.is === 'provider' && entries.length === 0;
  if (view.events.length === 0 || isHidden) {
    throw new Problem('not-found', 'No voucher of that id has anything booked to you.');
  }
  return { ...view, entries, histories };
}

/**
 * The voucher's history, and that of an order that stands for its own voucher: each is read on its own,
 * as it was booked, a redemption from the one and a payment from the other.
 */
export async function findHistories(
  platform: Platform,
  id: string,
  { table }: ApiDeps,
  withOrder: boolean,
): Promise<StreamState[]> {
  const own = await readBookable(table, { of: 'voucher', platform, id });
  const standsForItself = own.events.some((event) => event.orderId === id);
  const orderId = own.events.find((event) => event.orderId !== null)?.orderId ?? id;
  // By chance, another order may have the id of this voucher.
  if (own.events.length > 0 && !standsForItself && !withOrder) return [own];
  return [own, await readBookable(table, { of: 'order', platform, id: withOrder ? orderId : id })];
}

async function bookedHistory(
  state: StreamState,
  who: Reader,
  deps: ApiDeps,
): Promise<BookedHistory> {
  const first = state.events[0];
  if (first === undefined) return { state, terms: noTerms(deps), entries: [] };
  const terms = await readTerms(first.platform, first.merchantId, deps);
  const all = await readBooked(deps.table, state.events, terms, state.markers);
  const isOwn = ({ providerId }: Entry) => who.is === 'operator' || providerId === who.providerId;
  return { state, terms, entries: all.filter(isOwn) };
}

function noTerms({ policy }: ApiDeps): Terms {
  return { contracts: [], policies: [], standard: policy };
}
