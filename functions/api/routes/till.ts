import type { Hono } from 'hono';
import { givenId } from '../../../lib/events/event.ts';
import { redeemSchema, reverseSchema } from '../../../lib/integrations/kit/till.ts';
import type { ApiDeps } from '../deps.ts';
import { answer, forOperator } from '../route.ts';
import { performAct } from '../till.ts';
import { requireRealStore } from './merchants.ts';

const whose = { integration: givenId(64), appKey: givenId() };

export const redemptionPost = forOperator('POST /v1/redemptions', {
  body: redeemSchema.safeExtend(whose),
});

export const reversalPost = forOperator('POST /v1/reversals', {
  body: reverseSchema.extend(whose),
});

/**
 * `POST /v1/redemptions` and `POST /v1/reversals`: redeems (核销) at the platform, or takes back, where that
 * is our call, and records the facts. The same `requestId` with the same body is the same act.
 */
export function tillRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, redemptionPost, async ({ body }, c) => {
    const { integration, appKey, ...command } = body;
    requireRealStore(command.storeId);
    const done = await performAct({ integration, appKey, verb: 'redeem', command }, deps);
    return c.json({ requestId: command.requestId, ...done });
  });

  answer(api, deps, reversalPost, async ({ body }, c) => {
    const { integration, appKey, ...command } = body;
    const done = await performAct({ integration, appKey, verb: 'reverse', command }, deps);
    return c.json({ requestId: command.requestId, ...done });
  });
}
