import type { Hono } from 'hono';
import * as z from 'zod';
import {
  type DeadLetter,
  giveBack,
  type InHand,
  takeDeadLetters,
} from '../../../lib/queue/dead-letters.ts';
import { redrive } from '../../../lib/queue/redrive.ts';
import { instantToMs, toInstant } from '../../../lib/time/shanghai.ts';
import type { ApiDeps } from '../deps.ts';
import { check, instantInput, readBody, readLimit } from '../input.ts';
import { requireOperator } from '../principal.ts';

/** Well within the function's time-out; the last look and the giving back come on top. */
const BUDGET_MS = 6_000;

const queueSchema = z.enum(['intake', 'attribution']);

const redriveBody = z.strictObject({
  queue: queueSchema,
  filter: z
    .strictObject({
      type: z.string().optional(),
      integration: z.string().optional(),
      appKey: z.string().optional(),
      before: instantInput.optional(),
      after: instantInput.optional(),
    })
    .default({}),
  dryRun: z.boolean().default(false),
  until: instantInput.optional(),
});

/**
 * `GET /v1/dead-letters`: what the workers gave up, without bodies. `POST /v1/dead-letters/redrive`:
 * sends it back to its queue, a few seconds' worth a request.
 */
export function deadLettersRoutes(api: Hono, deps: ApiDeps): void {
  api.get('/v1/dead-letters', async (c) => {
    await requireOperator(c, deps);
    const { queue } = check(z.object({ queue: queueSchema }), { queue: c.req.query('queue') });
    const limit = readLimit(c, 100, 1_000);
    const { letters, more } = await look(deps.queues[queue].deadLetterUrl, limit, deps);
    return c.json({ queue, groups: groupsOf(letters), letters, more });
  });

  api.post('/v1/dead-letters/redrive', async (c) => {
    await requireOperator(c, deps);
    const { queue, filter, dryRun, until = toInstant(Date.now()) } = await readBody(c, redriveBody);
    const untilMs = instantToMs(until);
    const options = { filter, dryRun, untilMs, budgetMs: BUDGET_MS };
    const done = await redrive(deps.sqs, deps.queues[queue], options);
    deps.log('info', 'dead-letters-redriven', { queue, dryRun, moved: done.moved });
    return c.json({ ...done, until });
  });
}

/** Looks at dead letters and puts them back. */
async function look(
  url: string,
  limit: number,
  { sqs }: ApiDeps,
): Promise<{ letters: DeadLetter[]; more: boolean }> {
  const deadlineMs = Date.now() + BUDGET_MS;
  const seen: InHand[] = [];
  try {
    for await (const batch of takeDeadLetters(sqs, url, deadlineMs)) {
      seen.push(...batch);
      if (seen.length >= limit) break;
    }
  } finally {
    await giveBack(sqs, url, seen);
  }
  const letters = seen.slice(0, limit).map(({ letter }) => letter);
  return { letters, more: seen.length >= limit || Date.now() >= deadlineMs };
}

interface Group {
  readonly type: string;
  readonly integration: string | null;
  readonly appKey: string | null;
  readonly count: number;
  /** When the oldest and the newest of them came. */
  readonly oldestAt: string;
  readonly newestAt: string;
}

function groupsOf(letters: readonly DeadLetter[]): Group[] {
  const byKind = Map.groupBy(letters, ({ type, integration, appKey }) =>
    JSON.stringify([type, integration, appKey]),
  );
  return [...byKind.values()].flatMap((all) => {
    const [first] = all;
    if (first === undefined) return [];
    const times = all.map(({ receivedAt }) => receivedAt).sort();
    const { type, integration, appKey } = first;
    const [oldestAt = '', newestAt = oldestAt] = [times[0], times.at(-1)];
    return [{ type, integration, appKey, count: all.length, oldestAt, newestAt }];
  });
}
