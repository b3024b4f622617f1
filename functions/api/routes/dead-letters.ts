import type { Hono } from 'hono';
import * as z from 'zod';
import {
  type DeadLetter,
  giveBack,
  type InHand,
  takeDeadLetters,
} from '../../../lib/queue/dead-letters.ts';
import { redrive } from '../../../lib/queue/redrive.ts';
import { type Dropped, droppedLetters } from '../../../lib/store/deliveries/dropped.ts';
import { instantToMs, toInstant } from '../../../lib/time/shanghai.ts';
import type { ApiDeps } from '../deps.ts';
import { dropLetters } from '../drop.ts';
import { check, instantInput, readBody, readCursor, readLimit, writeCursor } from '../input.ts';
import { requireOperator } from '../principal.ts';
import { deliveryIdSchema } from './set-aside.ts';

/** Well within the function's time-out; the last look and the giving back come on top. */
const BUDGET_MS = 6_000;

const queueSchema = z.enum(['intake', 'attribution']);

const common = {
  queue: queueSchema,
  filter: z
    .strictObject({
      deliveryId: z.string().optional(),
      type: z.string().optional(),
      integration: z.string().optional(),
      appKey: z.string().optional(),
      before: instantInput.optional(),
      after: instantInput.optional(),
    })
    .default({}),
  dryRun: z.boolean().default(false),
  until: instantInput.optional(),
};

const redriveBody = z.strictObject(common);

const dropBody = z.strictObject({ ...common, reason: z.string().trim().min(1).max(500) });

/**
 * `GET /v1/dead-letters`: what the workers gave up, without bodies. `POST /v1/dead-letters/redrive`:
 * sends it back to its queue, a few seconds' worth a request. `POST /v1/dead-letters/drop`: deletes it
 * alike, and keeps who did and why. `GET /v1/dead-letters/dropped`: what was dropped.
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

  api.post('/v1/dead-letters/drop', async (c) => {
    await requireOperator(c, deps);
    const body = await readBody(c, dropBody);
    const { queue, filter, dryRun, until = toInstant(Date.now()), reason } = body;
    const options = { filter, dryRun, untilMs: instantToMs(until), budgetMs: BUDGET_MS };
    const { moved, ...done } = await dropLetters(queue, options, reason, deps);
    deps.log('warn', 'dead-letters-dropped', { queue, dryRun, dropped: moved });
    return c.json({ ...done, dropped: moved, until });
  });

  api.get('/v1/dead-letters/dropped', async (c) => {
    await requireOperator(c, deps);
    const limit = readLimit(c, 50, 200);
    const after = readCursor(c, deliveryIdSchema);
    const letters: Dropped[] = [];
    for await (const letter of droppedLetters(deps.table, after)) {
      if (letters.length === limit) {
        return c.json({ letters, next: writeCursor(letters.at(-1)?.letterId) });
      }
      letters.push(letter);
    }
    return c.json({ letters, next: null });
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
