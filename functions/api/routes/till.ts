import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { fingerprint } from '../../../lib/crypto/hash.ts';
import { givenId } from '../../../lib/events/event.ts';
import { redeemSchema, reverseSchema } from '../../../lib/integrations/kit/till.ts';
import { noteChange } from '../audit.ts';
import type { ApiDeps } from '../deps.ts';
import { requireOwnRedemption, requireOwnReversal } from '../own-till.ts';
import type { Principal } from '../principal.ts';
import { answer, forEither } from '../route.ts';
import { performAct, type TillAnswer } from '../till.ts';
import { requireRealStore } from './merchants.ts';
import { chosenAct, preparedForm, type Redeeming } from './prepare.ts';

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
    const { integration, appKey, command } = act;
    const { storeId, merchantId, requestId } = command;
    requireRealStore(storeId);
    await requireOwnRedemption(principal, { integration, appKey, storeId, merchantId }, deps);
    const own = { ...command, requestId: ownRequestId(principal, requestId) };
    const done = await performAct({ ...act, command: own }, deps);
    noteAct(c, { integration, appKey, requestId, storeId }, done);
    return c.json({ requestId: command.requestId, ...done });
  });

  answer(api, deps, reversalPost, async ({ principal, body }, c) => {
    const { integration, appKey, ...command } = body;
    await requireOwnReversal(principal, body, deps);
    const own = { ...command, requestId: ownRequestId(principal, command.requestId) };
    const done = await performAct({ integration, appKey, verb: 'reverse', command: own }, deps);
    noteAct(c, body, done);
    return c.json({ requestId: command.requestId, ...done });
  });
}

function redeemingOf({ integration, appKey, ...command }: z.infer<typeof redeemForm>): Redeeming {
  return { integration, appKey, verb: 'redeem', command };
}

/**
 * Two providers may give the same name to two acts, also at one app: neither is the other's repetition, here or at the
 * platform, which takes it as its own number of the act.
 */
function ownRequestId(principal: Principal, requestId: string): string {
  if (principal.is === 'operator') return requestId;
  return fingerprint('till', principal.providerId, requestId).slice(0, 32);
}

interface Named {
  readonly integration: string;
  readonly appKey: string;
  readonly requestId: string;
  readonly storeId?: string | undefined;
}

/** A voucher's id may be its code, so the trail has the till's own name of the act. */
function noteAct(
  c: Context,
  { integration, appKey, requestId, storeId }: Named,
  { acts, notDone = [] }: TillAnswer,
): void {
  const after = { storeId: storeId ?? null, done: acts.length, notDone: notDone.length };
  noteChange(c, { subject: `till/${integration}/${appKey}/${requestId}`, after });
}
