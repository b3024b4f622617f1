import type { Hono } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../lib/errors/problem.ts';
import { givenId } from '../../../lib/events/id.ts';
import { findIntegration } from '../../../lib/integrations/registry.ts';
import { beginReconciliation } from '../../../lib/reconciliation/begin.ts';
import { reasonText } from '../../../lib/reconciliation/reasons.ts';
import { readRegistered } from '../../../lib/store/accounts/apps.ts';
import {
  type Reconciliation,
  readReconciliation,
  saveReconciliation,
  unlistReconciliation,
} from '../../../lib/store/reconciliation/reconciliations.ts';
import {
  businessDayAt,
  daysBetween,
  instantToMs,
  isBusinessDay,
  toInstant,
} from '../../../lib/time/shanghai.ts';
import { noteChange } from '../audit.ts';
import type { ApiDeps } from '../deps.ts';
import { MAX_DAYS, tooManyDays } from '../input.ts';
import { answer, forOperator } from '../route.ts';

/** More are read by leaving them out: then all of the app's are. */
const MAX_STORES = 1_000;

/** A worker may save at the same moment, each time once. */
const TRIES = 5;

const day = z.string().refine(isBusinessDay, 'a day is YYYY-MM-DD');

const params = z.object({ id: givenId() });

export const reconciliationPost = forOperator('POST /v1/reconciliations', {
  needs: 'pipeline:write',
  body: z.strictObject({
    integration: givenId(),
    appKey: givenId(),
    ...{ from: day, to: day },
    stores: z.array(givenId()).min(1).max(MAX_STORES).optional(),
  }),
});

export const reconciliationGet = forOperator('GET /v1/reconciliations/{id}', {
  needs: 'pipeline:read',
  params,
});

export const reconciliationCancelPost = forOperator('POST /v1/reconciliations/{id}/cancel', {
  needs: 'pipeline:write',
  params,
});

/** A window of an app's days is compared with its platform's records, by `reconcile`, after everything else. */
export function reconciliationsRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, reconciliationPost, async ({ body }, c) => {
    await checkWindow(body, deps);
    const { stores, ...window } = body;
    const wanted = {
      ...window,
      ...(stores === undefined ? {} : { stores: [...new Set(stores)].sort() }),
      ...({ pass: 'day', wantedBy: 'operator' } as const),
    };
    const reconciliationId = await beginReconciliation(deps.table, wanted, deps.now());
    noteChange(c, { subject: `reconciliation/${reconciliationId}`, after: body });
    return c.json({ reconciliationId }, 202);
  });

  answer(api, deps, reconciliationGet, async ({ params: { id } }, c) =>
    c.json(shown(await find(id, deps), deps.now())),
  );

  answer(api, deps, reconciliationCancelPost, async ({ params: { id } }, c) => {
    const { status } = await find(id, deps);
    const cancelled = await cancel(id, deps);
    const [before, after] = [{ status }, { status: cancelled.status }];
    noteChange(c, { subject: `reconciliation/${id}`, before, after });
    return c.json(shown(cancelled, deps.now()));
  });
}

async function checkWindow(
  { integration, appKey, from, to }: z.infer<typeof reconciliationPost.body>,
  { table, now }: ApiDeps,
): Promise<void> {
  const days = daysBetween(from, to);
  if (days < 1) throw new Problem('request-invalid', 'from: must not be after to');
  if (days > MAX_DAYS) throw tooManyDays();
  if (to > businessDayAt(now())) {
    throw new Problem('request-invalid', 'to: must not be after today, in Asia/Shanghai');
  }
  if (findIntegration(integration) === undefined) {
    throw new Problem('integration-unknown', 'integration: GET /docs lists those that there are.');
  }
  if ((await readRegistered(table, integration, appKey)) === undefined) {
    throw new Problem('not-found', 'There is no such app. Register it with PUT /v1/apps.');
  }
}

async function find(id: string, { table }: ApiDeps): Promise<Reconciliation> {
  const found = await readReconciliation(table, id);
  if (found === undefined) throw new Problem('not-found', 'There is no such reconciliation.');
  return found;
}

/** What was taken in until then stays. */
async function cancel(id: string, deps: ApiDeps): Promise<Reconciliation> {
  const endedAt = toInstant(deps.now());
  for (let left = TRIES; left > 0; left -= 1) {
    const read = await find(id, deps);
    if (read.status !== 'running') return read;
    const saved = await saveReconciliation(deps.table, read, { status: 'cancelled', endedAt });
    if (saved === undefined) continue;
    await unlistReconciliation(deps.table, id);
    return saved;
  }
  throw new Error('a reconciliation kept changing while it was cancelled');
}

function shown(one: Reconciliation, nowMs: number): object {
  const { reconciliationId, integration, appKey, from, to, stores, status, reason } = one;
  const { done, placesTotal, calls, found, repaired, differences, startedAt, endedAt } = one;
  return {
    ...{ reconciliationId, integration, appKey, from, to },
    ...(stores === undefined ? {} : { stores }),
    ...{ status, done, total: placesTotal, calls, found, repaired, differences },
    ...{ secondsLeft: secondsLeft(one, nowMs), startedAt, endedAt },
    reason: reason === null ? null : reasonText(reason),
  };
}

/** By how fast it was until now; null where nobody can tell. */
function secondsLeft(one: Reconciliation, nowMs: number): number | null {
  const { status, done, placesTotal, startedAt } = one;
  if (status !== 'running' || placesTotal === null || done === 0) return null;
  const spentMs = Math.max(0, nowMs - instantToMs(startedAt));
  return Math.ceil(((placesTotal - done) * spentMs) / done / 1000);
}
