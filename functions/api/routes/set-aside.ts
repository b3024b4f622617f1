import type { Hono } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../lib/errors/problem.ts';
import { mask } from '../../../lib/mask/mask.ts';
import { listSetAside, type SetAsideDelivery } from '../../../lib/store/deliveries/set-aside.ts';
import { SET_ASIDE_REASONS } from '../../../lib/store/keys.ts';
import { writeCursor } from '../cursors.ts';
import type { ApiDeps } from '../deps.ts';
import { cursorInput, limitInput } from '../input.ts';
import { answer, forOperator } from '../route.ts';

export const deliveryIdSchema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'a delivery’s id is 64 hex digits');

export const setAsideGet = forOperator('GET /v1/set-aside/{reason}', {
  needs: 'pipeline:read',
  params: z.object({ reason: z.string() }),
  query: z.object({ limit: limitInput(50, 200), cursor: cursorInput(deliveryIdSchema) }),
});

/** `GET /v1/set-aside/{parked|quarantined}`: what could not be read, and why; without the bodies. */
export function setAsideRoute(api: Hono, deps: ApiDeps): void {
  answer(api, deps, setAsideGet, async ({ params, query }, c) => {
    const setAside = SET_ASIDE_REASONS.find((each) => each === params.reason);
    if (setAside === undefined)
      throw new Problem('not-found', `The lists are ${SET_ASIDE_REASONS.join(', ')}.`);
    const { limit, cursor } = query;
    const deliveries: SetAsideDelivery[] = [];
    for await (const delivery of listSetAside(deps.table, setAside, cursor)) {
      if (deliveries.length === limit) {
        const last = deliveries.at(-1);
        return c.json({ setAside, deliveries, next: writeCursor(c, last?.deliveryId) });
      }
      const { why } = delivery;
      deliveries.push(why == null ? delivery : { ...delivery, why: mask('text', why) });
    }
    return c.json({ setAside, deliveries, next: null });
  });
}
