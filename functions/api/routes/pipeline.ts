import type { Hono } from 'hono';
import { type Depth, readDepth } from '../../../lib/queue/queue.ts';
import { countHints, countSetAside } from '../../../lib/store/deliveries/archive.ts';
import { countUnfinished } from '../../../lib/store/deliveries/unfinished.ts';
import type { ApiDeps, QueueUrls } from '../deps.ts';
import { answer, forOperator } from '../route.ts';

export const pipelineGet = forOperator('GET /v1/pipeline');

/** `GET /v1/pipeline`: what is on its way, what waits, what was set aside. */
export function pipelineRoute(api: Hono, deps: ApiDeps): void {
  answer(api, deps, pipelineGet, async (_call, c) => {
    // Read in the order of the way: what leaves one place while we look is seen in the next.
    const intake = await readQueue(deps.queues.intake, deps);
    const hints = await countHints(deps.table);
    const attribution = await readQueue(deps.queues.attribution, deps);
    const [parked, quarantined] = await Promise.all([
      countSetAside(deps.table, 'parked'),
      countSetAside(deps.table, 'quarantined'),
    ]);
    const unfinished = await countUnfinished(deps.table);
    const idle = isEmpty(intake) && hints === 0 && isEmpty(attribution) && unfinished === 0;
    return c.json({
      queues: { intake, attribution },
      hints,
      unfinished,
      parked,
      quarantined,
      idle,
    });
  });
}

async function readQueue(urls: QueueUrls, { sqs }: ApiDeps): Promise<Depth & { dead: number }> {
  const depth = await readDepth(sqs, urls.url);
  const dead = await readDepth(sqs, urls.deadLetterUrl);
  return { ...depth, dead: dead.waiting + dead.inFlight };
}

/** A dead letter is outstanding until it is sent back or somebody drops it and says why. */
function isEmpty({ waiting, inFlight, dead }: Depth & { dead: number }): boolean {
  return waiting === 0 && inFlight === 0 && dead === 0;
}
