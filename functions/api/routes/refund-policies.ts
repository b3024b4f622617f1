import type { Hono } from 'hono';
import * as z from 'zod';
import {
  putRefundPolicy,
  readRefundPolicy,
  refundPolicySchema,
} from '../../../lib/callbacks/refund-policy.ts';
import type { ApiDeps } from '../deps.ts';
import { readBody } from '../input.ts';
import { requireRegisteredMerchant } from '../merchant.ts';
import { requireOperator } from '../principal.ts';

const policyBody = z.strictObject({ policy: refundPolicySchema });

/** How a merchant's refund requests are decided; those that are filed already stay as they are. */
export function refundPoliciesRoutes(api: Hono, deps: ApiDeps): void {
  api.put('/v1/merchants/:platform/:merchantId/refund-policy', async (c) => {
    await requireOperator(c, deps);
    const { platform, merchantId } = await requireRegisteredMerchant(c, deps);
    const { policy } = await readBody(c, policyBody);
    await putRefundPolicy(deps.table, platform, merchantId, policy);
    return c.json({ policy });
  });

  api.get('/v1/merchants/:platform/:merchantId/refund-policy', async (c) => {
    await requireOperator(c, deps);
    const { platform, merchantId } = await requireRegisteredMerchant(c, deps);
    return c.json({ policy: await readRefundPolicy(deps.table, platform, merchantId) });
  });
}
