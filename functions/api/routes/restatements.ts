import type { Hono } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../lib/errors/problem.ts';
import { givenId, platformSchema } from '../../../lib/events/event.ts';
import { type Job, readJob, saveJob } from '../../../lib/store/ledger/restatements.ts';
import { isBusinessDay, toInstant } from '../../../lib/time/shanghai.ts';
import { noteChange } from '../audit.ts';
import type { ApiDeps } from '../deps.ts';
import { lineInput } from '../input.ts';
import { startJob } from '../jobs.ts';
import { answer, forOperator } from '../route.ts';

const day = z.string().refine(isBusinessDay, 'a day is YYYY-MM-DD');

const windowShape = { platform: platformSchema, merchantId: givenId(), from: day, to: day };

const params = z.object({ id: givenId() });

export const restatementPost = forOperator('POST /v1/restatements', {
  needs: 'ledger:restate',
  body: z.strictObject({
    ...windowShape,
    reason: lineInput(500),
    dryRun: z.boolean().default(false),
  }),
});

export const restatementGet = forOperator('GET /v1/restatements/{id}', {
  needs: 'ledger:restate',
  params,
});

/** What was attributed again until then stays; a later restatement sees it as it is. */
export const restatementCancelPost = forOperator('POST /v1/restatements/{id}/cancel', {
  needs: 'ledger:restate',
  params,
});

export const rebuildPost = forOperator('POST /v1/rebuilds', {
  needs: 'ledger:restate',
  body: z.strictObject({ ...windowShape, mend: z.boolean().default(false) }),
});

export const rebuildGet = forOperator('GET /v1/rebuilds/{id}', {
  needs: 'ledger:restate',
  params,
});

/**
 * Restatements attribute a merchant's window again; rebuilds compute it again, compare, and mend where that is wanted. Both
 * run page by page on the attribution queue.
 */
export function restatementsRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, restatementPost, async ({ body }, c) => {
    const job = await startJob({ does: 'restate', ...body }, deps);
    const { restatementId } = job;
    noteChange(c, { subject: `restatement/${restatementId}`, after: body });
    return c.json({ restatementId }, 202);
  });

  answer(api, deps, restatementGet, async ({ params: { id } }, c) =>
    c.json(shown(await find(id, 'restate', deps))),
  );

  answer(api, deps, restatementCancelPost, async ({ params: { id } }, c) => {
    const { status } = await find(id, 'restate', deps);
    const job = await cancel(await find(id, 'restate', deps), deps);
    const [before, after] = [{ status }, { status: job.status }];
    noteChange(c, { subject: `restatement/${id}`, before, after });
    return c.json(shown(job));
  });

  answer(api, deps, rebuildPost, async ({ body: { mend, ...window } }, c) => {
    const job = await startJob({ does: 'rebuild', ...window, reason: '', dryRun: !mend }, deps);
    const { restatementId: rebuildId } = job;
    noteChange(c, { subject: `rebuild/${rebuildId}`, after: { mend, ...window } });
    return c.json({ rebuildId }, 202);
  });

  answer(api, deps, rebuildGet, async ({ params: { id } }, c) => {
    const job = await find(id, 'rebuild', deps);
    const { restatementId: rebuildId, platform, merchantId, from, to, status, progress } = job;
    const { differenceCount, mendedCount, differences, dryRun } = job;
    const isEqual = status === 'done' ? differenceCount === 0 : null;
    return c.json({
      ...{ rebuildId, platform, merchantId, from, to, status, progress },
      ...{ mend: !dryRun, isEqual, differenceCount, mendedCount, differences },
    });
  });
}

async function find(id: string, does: Job['does'], deps: ApiDeps): Promise<Job> {
  const job = await readJob(deps.table, id);
  if (job?.does === does) return job;
  throw new Problem('not-found', 'There is no job of that id.');
}

const MAX_TRIES = 10;

async function cancel(job: Job, deps: ApiDeps): Promise<Job> {
  let current = job;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const { step, restatementId } = current;
    const isOver = current.status !== 'planned' && current.status !== 'running';
    if (isOver) return current;
    const endedAt = toInstant(deps.now());
    const cancelled: Job = { ...current, status: 'cancelled', endedAt };
    if (await saveJob(deps.table, cancelled, step)) return cancelled;
    current = (await readJob(deps.table, restatementId)) ?? current;
  }
  throw new Problem('internal', 'The job was busy. Try again.');
}

/** Without what is only for going on; each provider with what it gains (or, below zero, loses). */
function shown({ step: _s, failures: _f, cursor: _c, does: _d, ...job }: Job) {
  const { differenceCount: _n, mendedCount: _m, differences: _l, phase: _p, ...others } = job;
  const { adding: _a, ...own } = others;
  const providers = Object.entries(job.providers).map(([providerId, { before, after, ...at }]) => ({
    ...{ providerId, before, after, ...at },
    gains: {
      paidFen: after.paidFen - before.paidFen,
      redeemedFen: after.redeemedFen - before.redeemedFen,
      commissionFen: after.commissionFen - before.commissionFen,
    },
  }));
  return { ...own, providers };
}
