import { expect, test } from 'vitest';
import type { Finding } from '../../functions/normalize/finding.ts';
import { recordFindings } from '../../functions/normalize/record.ts';
import { douyinLife } from '../../lib/integrations/douyin-life/index.ts';
import { silent } from '../../lib/log/log.ts';
import type { AttributionMessage } from '../../lib/queue/messages.ts';
import { isArchived } from '../../lib/store/deliveries/archive.ts';
import { putHint, readHint, type WaitingHint } from '../../lib/store/deliveries/waiting-hints.ts';
import { MemoryQueue } from '../support/memory-queue.ts';
import { MemoryTable } from '../world/store/table.ts';

const NOW_MS = Date.parse('2026-10-09T12:00:00+08:00');

const hint: WaitingHint = {
  ...{ deliveryId: 'a'.repeat(64), integration: 'douyin-life', appKey: 'app1' },
  ...{ receivedAt: '2026-10-09T11:00:00.000+08:00', body: new Uint8Array([1]) },
  ...{ attempt: 1, failures: 1, answers: 0, dueAtMs: NOW_MS, why: 'no answer' },
};

const finding: Finding = {
  ...{ delivery: hint, integration: douyinLife, kind: 'hint', outcome: 'parked', why: 'no answer' },
  ...{ events: [], source: 'query', stores: [], waiting: hint, sinceMs: 0, fail: () => {} },
};

/** @param lastCall the worker has no call to the table after so many */
async function recordUntil(table: MemoryTable, lastCall: number): Promise<number> {
  let calls = 0;
  const seen = table.seenBy(async () => {
    calls += 1;
    if (calls > lastCall) throw new Error('the worker is dead');
  });
  await recordFindings([finding], {
    table: seen,
    attribution: new MemoryQueue<AttributionMessage>(),
    ...{ now: () => NOW_MS, log: silent, changedDelaySeconds: 0, buyerKey: async () => 'key' },
  });
  return calls;
}

test('a hint waits until its delivery is archived, wherever its worker dies', async () => {
  const whole = new MemoryTable();
  await putHint(whole, hint, 0);
  const calls = await recordUntil(whole, Number.POSITIVE_INFINITY);
  expect(await readHint(whole, hint.deliveryId)).toBeUndefined();
  expect(calls).toBeGreaterThanOrEqual(3);
  for (let last = 0; last <= calls; last += 1) {
    const table = new MemoryTable();
    await putHint(table, hint, 0);
    await recordUntil(table, last);
    const isWaiting = (await readHint(table, hint.deliveryId)) !== undefined;
    expect([last, isWaiting || (await isArchived(table, hint.deliveryId))]).toEqual([last, true]);
  }
});
