import type { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { notifyAttribution } from '../../functions/normalize/notify.ts';
import { silent } from '../../lib/log/log.ts';
import { type AttributionMessage, MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import { groupOf, Queue } from '../../lib/queue/queue.ts';
import { sendNoted } from '../../lib/rollups/send-noted.ts';
import { dwellBeside, FLOOD, SECONDS, START_MS } from '../bench/cloud/tenants.ts';
import { MemoryTable } from '../world/store/table.ts';

describe('a queue that an app floods', () => {
  test('delays the other app by at most a few seconds, and loses nothing', async () => {
    const { flood, quiet } = await dwellBeside(true);
    expect([flood.length, quiet.length]).toEqual([SECONDS * FLOOD, SECONDS]);

    expect(Math.max(...flood)).toBeGreaterThan(20_000);
    expect(Math.max(...quiet)).toBeLessThan(3_000);
  });

  test('delays it as long as its own where nobody looks at the groups', async () => {
    const { quiet } = await dwellBeside(false);
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
