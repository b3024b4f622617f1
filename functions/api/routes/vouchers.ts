import type { Hono } from 'hono';
import { Problem } from '../../../lib/errors/problem.ts';
import { type Event, idSchema, type Platform, platformSchema } from '../../../lib/events/event.ts';
import { readBooked } from '../../../lib/store/booking.ts';
import { readContracts } from '../../../lib/store/contracts.ts';
import { readEvents } from '../../../lib/store/events.ts';
import type { ApiDeps } from '../deps.ts';
import { check } from '../input.ts';
import { requirePrincipal } from '../principal.ts';

/**
 * `GET /v1/vouchers/{platform}/{voucherId}`: one voucher's events, the entries booked for them, and
 * why. An order that has no voucher of its own name is found under its order id.
 */
export function vouchersRoute(api: Hono, deps: ApiDeps): void {
  api.get('/v1/vouchers/:platform/:voucherId', async (c) => {
    const principal = await requirePrincipal(c, deps);
    const platform = check(platformSchema, c.req.param('platform'));
    const voucherId = check(idSchema, c.req.param('voucherId'));
    const events = await findEvents(platform, voucherId, deps);
    const entries = (await entriesOf(events, deps)).filter(
      (entry) => principal.is === 'operator' || entry.providerId === principal.providerId,
    );
    // Another provider's voucher is as absent as one that never was.
    const hidden = principal.is === 'provider' && entries.length === 0;
    const first = events[0];
    if (first === undefined || hidden) {
      throw new Problem('not-found', 'No voucher of that id has anything booked to you.');
    }
    const { merchantId, orderId } = first;
    return c.json({ platform, voucherId, merchantId, orderId, events: events.map(shown), entries });
  });
}

async function findEvents(platform: Platform, id: string, { table }: ApiDeps): Promise<Event[]> {
  const own = await readEvents(table, { of: 'voucher', platform, id });
  const events = own.length > 0 ? own : await readEvents(table, { of: 'order', platform, id });
  return events.sort((a, b) => (a.occurredAt < b.occurredAt ? -1 : 1));
}

async function entriesOf(events: readonly Event[], { table, policy }: ApiDeps) {
  const first = events[0];
  if (first === undefined) return [];
  const contracts = await readContracts(table, first.platform, first.merchantId);
  return readBooked(table, events, contracts, policy);
}

/** Without what is ours alone: which app and which delivery told us. */
function shown({ appKey: _app, deliveryId: _delivery, ...event }: Event) {
  return event;
}
