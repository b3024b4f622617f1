import type { Hono } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../lib/errors/problem.ts';
import { givenId, platformSchema } from '../../../lib/events/event.ts';
import { UNKNOWN_STORE } from '../../../lib/ledger/entry.ts';
import { isTierStore } from '../../../lib/ledger/tiers.ts';
import { forgetLargestName } from '../../../lib/rollups/largest-names.ts';
import {
  putMerchant,
  putStore,
  readMerchant,
  readStore,
} from '../../../lib/store/accounts/parties.ts';
import { archivedOf, requireInUse } from '../archived.ts';
import { noteChange } from '../audit.ts';
import type { ApiDeps } from '../deps.ts';
import { lineInput } from '../input.ts';
import { merchantParams, requireMerchant } from '../merchant.ts';
import { answer, forOperator } from '../route.ts';

const nameSchema = lineInput(200);

export const merchantPut = forOperator('PUT /v1/merchants/{platform}/{merchantId}', {
  needs: 'registry:write',
  params: merchantParams,
  body: z.strictObject({ name: nameSchema }),
});

export const storePut = forOperator('PUT /v1/stores/{platform}/{storeId}', {
  needs: 'registry:write',
  params: z.object({ platform: platformSchema, storeId: givenId() }),
  body: z.strictObject({
    name: nameSchema,
    merchantId: givenId(),
    city: lineInput(100).optional(),
  }),
});

/** Merchants (商家) and stores (门店). */
export function merchantsRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, merchantPut, async ({ params, body }, c) => {
    const { platform, merchantId } = params;
    const before = (await readMerchant(deps.table, platform, merchantId)) ?? null;
    const merchant = { ...params, ...body, ...archivedOf(before) };
    await putMerchant(deps.table, merchant);
    noteChange(c, { subject: `merchant/${platform}/${merchantId}`, before, after: merchant });
    return c.json(merchant);
  });

  answer(api, deps, storePut, async ({ params, body }, c) => {
    const { name, merchantId, city = null } = body;
    requireRealStore(params.storeId);
    const { platform, storeId } = params;
    const merchant = await requireMerchant({ platform, merchantId }, deps);
    const before = (await readStore(deps.table, platform, storeId)) ?? null;
    // A store that stands may be renamed; none is made or moved there.
    if (before?.merchantId !== merchantId) requireInUse('merchant', merchant);
    const own = { name, city, namedBy: 'operator' as const };
    const store = { ...params, merchantId, ...own, ...archivedOf(before) };
    await putStore(deps.table, store);
    await forgetLargestName(deps.table, store);
    const subject = `store/${store.platform}/${store.storeId}`;
    noteChange(c, { subject, before, after: store });
    return c.json(store);
  });
}

/** The ledger's own places are nobody's store: a name or a city of one would be that of every merchant. */
export function requireRealStore(storeId: string): void {
  if (storeId !== UNKNOWN_STORE && !isTierStore(storeId)) return;
  throw new Problem(
    'request-invalid',
    `storeId: ${storeId} stands for what has no store. Register the store by the platform's own id.`,
  );
}
