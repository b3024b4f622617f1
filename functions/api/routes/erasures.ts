import type { Hono } from 'hono';
import * as z from 'zod';
import { keyedHash } from '../../../lib/crypto/hash.ts';
import { Problem } from '../../../lib/errors/problem.ts';
import { givenId, platformSchema } from '../../../lib/events/event.ts';
import { findIntegration, integrationNames } from '../../../lib/integrations/registry.ts';
import { mask } from '../../../lib/mask/mask.ts';
import { buyerKey } from '../../../lib/store/privacy/buyer-key.ts';
import { needlesOf, type Whose } from '../../../lib/store/privacy/erase.ts';
import {
  beginErasure,
  beginWay,
  continueErasure,
  type Erasure,
  isAlone,
  readErasure,
  repeatErasure,
} from '../../../lib/store/privacy/erasures.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { noteChange } from '../audit.ts';
import { awaitedBy } from '../awaited.ts';
import type { ApiDeps } from '../deps.ts';
import { lineInput } from '../input.ts';
import { answer, forOperator } from '../route.ts';

/** What is looked for in bodies: a short id would be in other buyers' by chance. */
const neededId = givenId().min(8, 'an id of under 8 characters is in other bodies by chance');

const erasureBody = z
  .strictObject({
    platform: platformSchema,
    orderIds: z.array(neededId).max(100).default([]),
    voucherIds: z.array(neededId).max(100).default([]),
    /** The platform's id of the buyer (open_id …). */
    buyerId: givenId(256).min(8).optional(),
    reason: lineInput(500),
    /** Once more from the start, although it is finished. */
    again: z.boolean().default(false),
  })
  .refine(
    ({ orderIds, voucherIds, buyerId }) => orderIds.length + voucherIds.length > 0 || buyerId,
    {
      message: 'name at least one of orderIds, voucherIds and buyerId',
    },
  );

type ErasureRequest = z.infer<typeof erasureBody>;

export const erasurePost = forOperator('POST /v1/erasures', {
  needs: 'personal:erase',
  body: erasureBody,
});

export const erasureGet = forOperator('GET /v1/erasures/{erasureId}', {
  needs: 'personal:erase',
  params: z.object({ erasureId: givenId() }),
});

/** Well within the function's time-out. */
const BUDGET_MS = 5_000;

/**
 * `POST /v1/erasures`: erases a buyer's personal data, some seconds' worth a request. The same request
 * has the same id, so it is sent again until `finishedAt` is there, also after a crash. It does not end while
 * a delivery of theirs waits for the platform's answer, or one of its platform stands among the dead letters
 * (`awaits`): the one is read by itself, the other is redriven or dropped.
 * `GET /v1/erasures/{id}`: the receipt.
 */
export function erasuresRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, erasurePost, async ({ body: request }, c) => {
    const key = await buyerKey(deps.table);
    const erasure = await erasureFor(request, key, deps);
    const { erasureId, found, finishedAt } = erasure;
    const { platform, reason, orderIds, voucherIds, again } = request;
    const counts = { orders: orderIds.length, vouchers: voucherIds.length };
    const after = { platform, ...counts, byBuyer: erasure.byBuyer, reason, again, finishedAt };
    noteChange(c, { subject: `erasure/${erasureId}`, after });
    deps.log('info', 'personal-data-erased', { erasureId, ...found });
    return c.json(shown(erasure), erasure.finishedAt === null ? 202 : 200);
  });

  answer(api, deps, erasureGet, async ({ params: { erasureId } }, c) => {
    const erasure = await readErasure(deps.table, erasureId);
    if (erasure === undefined) throw new Problem('not-found', 'No erasure has that id.');
    return c.json(shown(erasure));
  });
}

async function erasureFor(request: ErasureRequest, key: string, deps: ApiDeps): Promise<Erasure> {
  const { platform, reason } = request;
  const orderIds = [...new Set(request.orderIds)].sort();
  const voucherIds = [...new Set(request.voucherIds)].sort();
  const byBuyer = request.buyerId !== undefined;
  const now = toInstant(deps.now());
  const standing = await beginErasure(deps.table, {
    erasureId: idOf({ ...request, orderIds, voucherIds }, key),
    ...{ platform, orderIds, voucherIds, byBuyer, reason },
    ...{ requestedBy: 'operator', requestedAt: now },
  });
  if (standing.finishedAt !== null && !request.again) return standing;
  const whose = whoseOf(request, key);
  let begun = standing.finishedAt === null ? standing : await repeatErasure(deps.table, standing);
  if (begun.position === null) {
    const awaited = await awaitedBy(begun, whose, deps);
    // It went through the table once, and what it waits for is still awaited: nothing new is there.
    if (begun.scanned > 0 && !isAlone(awaited)) return beginWay(deps.table, begun, awaited);
    begun = await beginWay(deps.table, begun, awaited);
  }
  return continueErasure(deps.table, begun, whose, now, Date.now() + BUDGET_MS);
}

/** Keyed, so that nobody who guesses the buyer's id can check it by this one. */
function idOf({ platform, orderIds, voucherIds, buyerId }: ErasureRequest, key: string): string {
  return keyedHash(key, 'erasure', JSON.stringify([platform, orderIds, voucherIds, buyerId ?? '']));
}

function whoseOf({ platform, orderIds, voucherIds, buyerId }: ErasureRequest, key: string): Whose {
  const names = integrationNames().filter((name) => findIntegration(name)?.platform === platform);
  const ids = [...orderIds, ...voucherIds, ...(buyerId === undefined ? [] : [buyerId])];
  return {
    platform,
    orderIds: new Set(orderIds),
    voucherIds: new Set(voucherIds),
    integrations: new Set(names),
    needles: needlesOf(ids),
    buyers: new Set(
      buyerId === undefined ? [] : names.map((name) => keyedHash(key, name, buyerId)),
    ),
  };
}

/** Without what is ours alone: how far the work has come. */
function shown({ step: _step, position: _position, ...receipt }: Erasure) {
  return { ...receipt, reason: mask('text', receipt.reason) };
}
