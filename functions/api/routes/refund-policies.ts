import type { Hono } from 'hono';
import * as z from 'zod';
import {
  putRefundPolicy,
  readRefundPolicy,
  refundPolicySchema,
} from '../../../lib/callbacks/refund-policy.ts';
import { noteChange } from '../audit.ts';
import type { ApiDeps } from '../deps.ts';
import { merchantParams, requireMerchant } from '../merchant.ts';
import { answer, forOperator } from '../route.ts';

const PATH = '/v1/merchants/{platform}/{merchantId}/refund-policy';

export const refundPolicyPut = forOperator(`PUT ${PATH}`, {
  needs: 'registry:write',
  params: merchantParams,
  body: z.strictObject({ policy: refundPolicySchema }),
});

export const refundPolicyGet = forOperator(`GET ${PATH}`, {
  needs: 'registry:read',
  params: merchantParams,
});

/** How a merchant's refund requests are decided; those that are filed already stay as they are. */
export function refundPoliciesRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, refundPolicyPut, async ({ params, body: { policy } }, c) => {
    await requireMerchant(params, deps);
    const { platform, merchantId } = params;
    const before = { policy: await readRefundPolicy(deps.table, platform, merchantId) };
    await putRefundPolicy(deps.table, platform, merchantId, policy);
    noteChange(c, { before, after: { policy } });
    return c.json({ policy });
  });

  answer(api, deps, refundPolicyGet, async ({ params }, c) => {
    await requireMerchant(params, deps);
    const { platform, merchantId } = params;
    return c.json({ policy: await readRefundPolicy(deps.table, platform, merchantId) });
  });
}
