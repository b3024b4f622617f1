import type { Hono } from 'hono';
import * as z from 'zod';
import { mapLimit } from '../../../lib/async/map-limit.ts';
import { givenId } from '../../../lib/events/id.ts';
import { isLosing, lossesOf } from '../../../lib/reconciliation/losses.ts';
import { addDays, daysBetween } from '../../../lib/time/shanghai.ts';
import type { ApiDeps } from '../deps.ts';
import { windowOf, windowShape } from '../input.ts';
import { lossLimitOf } from '../losing.ts';
import { answer, forOperator } from '../route.ts';

export const lossesGet = forOperator('GET /v1/losses', {
  needs: 'pipeline:read',
  query: z.strictObject({
    ...windowShape,
    integration: z.string().min(1).max(64).optional(),
    appKey: givenId().optional(),
  }),
});

const DAYS_AT_ONCE = 8;

/** `GET /v1/losses`: how many redemptions no webhook brought, by app and day. Days that were not checked are absent. */
export function lossesRoute(api: Hono, deps: ApiDeps): void {
  answer(api, deps, lossesGet, async ({ query }, c) => {
    const { from, to } = windowOf(query, deps.now());
    const days = Array.from({ length: daysBetween(from, to) }, (_, at) => addDays(from, at));
    const rows = await mapLimit(days, DAYS_AT_ONCE, (day) => lossesOf(deps.table, day, query));
    const limit = lossLimitOf(deps);
    const shown = rows.flat().map((row) => ({ ...row, isLosing: isLosing(row, limit) }));
    return c.json({ rows: shown, lossAlarmBp: limit.lossAlarmBp });
  });
}
