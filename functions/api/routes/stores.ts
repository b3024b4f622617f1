import type { Hono } from 'hono';
import * as z from 'zod';
import { givenId, platformSchema } from '../../../lib/events/event.ts';
import type { ApiDeps } from '../deps.ts';
import { cursorInput, limitInput, windowOf, windowShape, writeCursor } from '../input.ts';
import { storePlaceSchema } from '../ranked-stores.ts';
import { ledgerPositionSchema, listRedemptions } from '../redemptions.ts';
import { answer, forProvider } from '../route.ts';
import { listStores } from '../stores.ts';

const PAGE = 50;
const MAX_PAGE = 200;

const limit = limitInput(PAGE, MAX_PAGE);

export const storesGet = forProvider('GET /v1/stores', {
  query: z.object({ ...windowShape, limit, cursor: cursorInput(storePlaceSchema) }),
});

export const redemptionsGet = forProvider('GET /v1/stores/{platform}/{storeId}/redemptions', {
  params: z.object({ platform: platformSchema, storeId: givenId() }),
  query: z.object({ ...windowShape, limit, cursor: cursorInput(ledgerPositionSchema) }),
});

/** `GET /v1/stores` and `GET /v1/stores/{platform}/{storeId}/redemptions`: what providers see. */
export function storesRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, storesGet, async ({ providerId, query }, c) => {
    const window = windowOf(query, deps.now());
    const page = { position: query.cursor, limit: query.limit };
    const { stores, order, next } = await listStores(deps.table, providerId, window, page);
    return c.json({ stores, order, next: next === null ? null : writeCursor(next) });
  });

  answer(api, deps, redemptionsGet, async ({ providerId, params, query }, c) => {
    const window = windowOf(query, deps.now());
    const page = { before: query.cursor, limit: query.limit };
    const place = { providerId, ...params };
    const { redemptions, next } = await listRedemptions(deps, place, window, page);
    return c.json({ redemptions, next: next === null ? null : writeCursor(next) });
  });
}
