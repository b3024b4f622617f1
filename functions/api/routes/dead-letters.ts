import type { Hono } from 'hono';
import * as z from 'zod';
import { givenId } from '../../../lib/events/id.ts';
import { mask } from '../../../lib/mask/mask.ts';
import {
  type DeadLetter,
  giveBack,
  type InHand,
  takeDeadLetters,
} from '../../../lib/queue/dead-letters.ts';
import { redrive } from '../../../lib/queue/redrive.ts';
import { type Dropped, droppedLetters } from '../../../lib/store/deliveries/dropped.ts';
import { instantToMs, toInstant } from '../../../lib/time/shanghai.ts';
import { noteChange } from '../audit.ts';
import { writeCursor } from '../cursors.ts';
import { type ApiDeps, QUEUE_NAMES } from '../deps.ts';
import { dropLetters } from '../drop.ts';
import { cursorInput, instantInput, limitInput } from '../input.ts';
import { answer, forOperator } from '../route.ts';
import { deliveryIdSchema } from './set-aside.ts';

/** Well within the function's time-out; the last look and the giving back come on top. */
const BUDGET_MS = 6_000;

const queueSchema = z.enum(QUEUE_NAMES);

const common = {
  queue: queueSchema,
  filter: z
    .strictObject({
      deliveryId: givenId().optional(),
      type: z.string().optional(),
      integration: givenId().optional(),
      appKey: givenId().optional(),
      before: instantInput.optional(),
      after: instantInput.optional(),
    })
    .default({}),
  dryRun: z.boolean().default(false),
  until: instantInput.optional(),
};

export const deadLettersGet = forOperator('GET /v1/dead-letters', {
  needs: 'pipeline:read',
  query: z.object({ queue: queueSchema, limit: limitInput(100, 1_000) }),
});

export const redrivePost = forOperator('POST /v1/dead-letters/redrive', {
  needs: 'pipeline:write',
  body: z.strictObject(common),
});

export const dropPost = forOperator('POST /v1/dead-letters/drop', {
  needs: 'pipeline:write',
  body: z.strictObject({ ...common, reason: z.string().trim().min(1).max(500) }),
});

export const droppedGet = forOperator('GET /v1/dead-letters/dropped', {
  needs: 'pipeline:read',
  query: z.object({ limit: limitInput(50, 200), cursor: cursorInput(deliveryIdSchema) }),
});

/**
 * `GET /v1/dead-letters`: what the workers gave up, without bodies. `POST /v1/dead-letters/redrive`:
 * sends it back to its queue, a few seconds' worth a request. `POST /v1/dead-letters/drop`: deletes it
 * alike, and keeps who did and why. `GET /v1/dead-letters/dropped`: what was dropped.
 */
export function deadLettersRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, deadLettersGet, async ({ query: { queue, limit } }, c) => {
    const { letters, more } = await look(deps.queues[queue].deadLetterUrl, limit, deps);
    return c.json({ queue, groups: groupsOf(letters), letters, more });
  });

  answer(api, deps, redrivePost, async ({ body }, c) => {
    const { queue, filter, dryRun, until = toInstant(Date.now()) } = body;
    const untilMs = instantToMs(until);
    const options = { filter, dryRun, untilMs, budgetMs: BUDGET_MS };
    const done = await redrive(deps.sqs, deps.queues[queue], options);
    const after = { redriven: done.moved, filter };
    noteChange(c, { subject: `dead-letter/${queue}`, after, isChange: done.moved > 0 && !dryRun });
    deps.log('info', 'dead-letters-redriven', { queue, dryRun, moved: done.moved });
    return c.json({ ...done, until });
  });

  answer(api, deps, dropPost, async ({ body }, c) => {
    const { queue, filter, dryRun, until = toInstant(Date.now()), reason } = body;
    const options = { filter, dryRun, untilMs: instantToMs(until), budgetMs: BUDGET_MS };
    const { moved, ...done } = await dropLetters(queue, options, reason, deps);
    const after = { dropped: moved, filter, reason };
    noteChange(c, { subject: `dead-letter/${queue}`, after, isChange: moved > 0 && !dryRun });
    deps.log('warn', 'dead-letters-dropped', { queue, dryRun, dropped: moved });
    return c.json({ ...done, dropped: moved, until });
  });

  answer(api, deps, droppedGet, async ({ query: { limit, cursor } }, c) => {
    const letters: Dropped[] = [];
    for await (const letter of droppedLetters(deps.table, cursor)) {
      if (letters.length === limit) {
        return c.json({ letters, next: writeCursor(c, letters.at(-1)?.letterId) });
      }
      letters.push({ ...letter, reason: mask('text', letter.reason) });
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
