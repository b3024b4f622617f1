import type { Hono } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../lib/errors/problem.ts';
import { listSetAside, type SetAsideDelivery } from '../../../lib/store/deliveries/set-aside.ts';
import { SET_ASIDE_REASONS } from '../../../lib/store/keys.ts';
import type { ApiDeps } from '../deps.ts';
import { readCursor, readLimit, writeCursor } from '../input.ts';
import { requireOperator } from '../principal.ts';

/** `GET /v1/set-aside/{parked|quarantined}`: what could not be read, and why; without the bodies. */
export function setAsideRoute(api: Hono, deps: ApiDeps): void {
  api.get('/v1/set-aside/:reason', async (c) => {
    await requireOperator(c, deps);
    const setAside = SET_ASIDE_REASONS.find((each) => each === c.req.param('reason'));
    if (setAside === undefined)
      throw new Problem('not-found', `Shelves are ${SET_ASIDE_REASONS.join(', ')}.`);
    const limit = readLimit(c, 50, 200);
    const after = readCursor(c, setAsideCursor);
    const deliveries: SetAsideDelivery[] = [];
    for await (const delivery of listSetAside(deps.table, setAside, after)) {
      if (deliveries.length === limit) {
        const last = deliveries.at(-1);
        return c.json({ setAside, deliveries, next: writeCursor(last?.deliveryId) });
      }
      deliveries.push(delivery);
    }
    return c.json({ setAside, deliveries, next: null });
  });
}

export const deliveryIdSchema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'a delivery’s id is 64 hex digits');

/** Goes on after this delivery. */
export const setAsideCursor = deliveryIdSchema;
