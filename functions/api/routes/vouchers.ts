import type { Hono } from 'hono';
import * as z from 'zod';
import { readBooked } from '../../../lib/booking/booking.ts';
import { readBookable } from '../../../lib/booking/stream-state.ts';
import { Problem } from '../../../lib/errors/problem.ts';
import { type Event, givenId, type Platform, platformSchema } from '../../../lib/events/event.ts';
import type { StreamState } from '../../../lib/store/ledger/restatements.ts';
import type { ApiDeps } from '../deps.ts';
import { readTerms, shownEntry } from '../entries.ts';
import { answer, forEither } from '../route.ts';
import { ownView, wholeView } from '../voucher-view.ts';

export const voucherGet = forEither('GET /v1/vouchers/{platform}/{voucherId}', {
  needs: 'reports:read',
  params: z.object({ platform: platformSchema, voucherId: givenId() }),
});

/**
 * `GET /v1/vouchers/{platform}/{voucherId}`: one voucher's events, the entries booked for them, and
 * why. An order that has no voucher of its own name is found under its order id. A provider sees what
 * is its own: see `ownView`.
 */
export function vouchersRoute(api: Hono, deps: ApiDeps): void {
  answer(api, deps, voucherGet, async ({ principal, params: { platform, voucherId } }, c) => {
    const histories = await findHistories(platform, voucherId, deps);
    const booked = await Promise.all(histories.map((history) => entriesOf(history, deps)));
    const entries = booked
      .flat()
      .filter((entry) => principal.is === 'operator' || entry.providerId === principal.providerId);
    const { events, waiting } =
      principal.is === 'operator' ? wholeView(histories) : ownView(histories, entries);
    // Another provider's voucher is as absent as one that never was.
    const hidden = principal.is === 'provider' && entries.length === 0;
    const first = events[0];
    if (first === undefined || hidden) {
      throw new Problem('not-found', 'No voucher of that id has anything booked to you.');
    }
    const { merchantId, orderId } = first;
    return c.json({
      ...{ platform, voucherId, merchantId, orderId },
      events: events.map(shown),
      entries: entries.map(shownEntry),
      // Reported, and not booked: a reversal before its redemption, a redemption without its worth, a
      // refund that does not report how much of the payment it takes back.
      waiting: waiting.map(({ eventId, kind }) => ({ eventId, kind })),
    });
  });
}

/**
 * The voucher's history, and that of an order that stands for its own voucher: each is read on its own,
 * as it was booked, a redemption from the one and a payment from the other.
 */
async function findHistories(
  platform: Platform,
  id: string,
  { table }: ApiDeps,
): Promise<StreamState[]> {
  const own = await readBookable(table, { of: 'voucher', platform, id });
  const standsForItself = own.events.some((event) => event.orderId === id);
  // By chance, another order may have the id of this voucher.
  if (own.events.length > 0 && !standsForItself) return [own];
  return [own, await readBookable(table, { of: 'order', platform, id })];
}

async function entriesOf({ events, markers }: StreamState, deps: ApiDeps) {
  const first = events[0];
  if (first === undefined) return [];
  const terms = await readTerms(first.platform, first.merchantId, deps);
  return readBooked(deps.table, events, terms, markers);
}

/** Without what is ours alone: which app and which delivery reported it. */
function shown({ appKey: _app, deliveryId: _delivery, ...event }: Event) {
  return event;
}
