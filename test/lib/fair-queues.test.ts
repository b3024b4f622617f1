import type { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { notifyAttribution } from '../../functions/normalize/notify.ts';
import { silent } from '../../lib/log/log.ts';
import { type AttributionMessage, MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import { groupOf, Queue } from '../../lib/queue/queue.ts';
import { sendNoted } from '../../lib/rollups/send-noted.ts';
import { EventSource } from '../bench/cloud/event-source.ts';
import { Clock } from '../world/engine/clock.ts';
import { createQueues } from '../world/engine/queues.ts';
import { MemoryQueues } from '../world/store/queues.ts';
import { MemorySqs } from '../world/store/sqs.ts';
import { MemoryTable } from '../world/store/table.ts';

/** Of two apps on one queue, one sends a hundred times as much as the other, and more than the workers can do. */

const START_MS = Date.parse('2026-10-09T12:00:00+08:00');
/** A second of the flood, and of the other app. */
const FLOOD = 100;
const SECONDS = 60;
/** Ten messages in so long, by five workers: two thirds of what comes. */
const WORK_MS = 750;

/** @returns how long each app's messages were on the queue, in ms */
async function dwellOf(isFair: boolean): Promise<Record<'flood' | 'quiet', number[]>> {
  const clock = new Clock(START_MS);
  const queues = new MemoryQueues({ now: () => clock.nowMs, isFair });
  const { url } = createQueues(queues).intake;
  const queue = new Queue<{ of: 'flood' | 'quiet'; atMs: number }>(
    new MemorySqs(queues).client,
    url,
  );
  const dwell: Record<'flood' | 'quiet', number[]> = { flood: [], quiet: [] };
  const source = new EventSource(
    { clock, queues, requests: {} },
    { name: 'intake', url, batchSize: 10, windowMs: 0, maxConcurrency: 5 },
    async ({ Records }) => {
      for (const { body } of Records) {
        const { of, atMs } = JSON.parse(body) as { of: 'flood' | 'quiet'; atMs: number };
        dwell[of].push(clock.nowMs - atMs);
      }
      await clock.wait(WORK_MS);
      return { batchItemFailures: [] };
    },
  );
  const send = (of: 'flood' | 'quiet', atMs: number) =>
    clock.in(atMs - START_MS, () => {
      void queue.send({ of, atMs }, undefined, groupOf('douyin-life', of));
      clock.in(0, () => source.look());
    });
  for (let n = 0; n < SECONDS * FLOOD; n += 1) send('flood', START_MS + n * (1_000 / FLOOD));
  for (let n = 0; n < SECONDS; n += 1) send('quiet', START_MS + n * 1_000 + 5);
  await clock.run();
  return dwell;
}

describe('a queue that an app floods', () => {
  test('delays the other app by at most a few seconds, and loses nothing', async () => {
    const { flood, quiet } = await dwellOf(true);
    expect([flood.length, quiet.length]).toEqual([SECONDS * FLOOD, SECONDS]);

    expect(Math.max(...flood)).toBeGreaterThan(20_000);
    expect(Math.max(...quiet)).toBeLessThan(3_000);
  });

  test('delays it as long as its own where nobody looks at the groups', async () => {
    const { quiet } = await dwellOf(false);
    expect(Math.max(...quiet)).toBeGreaterThan(20_000);
  });
});

/** What was sent, by whom. */
function groupsSent() {
  const groups: (string | undefined)[] = [];
  const client = {
    send: async ({ input }: SendMessageBatchCommand) => {
      groups.push(...(input.Entries ?? []).map((one) => one.MessageGroupId));
      return {};
    },
  } as unknown as SQSClient;
  return { groups, queue: new Queue<AttributionMessage>(client, 'url') };
}

test('what changed is in its app’s group, and totals are in their provider’s', async () => {
  const { groups, queue } = groupsSent();
  const [one, other] = [groupOf('douyin-life', 'app1'), groupOf('douyin-life', 'app2')];
  const stream = (id: string) => ({ of: 'voucher', platform: 'douyin', id }) as const;
  const changed = [
    { stream: stream('a'), delaySeconds: 0, group: one },
    { stream: stream('b'), delaySeconds: 1, group: other },
  ];
  await notifyAttribution(changed, { attribution: queue });
  const close = { type: 'close', v: MESSAGE_VERSION, month: '2026-09', step: 0 } as const;
  const deps = { table: new MemoryTable(), attribution: queue, now: () => START_MS, log: silent };
  await sendNoted([{ ...close, providerId: 'p' }], deps);
  expect(groups).toEqual([one, other, groupOf('p')]);
  expect(new Set(groups).size).toBe(3);
  for (const group of groups) expect(group).toMatch(/^[0-9a-f]{32}$/);
});
