import type { Hono } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../lib/errors/problem.ts';
import type { Event } from '../../../lib/events/event.ts';
import type { Entry } from '../../../lib/ledger/entry.ts';
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

export const deliveryTrialPost = forOperator('POST /v1/deliveries/{deliveryId}/trial', {
  needs: 'personal:read',
  params,
  body: z.strictObject({ text: z.string().min(1).max(60_000).optional() }),
});

/**
 * `GET /v1/deliveries/{deliveryId}`: what a platform sent and what became of it, with everything masked that may
 * be personal. `…/body`: the bytes as they came, and a trace of who read them.
 * `…/trial`: what an edited copy would be read and booked as; nothing is written but the trace.
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
      throw erased();
    }
    const after = { integration, appKey, receivedAt };
    noteChange(c, { subject: `delivery/${deliveryId}`, after });
    return c.body(Uint8Array.from(body), 200, {
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="${deliveryId}.txt"`,
      'cache-control': 'no-store',
    });
  });

  answer(api, deps, deliveryTrialPost, async ({ params: { deliveryId }, body }, c) => {
    const kept = await readKept(deps.table, deliveryId);
    if (kept === undefined) throw gone();
    if (kept.body === null) throw erased();
    const text = body.text ?? new TextDecoder().decode(kept.body);
    const { tryCopy } = await import('../trial.ts');
    const trial = await tryCopy(kept, text, deps);
    const { integration, appKey } = kept;
    const after = { integration, appKey, outcome: trial.outcome, kind: trial.kind };
    noteChange(c, { subject: `delivery/${deliveryId}`, after, isChange: true });
    const { events, entries, ...rest } = trial;
    return c.json({ text, ...rest, events: events.map(eventOf), entries: entries.map(entryOf) });
  });
}

function eventOf(event: Event) {
  const { eventId: _id, orderId, voucherId, ...rest } = event;
  const amounts = 'amounts' in rest ? rest.amounts : null;
  return {
    ...{ kind: rest.kind, occurredAt: rest.occurredAt, merchantId: rest.merchantId },
    storeId: 'storeId' in rest ? rest.storeId : null,
    orderId: orderId === null ? null : mask('id', orderId),
    voucherId: voucherId === null ? null : mask('id', voucherId),
    amounts,
    refundedFen: 'refundedFen' in rest ? rest.refundedFen : null,
  };
}

function entryOf(entry: Entry) {
  const { providerId, kind, businessDay, storeId, count, amountFen, commissionFen } = entry;
  const { candidates: _all, ...explanation } = entry.explanation;
  return { providerId, kind, businessDay, storeId, count, amountFen, commissionFen, explanation };
}

function erased(): Problem {
  return new Problem('not-found', 'The body of this delivery was erased on a buyer’s request.');
}

function gone(): Problem {
  return new Problem(
    'not-found',
    'No delivery of that id is kept, or its time in the archive is over.',
  );
}
