import type { Hono } from 'hono';
import { idSchema, platformSchema } from '../../../lib/events/event.ts';
import type { ApiDeps } from '../deps.ts';
import { check, readCursor, readLimit, readWindow, writeCursor } from '../input.ts';
import { requireProvider } from '../principal.ts';
import { storePlaceSchema } from '../ranked-stores.ts';
import { ledgerPositionSchema, listRedemptions } from '../redemptions.ts';
import { listStores } from '../stores.ts';

const PAGE = 50;
const MAX_PAGE = 200;

/** `GET /v1/stores` and `GET /v1/stores/{platform}/{storeId}/redemptions`: what providers see. */
export function storesRoutes(api: Hono, deps: ApiDeps): void {
  api.get('/v1/stores', async (c) => {
    const providerId = await requireProvider(c, deps);
    const window = readWindow(c, deps.now());
    const page = {
      position: readCursor(c, storePlaceSchema),
      limit: readLimit(c, PAGE, MAX_PAGE),
    };
    const { stores, order, next } = await listStores(deps.table, providerId, window, page);
    return c.json({ stores, order, next: next === null ? null : writeCursor(next) });
  });

  api.get('/v1/stores/:platform/:storeId/redemptions', async (c) => {
    const providerId = await requireProvider(c, deps);
    const platform = check(platformSchema, c.req.param('platform'));
    const storeId = check(idSchema, c.req.param('storeId'));
    const window = readWindow(c, deps.now());
    const page = {
      before: readCursor(c, ledgerPositionSchema),
      limit: readLimit(c, PAGE, MAX_PAGE),
    };
    const place = { providerId, platform, storeId };
    const { redemptions, next } = await listRedemptions(deps, place, window, page);
    return c.json({ redemptions, next: next === null ? null : writeCursor(next) });
  });
}
