import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { fingerprint } from '../../../lib/crypto/hash.ts';
import { Problem } from '../../../lib/errors/problem.ts';
import { idSchema, platformSchema } from '../../../lib/events/event.ts';
import { isId } from '../../../lib/events/is-id.ts';
import { type AttributionMessage, MESSAGE_VERSION } from '../../../lib/queue/messages.ts';
import { Queue } from '../../../lib/queue/queue.ts';
import { readMerchant } from '../../../lib/store/registry.ts';
import { createRun, type Run, readRun, saveRun } from '../../../lib/store/restatements.ts';
import { daysBetween, isBusinessDay, toInstant } from '../../../lib/time/shanghai.ts';
import type { ApiDeps } from '../deps.ts';
import { lineInput, readBody } from '../input.ts';
import { requireOperator } from '../principal.ts';

const MAX_DAYS = 400;

const day = z.string().refine(isBusinessDay, 'a day is YYYY-MM-DD');

const windowShape = { platform: platformSchema, merchantId: idSchema, from: day, to: day };

const restatementBody = z.strictObject({
  ...windowShape,
  reason: lineInput(500),
  dryRun: z.boolean().default(false),
});

const rebuildBody = z.strictObject({ ...windowShape, mend: z.boolean().default(false) });

type Asked = Pick<Run, 'does' | 'platform' | 'merchantId' | 'from' | 'to' | 'reason' | 'dryRun'>;

/**
 * The first piece waits until whatever was being written at `asOf` (contracts, and events on their
 * way to be booked) is there to be read.
 */
const HEAD_START_SECONDS = 2;

/**
 * Restatements attribute a merchant's window again; rebuilds compute it again, compare, and mend if told. Both
 * run piece by piece on the attribution queue.
 */
export function restatementsRoutes(api: Hono, deps: ApiDeps): void {
  api.post('/v1/restatements', async (c) => {
    await requireOperator(c, deps);
    const run = await start({ does: 'restate', ...(await readBody(c, restatementBody)) }, deps);
    return c.json({ restatementId: run.restatementId }, 202);
  });

  api.get('/v1/restatements/:id', async (c) => c.json(shown(await find(c, 'restate', deps))));

  /** What was attributed again until then stays; a later restatement sees it as it is. */
  api.post('/v1/restatements/:id/cancel', async (c) =>
    c.json(shown(await cancel(await find(c, 'restate', deps), deps))),
  );

  api.post('/v1/rebuilds', async (c) => {
    await requireOperator(c, deps);
    const { mend, ...window } = await readBody(c, rebuildBody);
    const run = await start({ does: 'rebuild', ...window, reason: '', dryRun: !mend }, deps);
    return c.json({ rebuildId: run.restatementId }, 202);
  });

  api.get('/v1/rebuilds/:id', async (c) => {
    const run = await find(c, 'rebuild', deps);
    const { restatementId: rebuildId, platform, merchantId, from, to, status, progress } = run;
    const { differenceCount, mendedCount, differences, dryRun } = run;
    const isEqual = status === 'done' ? differenceCount === 0 : null;
    return c.json({
      ...{ rebuildId, platform, merchantId, from, to, status, progress },
      ...{ mend: !dryRun, isEqual, differenceCount, mendedCount, differences },
    });
  });
}

async function start(asked: Asked, deps: ApiDeps): Promise<Run> {
  const days = daysBetween(asked.from, asked.to);
  if (days < 1) throw new Problem('request-invalid', 'from: must not be after to');
  if (days > MAX_DAYS) {
    throw new Problem('request-invalid', `A window has at most ${MAX_DAYS} days. Ask for several.`);
  }
  if ((await readMerchant(deps.table, asked.platform, asked.merchantId)) === undefined) {
    throw new Problem('merchant-unknown', 'Register it first with PUT /v1/merchants/….');
  }
  const run = newRun(asked, toInstant(deps.now()));
  await createRun(deps.table, run);
  const queue = new Queue<AttributionMessage>(deps.sqs, deps.queues.attribution.url);
  const { restatementId, step } = run;
  await queue.send(
    { type: 'restate', v: MESSAGE_VERSION, restatementId, step },
    HEAD_START_SECONDS,
  );
  return run;
}

/** The id begins with the time, so that the newest runs are found; the same asked twice at once is one. */
function newRun(asked: Asked, asOf: string): Run {
  const hash = fingerprint(asOf, JSON.stringify(asked)).slice(0, 8);
  return {
    ...asked,
    ...{ restatementId: `${asOf.replace(/\D/g, '').slice(0, 17)}-${hash}`, asOf },
    ...{ status: 'planned', step: 0, failures: 0, cursor: null },
    ...{ phase: 'entries', adding: null },
    progress: { placesDone: 0, placesTotal: 0, entriesRead: 0, facts: 0, changed: 0, totals: 0 },
    ...{ providers: {}, differenceCount: 0, mendedCount: 0, differences: [] },
  };
}

async function find(c: Context, does: Run['does'], deps: ApiDeps): Promise<Run> {
  await requireOperator(c, deps);
  const id = c.req.param('id') ?? '';
  const run = isId(id) ? await readRun(deps.table, id) : undefined;
  if (run?.does === does) return run;
  throw new Problem('not-found', 'There is no run of that id.');
}

const MAX_TRIES = 10;

async function cancel(run: Run, deps: ApiDeps): Promise<Run> {
  let current = run;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const { step, restatementId } = current;
    const isOver = current.status !== 'planned' && current.status !== 'running';
    if (isOver) return current;
    const cancelled: Run = { ...current, status: 'cancelled' };
    if (await saveRun(deps.table, cancelled, step)) return cancelled;
    current = (await readRun(deps.table, restatementId)) ?? current;
  }
  throw new Problem('internal', 'The run was busy. Try again.');
}

/** Without what is only for going on; each provider with what it gains (or, below zero, loses). */
function shown({ step: _s, failures: _f, cursor: _c, does: _d, ...run }: Run) {
  const { differenceCount: _n, mendedCount: _m, differences: _l, phase: _p, ...others } = run;
  const { adding: _a, ...own } = others;
  const providers = Object.entries(run.providers).map(([providerId, { before, after }]) => ({
    ...{ providerId, before, after },
    gains: {
      paidFen: after.paidFen - before.paidFen,
      redeemedFen: after.redeemedFen - before.redeemedFen,
      commissionFen: after.commissionFen - before.commissionFen,
    },
  }));
  return { ...own, providers };
}
