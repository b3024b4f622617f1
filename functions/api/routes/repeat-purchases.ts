import type { Hono } from 'hono';
import * as z from 'zod';
import { idSchema, platformSchema } from '../../../lib/events/id.ts';
import { repeatRate } from '../../../lib/ledger/buyers.ts';
import { readBuyers, readStoreBuyers } from '../../../lib/rollups/dimensions.ts';
import { readProviderDays } from '../../../lib/rollups/rollups.ts';
import type { ApiDeps } from '../deps.ts';
import { check, readWindow } from '../input.ts';
import { requireProvider } from '../principal.ts';

const storeQuery = z.object({ platform: platformSchema, storeId: idSchema });

/**
 * `GET /v1/repeat-purchases?from&to(&platform&storeId)`: of the buyers with a redemption in the window
 * that stands, those with redemptions of at least two orders. Buyers are known by a keyed hash alone,
 * per integration; redemptions whose buyer no platform told are not counted.
 */
export function repeatPurchasesRoute(api: Hono, deps: ApiDeps): void {
  api.get('/v1/repeat-purchases', async (c) => {
    const providerId = await requireProvider(c, deps);
    const window = readWindow(c, deps.now());
    const storeId = c.req.query('storeId');
    if (storeId === undefined) {
      return c.json(repeatRate(await readBuyers(deps.table, providerId, window)));
    }
    const store = check(storeQuery, { storeId, platform: c.req.query('platform') });
    const days = await readProviderDays(deps.table, providerId, window);
    const place = { providerId, ...store };
    const names = days.map(({ day }) => day);
    return c.json(repeatRate(await readStoreBuyers(deps.table, place, names)));
  });
}
