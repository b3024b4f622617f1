import type { Hono } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../lib/errors/problem.ts';
import { idSchema, platformSchema } from '../../../lib/events/event.ts';
import { putMerchant, putStore, readMerchant } from '../../../lib/store/accounts/parties.ts';
import type { ApiDeps } from '../deps.ts';
import { check, lineInput, readBody } from '../input.ts';
import { requireOperator } from '../principal.ts';

const nameSchema = lineInput(200);

const storeBody = z.strictObject({
  name: nameSchema,
  merchantId: idSchema,
  city: lineInput(100).optional(),
});

/** Merchants (商家) and stores (门店). */
export function merchantsRoutes(api: Hono, deps: ApiDeps): void {
  api.put('/v1/merchants/:platform/:merchantId', async (c) => {
    await requireOperator(c, deps);
    const platform = check(platformSchema, c.req.param('platform'));
    const merchantId = check(idSchema, c.req.param('merchantId'));
    const { name } = await readBody(c, z.strictObject({ name: nameSchema }));
    const merchant = { platform, merchantId, name };
    await putMerchant(deps.table, merchant);
    return c.json(merchant);
  });

  api.put('/v1/stores/:platform/:storeId', async (c) => {
    await requireOperator(c, deps);
    const platform = check(platformSchema, c.req.param('platform'));
    const storeId = check(idSchema, c.req.param('storeId'));
    const { name, merchantId, city = null } = await readBody(c, storeBody);
    if ((await readMerchant(deps.table, platform, merchantId)) === undefined) {
      throw new Problem('merchant-unknown', 'Register it first with PUT /v1/merchants/….');
    }
    const store = { platform, storeId, merchantId, name, city, namedBy: 'operator' as const };
    await putStore(deps.table, store);
    return c.json(store);
  });
}
