import { FAILING_MS, waitAfter } from '../../lib/notices/retry.ts';
import type { Sent } from '../../lib/notices/send.ts';
import { sendNotices } from '../../lib/queue/notice-messages.ts';
import { disableEndpoint, type Endpoint, noteHealth } from '../../lib/store/accounts/endpoints.ts';
import { endTry, type Notice, noteDue } from '../../lib/store/deliveries/notices.ts';
import { instantToMs, toInstant } from '../../lib/time/shanghai.ts';
import type { NotifyDeps } from './deps.ts';

/** A message waits so long by itself; what waits longer costs no requests meanwhile. */
const MESSAGE_WAIT_MS = 60_000;

const GONE = 410;

/** It is told no more, until somebody sends it again. */
export const GIVEN_UP = { status: 'failed', nextAtMs: 0 } as const;

export interface Outcome {
  /** As its try was begun. */
  readonly notice: Notice;
  readonly endpoint: Endpoint;
  /** Absent: the endpoint does not answer these days, and was not tried. */
  readonly sent: Sent | undefined;
}

/** Notes what came of a try, of the notice and of its endpoint, and when the next one is. */
export async function noteOutcome({ notice, endpoint, sent }: Outcome, deps: NotifyDeps) {
  const { table, notices, now } = deps;
  const last = lastTry(sent ?? 'not-tried', now());
  if (sent?.failure === null) {
    await endTry(table, notice, { ...notice, status: 'delivered', nextAtMs: 0, last });
    await noteTaken(endpoint, deps);
    return;
  }
  const failures = notice.failures + 1;
  const waitMs = waitAfter(failures, sent?.retryAfterMs ?? null);
  if (waitMs === undefined || sent?.status === GONE) {
    await endTry(table, notice, { ...GIVEN_UP, failures, last });
    await noteRefused(endpoint, sent, deps);
    return;
  }
  const nextAtMs = now() + waitMs;
  const isLong = waitMs > MESSAGE_WAIT_MS;
  // Noted before: a worker that dies in between leaves one note too many, which leads to nothing.
  if (isLong) await noteDue(table, notice, nextAtMs);
  await endTry(table, notice, { status: 'pending', failures, nextAtMs, last });
  if (!isLong) await sendNotices(notices, [notice], Math.ceil(waitMs / 1000));
  await noteRefused(endpoint, sent, deps);
}

/** @param sent or why nothing was */
export function lastTry(sent: Sent | string, nowMs: number): NonNullable<Notice['last']> {
  const at = toInstant(nowMs);
  if (typeof sent === 'string') return { at, failure: sent, status: null, answer: '', ms: 0 };
  const { failure, status, answer, ms } = sent;
  return { at, failure, status, answer, ms };
}

async function noteTaken({ failingSince, ...id }: Endpoint, { table, now, log }: NotifyDeps) {
  if (failingSince === null) return;
  const recovered = { failingSince: null, recoveredAt: toInstant(now()) };
  if (!(await noteHealth(table, id, failingSince, recovered))) return;
  const { providerId, endpointId } = id;
  log('info', 'endpoint-recovered', { providerId, endpointId, failingSince });
}

/** Writes only where something begins: nothing while it goes on failing. */
async function noteRefused(endpoint: Endpoint, sent: Sent | undefined, deps: NotifyDeps) {
  const { table, now, log } = deps;
  const { failingSince, providerId, endpointId } = endpoint;
  const isGone = sent?.status === GONE;
  const isOver = failingSince !== null && now() - instantToMs(failingSince) >= FAILING_MS;
  if (isGone || isOver) {
    const disabledBecause = isGone ? 'gone' : 'failing';
    if (!(await disableEndpoint(table, endpoint, disabledBecause))) return;
    log('warn', 'endpoint-disabled', { providerId, endpointId, disabledBecause });
    return;
  }
  if (failingSince !== null) return;
  await noteHealth(table, endpoint, null, { failingSince: toInstant(now()) });
}
