import type { Hono } from 'hono';
import { givenId } from '../../../lib/events/event.ts';
import { redeemSchema, reverseSchema } from '../../../lib/integrations/kit/till.ts';
import type { ApiDeps } from '../deps.ts';
import { requireOwnRedemption, requireOwnReversal } from '../own-till.ts';
import { answer, forEither } from '../route.ts';
import { performAct } from '../till.ts';
import { requireRealStore } from './merchants.ts';

const whose = { integration: givenId(64), appKey: givenId() };

export const redemptionPost = forEither('POST /v1/redemptions', {
  needs: 'till:use',
  body: redeemSchema.safeExtend(whose),
});

export const reversalPost = forEither('POST /v1/reversals', {
  needs: 'till:use',
  body: reverseSchema.extend(whose),
});

/**
 * `POST /v1/redemptions` and `POST /v1/reversals`: redeems (核销) at the platform, or takes back, where that
 * is our call, and records the facts. A provider's till stands at the stores that its token names. The same `requestId` with the same body is the same act.
 */
export function tillRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, redemptionPost, async ({ principal, body }, c) => {
    const { integration, appKey, ...command } = body;
    requireRealStore(command.storeId);
    await requireOwnRedemption(principal, body, deps);
    const done = await performAct({ integration, appKey, verb: 'redeem', command }, deps);
    return c.json({ requestId: command.requestId, ...done });
  });

  answer(api, deps, reversalPost, async ({ principal, body }, c) => {
    const { integration, appKey, ...command } = body;
    await requireOwnReversal(principal, body, deps);
    const done = await performAct({ integration, appKey, verb: 'reverse', command }, deps);
    return c.json({ requestId: command.requestId, ...done });
  });
}
