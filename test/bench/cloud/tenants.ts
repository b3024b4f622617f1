import { groupOf, Queue } from '../../../lib/queue/queue.ts';
import { Clock } from '../../world/engine/clock.ts';
import { createQueues } from '../../world/engine/queues.ts';
import { MemoryQueues } from '../../world/store/queues.ts';
import { MemorySqs } from '../../world/store/sqs.ts';
import { EventSource } from './event-source.ts';

/** Of two apps on one queue, one sends a hundred times as much as the other, and more than the workers can do. */

export const START_MS = Date.parse('2026-10-09T12:00:00+08:00');
/** A second of the flood. */
export const FLOOD = 100;
export const SECONDS = 60;
/** Ten messages in so long, by five workers: two thirds of what comes. */
const WORK_MS = 750;

/** @returns how long each app's messages were on the queue, in ms */
export async function dwellBeside(isFair: boolean): Promise<Record<'flood' | 'quiet', number[]>> {
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
