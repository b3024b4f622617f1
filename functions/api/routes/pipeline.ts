import type { Hono } from 'hono';
import { countSetAside } from '../../../lib/store/deliveries/archive.ts';
import type { ApiDeps } from '../deps.ts';
import { losingApps } from '../losing.ts';
import { readPipeline } from '../pipeline-state.ts';
import { answer, forOperator } from '../route.ts';

export const pipelineGet = forOperator('GET /v1/pipeline', { needs: 'pipeline:read' });

/** `GET /v1/pipeline`: what is on its way, what waits, what was set aside. */
export function pipelineRoute(api: Hono, deps: ApiDeps): void {
  answer(api, deps, pipelineGet, async (_call, c) => {
    const { queues, hints, unfinished, behind, idle } = await readPipeline(deps);
    // What is set aside only grows while it is read, so it is read last.
    const [parked, quarantined, losing] = await Promise.all([
      countSetAside(deps.table, 'parked'),
      countSetAside(deps.table, 'quarantined'),
      losingApps(deps),
    ]);
    return c.json({ queues, hints, unfinished, behind, parked, quarantined, idle, losing });
  });
}
