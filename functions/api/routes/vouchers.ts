import type { Hono } from 'hono';
import * as z from 'zod';
import { type Event, givenId, platformSchema } from '../../../lib/events/event.ts';
import { shownEntry } from '../../../lib/notices/facts.ts';
import type { ApiDeps } from '../deps.ts';

import type { Principal } from '../principal.ts';
import { answer, forEither } from '../route.ts';
import { readVoucher } from '../voucher.ts';

export const voucherGet = forEither('GET /v1/vouchers/{platform}/{voucherId}', {
  needs: 'reports:read',
  params: z.object({ platform: platformSchema, voucherId: givenId() }),
});

/**
 * `GET /v1/vouchers/{platform}/{voucherId}`: one voucher's events, the entries booked for them, and
 * why: see `readVoucher`.
 */
export function vouchersRoute(api: Hono, deps: ApiDeps): void {
  answer(api, deps, voucherGet, async ({ principal, params: { platform, voucherId } }, c) => {
    const found = await readVoucher({ platform, id: voucherId }, principal, deps);
    const { events, entries, waiting } = found;
    const { merchantId = '', orderId = null } = events[0] ?? {};
    return c.json({
      ...{ platform, voucherId, merchantId, orderId },
      events: events.map((event) => shown(event, principal)),
      entries: entries.map(shownEntry),
      // Reported, and not booked: a reversal before its redemption, a redemption without its worth, a
      // refund that does not report how much of the payment it takes back.
      waiting: waiting.map(({ eventId, kind }) => ({ eventId, kind })),
    });
  });
}

/**
 * Without what is ours alone: which app and which delivery reported it. The operator, who may read deliveries, is
 * told which: a statement's proof has the hash of both.
 */
function shown({ appKey: _app, deliveryId, ...event }: Event, { is }: Principal) {
  return is === 'operator' ? { ...event, deliveryId } : event;
}
