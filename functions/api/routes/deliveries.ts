import type { Hono } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../lib/errors/problem.ts';
import { mask } from '../../../lib/mask/mask.ts';
import { maskBody } from '../../../lib/mask/mask-body.ts';
import { readKept } from '../../../lib/store/deliveries/kept.ts';
import { noteChange } from '../audit.ts';
import type { ApiDeps } from '../deps.ts';
import { answer, forOperator } from '../route.ts';
import { deliveryIdSchema } from './set-aside.ts';

const params = z.object({ deliveryId: deliveryIdSchema });

export const deliveryGet = forOperator('GET /v1/deliveries/{deliveryId}', {
  needs: 'pipeline:read',
  params,
});

export const deliveryBodyGet = forOperator('GET /v1/deliveries/{deliveryId}/body', {
  needs: 'personal:read',
  params,
  isExport: () => true,
});

/**
 * `GET /v1/deliveries/{deliveryId}`: what a platform sent and what became of it, with everything masked that may
 * be personal. `…/body`: the bytes as they came, and a trace of who read them.
 */
export function deliveriesRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, deliveryGet, async ({ params: { deliveryId } }, c) => {
    const kept = await readKept(deps.table, deliveryId);
    if (kept === undefined) throw gone();
    const { body, why, ...rest } = kept;
    return c.json({
      ...rest,
      why: why === null ? null : mask('text', why),
      bytes: body?.byteLength ?? null,
      body: body === null ? null : maskBody(body),
    });
  });

  answer(api, deps, deliveryBodyGet, async ({ params: { deliveryId } }, c) => {
    const kept = await readKept(deps.table, deliveryId);
    if (kept === undefined) throw gone();
    const { body, integration, appKey, receivedAt } = kept;
    if (body === null) {
      throw new Problem('not-found', 'The body of this delivery was erased on a buyer’s request.');
    }
    const after = { integration, appKey, receivedAt };
    noteChange(c, { subject: `delivery/${deliveryId}`, after });
    return c.body(Uint8Array.from(body), 200, {
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="${deliveryId}.txt"`,
      'cache-control': 'no-store',
    });
  });
}

function gone(): Problem {
  return new Problem(
    'not-found',
    'No delivery of that id is kept, or its time in the archive is over.',
  );
}
