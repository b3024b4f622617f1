import type { Context } from 'hono';
import { fingerprint } from '../../lib/crypto/hash.ts';
import { noteChange } from './audit.ts';
import type { ApiDeps } from './deps.ts';
import { requireOwnRedemption, requireOwnReversal } from './own-till.ts';
import type { Principal } from './principal.ts';
import { requireRealStore } from './routes/merchants.ts';
import { performAct, type TillAnswer } from './till.ts';
import type { ActRequest } from './till-facts.ts';

/** Acts at the till, as whoever asks for them may do them: by a program, and on the page. */

export type Redeeming = Extract<ActRequest, { verb: 'redeem' }>;
export type Reversing = Extract<ActRequest, { verb: 'reverse' }>;

/** @throws Problem */
export async function redeemFor(
  c: Context,
  principal: Principal,
  act: Redeeming,
  deps: ApiDeps,
): Promise<TillAnswer> {
  const { integration, appKey, command } = act;
  const { storeId, merchantId } = command;
  requireRealStore(storeId);
  await requireOwnRedemption(principal, { integration, appKey, storeId, merchantId }, deps);
  return performFor(c, principal, act, deps);
}

/** @throws Problem */
export async function reverseFor(
  c: Context,
  principal: Principal,
  act: Reversing,
  deps: ApiDeps,
): Promise<TillAnswer> {
  const { integration, appKey, command } = act;
  await requireOwnReversal(principal, { integration, appKey, ...command }, deps);
  return performFor(c, principal, act, deps);
}

async function performFor(
  c: Context,
  principal: Principal,
  act: ActRequest,
  deps: ApiDeps,
): Promise<TillAnswer> {
  const { integration, appKey, command } = act;
  const requestId = ownRequestId(principal, command.requestId);
  const own = { ...act, command: { ...command, requestId } } as ActRequest;
  const done = await performAct(own, deps);
  noteAct(c, { integration, appKey, requestId: command.requestId, storeId: command.storeId }, done);
  return done;
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
