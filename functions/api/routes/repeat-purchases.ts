import type { Hono } from 'hono';
import * as z from 'zod';
import { givenId, platformSchema } from '../../../lib/events/id.ts';
import { repeatRate } from '../../../lib/ledger/buyers.ts';
import { readBuyers, readStoreBuyers } from '../../../lib/rollups/dimensions.ts';
import { readProviderDays } from '../../../lib/rollups/rollups.ts';
import type { ApiDeps } from '../deps.ts';
import { windowOf, windowShape } from '../input.ts';
import { answer, forProvider } from '../route.ts';

export const repeatPurchasesGet = forProvider('GET /v1/repeat-purchases', {
  needs: 'reports:read',
  query: z
    .object({
      ...windowShape,
      platform: platformSchema.optional(),
      storeId: givenId().optional(),
    })
    .refine(({ platform, storeId }) => storeId === undefined || platform !== undefined, {
      path: ['platform'],
      message: 'say the store’s platform',
    }),
});

/**
 * `GET /v1/repeat-purchases?from&to(&platform&storeId)`: of the buyers with a redemption in the window
 * that stands, those with redemptions of at least two orders. Buyers are known by a keyed hash alone,
 * per integration; redemptions whose buyer no platform reported are not counted.
 */
export function repeatPurchasesRoute(api: Hono, deps: ApiDeps): void {
  answer(api, deps, repeatPurchasesGet, async ({ providerId, query }, c) => {
    const { platform, storeId } = query;
    const window = windowOf(query, deps.now());
    if (storeId === undefined || platform === undefined) {
      return c.json(repeatRate(await readBuyers(deps.table, providerId, window)));
    }
    const days = await readProviderDays(deps.table, providerId, window);
    const place = { providerId, platform, storeId };
    const names = days.map(({ day }) => day);
    return c.json(repeatRate(await readStoreBuyers(deps.table, place, names)));
  });
}
