import type { Hono } from 'hono';
import * as z from 'zod';
import { givenId } from '../../../lib/events/event.ts';
import { redeemSchema, reverseSchema } from '../../../lib/integrations/kit/till.ts';
import type { ApiDeps } from '../deps.ts';
import { answer, forEither } from '../route.ts';
import { type Redeeming, redeemFor, reverseFor } from '../till-acts.ts';
import { chosenAct, preparedForm } from './prepare.ts';

const whose = { integration: givenId(64), appKey: givenId() };

const redeemForm = redeemSchema.safeExtend(whose);

export const redemptionPost = forEither('POST /v1/redemptions', {
  needs: 'till:use',
  body: z.union([redeemForm, preparedForm]),
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
    const act = 'prepareId' in body ? await chosenAct(body, deps) : redeemingOf(body);
    const done = await redeemFor(c, principal, act, deps);
    return c.json({ requestId: act.command.requestId, ...done });
  });

  answer(api, deps, reversalPost, async ({ principal, body }, c) => {
    const { integration, appKey, ...command } = body;
    const act = { integration, appKey, verb: 'reverse', command } as const;
    const done = await reverseFor(c, principal, act, deps);
    return c.json({ requestId: command.requestId, ...done });
  });
}

function redeemingOf({ integration, appKey, ...command }: z.infer<typeof redeemForm>): Redeeming {
  return { integration, appKey, verb: 'redeem', command };
}
