import type { Hono } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../lib/errors/problem.ts';
import { givenId, platformSchema } from '../../../lib/events/event.ts';
import { readVersionedDays } from '../../../lib/rollups/rollups.ts';
import { businessDayAt } from '../../../lib/time/shanghai.ts';
import { ifChanged, sliceOf } from '../changed.ts';
import { writeCursor } from '../cursors.ts';
import type { ApiDeps } from '../deps.ts';
import { cursorInput, limitInput, type Window, windowOf, windowShape } from '../input.ts';
import { requireNamed } from '../own-stores.ts';
import type { Principal } from '../principal.ts';
import { storePlaceSchema } from '../ranked-stores.ts';
import { ledgerPositionSchema, listRedemptions } from '../redemptions.ts';
import { answer, forProvider } from '../route.ts';
import { listStores } from '../stores.ts';

const PAGE = 50;
const MAX_PAGE = 200;

const limit = limitInput(PAGE, MAX_PAGE);

export const storesGet = forProvider('GET /v1/stores', {
  needs: 'reports:read',
  query: z.object({ ...windowShape, limit, cursor: cursorInput(storePlaceSchema) }),
});

export const redemptionsGet = forProvider('GET /v1/stores/{platform}/{storeId}/redemptions', {
  needs: 'acts:read',
  params: z.object({ platform: platformSchema, storeId: givenId() }),
  query: z.object({ ...windowShape, limit, cursor: cursorInput(ledgerPositionSchema) }),
});

/** `GET /v1/stores` and `GET /v1/stores/{platform}/{storeId}/redemptions`: what providers see. */
export function storesRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, storesGet, async ({ providerId, query }, c) => {
    const window = windowOf(query, deps.now());
    const page = { position: query.cursor, limit: query.limit };
    const { version } = await readVersionedDays(deps.table, providerId, window);
    return ifChanged(c, [providerId, version, sliceOf(deps.now())], async () => {
      const { stores, order, next } = await listStores(deps.table, providerId, window, page);
      return c.json({ stores, order, next: next === null ? null : writeCursor(c, next) });
    });
  });

  answer(api, deps, redemptionsGet, async ({ principal, providerId, params, query }, c) => {
    const window = actsWindow(principal, params, query, deps.now());
    const page = { before: query.cursor, limit: query.limit };
    const place = { providerId, ...params };
    const { redemptions, next } = await listRedemptions(deps, place, window, page);
    return c.json({ redemptions, next: next === null ? null : writeCursor(c, next) });
  });
}

/**
 * Who reads no reports sees the acts of today, at the stores that were named for them.
 * @throws Problem `not-found` for another store, `role-forbidden` for another day
 */
function actsWindow(
  principal: Principal,
  place: z.infer<typeof redemptionsGet.params>,
  query: z.infer<typeof redemptionsGet.query>,
  nowMs: number,
): Window {
  if (principal.permissions.has('reports:read')) return windowOf(query, nowMs);
  requireNamed(principal, place);
  const today = businessDayAt(nowMs);
  const { from = today, to = today } = query;
  if (from === today && to === today) return { from, to };
  throw new Problem(
    'role-forbidden',
    'from, to: without reports:read, acts of today alone are shown.',
  );
}
