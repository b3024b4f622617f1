import { describe, expect, test } from 'vitest';
import { RememberedApps } from '../../functions/normalize/apps.ts';
import { type NormalizeDeps, normalize } from '../../functions/normalize/normalize.ts';
import { Breakers } from '../../lib/async/breakers.ts';
import type { App } from '../../lib/integrations/kit/app.ts';
import { LiveTokens } from '../../lib/integrations/kit/live-tokens.ts';
import { silent } from '../../lib/log/log.ts';
import {
  type AttributionMessage,
  type IntakeMessage,
  MESSAGE_VERSION,
  packBody,
} from '../../lib/queue/messages.ts';
import type { Delays } from '../../lib/queue/queue.ts';
import { putApp } from '../../lib/store/accounts/parties.ts';
import { PlatformTokens } from '../../lib/store/accounts/platform-tokens.ts';
import { readEvents } from '../../lib/store/ledger/events.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import { UNLIMITED } from '../support/budgets.ts';
import { MemoryQueue } from '../support/memory-queue.ts';
import { MemoryTable } from '../world/store/table.ts';

/** How a delivery's time on the intake queue counts, and what a worker remembers from batch to batch. */

const NOW_MS = Date.parse('2026-10-09T12:00:00+08:00');

class DelayedQueue extends MemoryQueue<AttributionMessage> {
  readonly delays: (Delays | undefined)[] = [];

  override async sendAll(messages: readonly AttributionMessage[], delay?: Delays): Promise<void> {
    this.delays.push(delay);
    await super.sendAll(messages);
  }
}

function workerOf(table: MemoryTable, queue: DelayedQueue, now: () => number): NormalizeDeps {
  const intake = new MemoryQueue<IntakeMessage>();
  return {
    ...{ table, intake, attribution: queue, fetch: globalThis.fetch, now, log: silent },
    ...{ tokens: new LiveTokens(new PlatformTokens(table), silent), budgets: UNLIMITED },
    ...{ breakers: new Breakers(), changedDelaySeconds: 1, buyerKey: async () => 'key' },
    apps: new RememberedApps(5_000, now),
  };
}

const app = (integration: string, settings: object = {}): App => ({
  ...{ integration, appKey: 'app1', registeredAt: '2026-01-01T00:00:00.000+08:00' },
  ...{ secrets: { clientSecret: ['s'] }, settings: { enrichment: 'none', ...settings } },
});

function delivery(
  integration: string,
  body: object,
  receivedMs: number,
  over: object = {},
): IntakeMessage {
  return {
    ...{ type: 'delivery', v: MESSAGE_VERSION, integration, appKey: 'app1' },
    ...{ deliveryId: 'a'.repeat(64), receivedAt: toInstant(receivedMs) },
    ...packBody(Buffer.from(JSON.stringify(body), 'utf8')),
    ...over,
  };
}

const PAID = {
  event: 'life_trade_order_notify',
  client_key: 'app1',
  from_user_id: '_000buyer',
  content: JSON.stringify({
    action: 'pay_success',
    msg_time: NOW_MS / 1_000 - 5,
    order: {
      ...{ order_id: '106', account_id: '73', pay_amount: 9_900, original_amount: 9_900 },
      pay_time: NOW_MS / 1_000 - 10,
    },
  }),
};

const fail = (error: unknown) => {
  throw error;
};

describe('a payment that is read so long after it came', () => {
  test.each([
    ['at once', 0, {}, 0, 1],
    ['before the head start is over', 400, {}, 400, 1],
    ['after it is over', 1_000, {}, 1_000, 0],
    ['some seconds later', 5_000, {}, 5_000, 0],
    ['much later', 5_001, {}, 0, 1],
    ['by a clock that is behind', -300, {}, 0, 1],
    ['in a replay', 1_000, { again: true }, 0, 1],
  ])('%s', async (_when, ageMs, over, recordedBeforeMs, delaySeconds) => {
    const table = new MemoryTable();
    const queue = new DelayedQueue();
    await putApp(table, app('douyin-life'));
    const message = delivery('douyin-life', PAID, NOW_MS - ageMs, over);
    await normalize(
      [{ message, fail }],
      workerOf(table, queue, () => NOW_MS),
    );
    const [event] = await readEvents(table, { of: 'order', platform: 'douyin', id: '106' });
    expect(event?.recordedAt).toBe(toInstant(NOW_MS - recordedBeforeMs));
    expect(queue.sent).toMatchObject([{ type: 'changed', of: 'order', id: '106' }]);
    expect(queue.delays.flat()).toEqual([delaySeconds]);
  });
});

describe('an app that a worker remembers', () => {
  const NAMED = { event: 'SOMETHING_NEW', messageId: '1', timestamp: NOW_MS, data: {} };
  const outcomeOf = (table: MemoryTable) => table.all('DELIVERY#')[0]?.outcome;

  test('is read once in five seconds', async () => {
    const table = new MemoryTable();
    await putApp(table, app('kuaishou-miniapp', { keptEvents: ['SOMETHING_NEW'] }));
    let nowMs = NOW_MS;
    let reads = 0;
    const seen = table.seenBy(async (what) => {
      if (what.startsWith('get APP#')) reads += 1;
    });
    const worker = workerOf(seen, new DelayedQueue(), () => nowMs);
    for (let round = 0; round < 4; round += 1) {
      const deliveryId = String(round).repeat(64);
      const message = delivery('kuaishou-miniapp', NAMED, nowMs, { deliveryId });
      await normalize([{ message, fail }], worker);
      nowMs += 2_000;
    }
    expect(reads).toBe(2);
  });

  test('is read again before a delivery that nobody can read is set aside', async () => {
    const table = new MemoryTable();
    await putApp(table, app('kuaishou-miniapp'));
    const worker = workerOf(table, new DelayedQueue(), () => NOW_MS);
    const deliveryId = 'b'.repeat(64);
    const first = delivery('kuaishou-miniapp', NAMED, NOW_MS, { deliveryId });
    await normalize([{ message: first, fail }], worker);
    expect(outcomeOf(table)).toBe('parked');
    await putApp(table, app('kuaishou-miniapp', { keptEvents: ['SOMETHING_NEW'] }));
    table.items.delete(`DELIVERY#${deliveryId}`);
    await normalize([{ message: first, fail }], worker);
    expect(outcomeOf(table)).toBe('kept');
  });
});
