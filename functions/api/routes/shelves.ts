import type { Hono } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../lib/errors/problem.ts';
import { SHELVES } from '../../../lib/store/keys.ts';
import { onShelf, type Shelved } from '../../../lib/store/shelves.ts';
import type { ApiDeps } from '../deps.ts';
import { readCursor, readLimit, writeCursor } from '../input.ts';
import { requireOperator } from '../principal.ts';

/** `GET /v1/shelves/{parked|quarantined}`: what could not be read, and why; without the bodies. */
export function shelvesRoute(api: Hono, deps: ApiDeps): void {
  api.get('/v1/shelves/:shelf', async (c) => {
    await requireOperator(c, deps);
    const shelf = SHELVES.find((each) => each === c.req.param('shelf'));
    if (shelf === undefined) throw new Problem('not-found', `Shelves are ${SHELVES.join(', ')}.`);
    const limit = readLimit(c, 50, 200);
    const after = readCursor(c, shelfCursor);
    const deliveries: Shelved[] = [];
    for await (const delivery of onShelf(deps.table, shelf, after)) {
      if (deliveries.length === limit) {
        const last = deliveries.at(-1);
        return c.json({ shelf, deliveries, next: writeCursor(last?.deliveryId) });
      }
      deliveries.push(delivery);
    }
    return c.json({ shelf, deliveries, next: null });
  });
}

export const deliveryIdSchema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'a delivery’s id is 64 hex digits');

/** Goes on after this delivery. */
export const shelfCursor = deliveryIdSchema;
