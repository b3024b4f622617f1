import { expect, test } from 'vitest';
import { endpointsOfBatch } from '../../../functions/notify/batch-endpoints.ts';
import type { NotifyDeps } from '../../../functions/notify/deps.ts';
import { tell } from '../../../functions/notify/send-notice.ts';
import { Breakers } from '../../../lib/async/breakers.ts';
import { silent } from '../../../lib/log/log.ts';
import { newSecret } from '../../../lib/notices/secrets.ts';
import type { NoticeMessage } from '../../../lib/queue/notice-messages.ts';
import { type Endpoint, makeEndpoint } from '../../../lib/store/accounts/endpoints.ts';
import { makeNotice, readNotice } from '../../../lib/store/deliveries/notices.ts';
import { bookEntry } from '../../../lib/store/ledger/entries.ts';
import { entryRef } from '../../../lib/store/ledger/entry-ref.ts';
import { everyOrder, type Turn } from '../../support/interleave.ts';
import { MemoryQueue } from '../../support/memory-queue.ts';
import { MemoryTable } from '../../world/store/table.ts';
import { entry } from '../make.ts';

const START_MS = 1_760_000_000_000;
const ENDPOINT: Endpoint = {
  ...{ providerId: 'p1', endpointId: 'ep_1', kind: 'webhook', url: 'https://erp.example.com' },
  ...{ types: ['*'], stores: [], merchants: [], headers: [], disabled: false },
  ...{ disabledBecause: null, failingSince: null, recoveredAt: null },
  ...{ createdAt: '2025-10-09T16:53:20.000+08:00', createdBy: 'test' },
};
const ID = { providerId: 'p1', endpointId: 'ep_1', atMs: START_MS, factId: 'evt_1' };
const MESSAGE = { type: 'notice', v: 1, ...ID } as const;

/** Two workers have one notice, as after a doubled message; each may die at any line. */
function scene(statuses: readonly number[], isMortal: boolean) {
  return async () => {
    let nowMs = START_MS;
    let asked = 0;
    let taken = 0;
    const table = new MemoryTable();
    const notices = new MemoryQueue<NoticeMessage>();
    const one = entry({ providerId: 'p1' });
    await bookEntry(table, one);
    const secrets = [{ secret: newSecret(), endsAtMs: null }];
    await makeEndpoint(table, ENDPOINT, { secrets, edition: 0, headers: {} });
    await makeNotice(table, { ...ID, type: 'entry.booked', entryId: entryRef(one) }, nowMs);
    const work = async (message: typeof MESSAGE, turn: Turn) => {
      const deps: NotifyDeps = {
        ...{ table: table.seenBy(turn), notices: notices.seenBy(turn), log: silent },
        ...{ breakers: new Breakers(), now: () => nowMs },
        fetch: async () => {
          await turn('the request');
          const status = statuses[Math.min(asked, statuses.length - 1)] ?? 204;
          asked += 1;
          if (status === 204) taken += 1;
          return new Response(null, { status });
        },
      };
      await tell(message, endpointsOfBatch(deps.table), deps);
    };
    return {
      workers: {
        one: (turn: Turn) => work(MESSAGE, turn),
        two: (turn: Turn) => work(MESSAGE, turn),
      },
      afterwards: async () => {
        if (!isMortal) expect(taken).toBeLessThanOrEqual(1);
        // What was put off comes at its time.
        for (let round = 0; round < 3; round += 1) {
          nowMs += 60_000;
          for (const message of notices.sent.splice(0)) {
            await work(message as typeof MESSAGE, async () => {});
          }
        }
        expect((await readNotice(table, ID))?.status).toBe('delivered');
        expect(notices.sent).toEqual([]);
        expect(taken).toBeGreaterThanOrEqual(1);
        if (!isMortal) expect(taken).toBe(1);
      },
    };
  };
}

test.each([
  ['takes it', [204]],
  ['refuses it at first', [503, 204]],
] as const)(
  'a receiver that %s is told once by two workers, in every order',
  async (_what, all) => {
    const tried = await everyOrder(scene(all, false), { most: 1_500, seeded: 100 });
    expect(tried.orders).toBeGreaterThan(50);
  },
);

test('whoever dies at whatever line, it is told, and nothing of it is stranded', async () => {
  const tried = await everyOrder(scene([503, 204], true), { most: 1_000, seeded: 300, deaths: 1 });
  expect(tried.orders).toBeGreaterThan(500);
});
