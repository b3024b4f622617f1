import type { Hono } from 'hono';
import * as z from 'zod';
import { idSchema } from '../../../lib/events/event.ts';
import { redeemSchema, reverseSchema } from '../../../lib/integrations/kit/till.ts';
import type { ApiDeps } from '../deps.ts';
import { check, readBody } from '../input.ts';
import { requireOperator } from '../principal.ts';
import { performAct } from '../till.ts';

const whose = { integration: z.string().min(1).max(64), appKey: idSchema };
const whoseSchema = z.looseObject(whose);

/**
 * `POST /v1/redemptions` and `POST /v1/reversals`: redeems (核销) at the platform, or takes back, where that
 * is our call, and records the facts. The same `requestId` with the same body is the same act.
 */
export function tillRoutes(api: Hono, deps: ApiDeps): void {
  api.post('/v1/redemptions', async (c) => {
    await requireOperator(c, deps);
    const { integration, appKey, ...asked } = await readBody(c, whoseSchema);
    const command = check(redeemSchema, asked);
    const act = { verb: 'redeem', command } as const;
    const answer = await performAct({ integration, appKey, ...act }, deps);
    return c.json({ requestId: command.requestId, ...answer });
  });

  api.post('/v1/reversals', async (c) => {
    await requireOperator(c, deps);
    const { integration, appKey, ...asked } = await readBody(c, whoseSchema);
    const command = check(reverseSchema, asked);
    const act = { verb: 'reverse', command } as const;
    const answer = await performAct({ integration, appKey, ...act }, deps);
    return c.json({ requestId: command.requestId, ...answer });
  });
}
