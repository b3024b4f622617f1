import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { totalsByStore } from '../../functions/api/reports.ts';
import { attributeBatch } from '../../functions/attribute/attribute.ts';
import type { AttributeDeps, MessageOf } from '../../functions/attribute/deps.ts';
import { rollUpDays } from '../../functions/attribute/totals.ts';
import { sweepHints } from '../../functions/reconcile/sweep.ts';
import type { Emulators } from '../../infra/local/emulators.ts';
import { mapLimit } from '../../lib/async/map-limit.ts';
import { DEFAULT_POLICY } from '../../lib/attribution/policy.ts';
import { NO_SUMS } from '../../lib/ledger/statement.ts';
import { silent } from '../../lib/log/log.ts';
import type { Received } from '../../lib/queue/batch.ts';
import {
  type AttributionMessage,
  type IntakeMessage,
  MESSAGE_VERSION,
} from '../../lib/queue/messages.ts';
import { Queue, readDepth } from '../../lib/queue/queue.ts';
import { rollUpBuckets } from '../../lib/rollups/rollups.ts';
import { storeHourOf } from '../../lib/rollups/store-day.ts';
import { rollUpHour } from '../../lib/rollups/store-hour.ts';
import { openBuckets } from '../../lib/statements/billed.ts';
import type { Batch } from '../../lib/statements/closer.ts';
import { closeBatch } from '../../lib/statements/closing.ts';
import { putHint } from '../../lib/store/deliveries/waiting-hints.ts';
import { bucketOf } from '../../lib/store/keys.ts';
import { bookEntry } from '../../lib/store/ledger/entries.ts';
import { createStatement, moveHead, type Statement } from '../../lib/store/ledger/statements.ts';
import type { Table } from '../../lib/store/table.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import { entry, START_MS } from '../lib/make.ts';
import { aroundCalls } from '../support/around.ts';
import { startTable } from '../support/table.ts';
import { writeMany } from '../support/write-many.ts';

let emulators: Emulators;
let table: Table;

beforeAll(async () => {
  ({ emulators, table } = await startTable());
});
afterAll(() => emulators?.stop());

describe('more days’ dimensions than one invocation has time for', () => {
  const days = Array.from({ length: 31 }, (_, n) => `2025-10-${String(n + 1).padStart(2, '0')}`);

  test('are requested again, all that was not begun, and at least one is done', async () => {
    // Prepare: a clock on which each look costs a second
    let nowMs = START_MS;
    const sent: string[] = [];
    const failed: unknown[] = [];
    const attribution = {
      sendAll: async (messages: readonly AttributionMessage[]) => {
        for (const message of messages) if (message.type === 'dimensions') sent.push(message.day);
      },
    } as unknown as Queue<AttributionMessage>;
    const deps: AttributeDeps = {
      ...{ table, attribution, policy: DEFAULT_POLICY, log: silent },
      ...{ rollupDelaySeconds: 0, dimensionsDelaySeconds: 0 },
      now: () => {
        nowMs += 1_000;
        return nowMs;
      },
    };
    const received = days.map((day): Received<MessageOf<'dimensions'>> => {
      const message = { type: 'dimensions', v: MESSAGE_VERSION, providerId: 'p', day } as const;
      return { message, fail: (error) => failed.push(error) };
    });
    // Act
    await rollUpDays(received, deps);
    // Assess: eleven seconds for as many days, and the first besides
    expect(failed).toEqual([]);
    expect(sent.toSorted()).toEqual(days.slice(12));
    nowMs = START_MS;
    sent.length = 0;
    await rollUpDays(received.slice(0, 5), deps);
    expect(sent).toEqual([]);
  });
});

describe('closing a month', () => {
  const providerId = 'wide';
  const day = '2025-10-09';
  const statement: Statement = {
    ...{ providerId, month: '2025-10', status: 'closing', asOf: '2025-12-01T00:00:00.000+08:00' },
    ...{ closedAt: null, reversalWindowsMs: {}, holdingDays: 0, step: 0, leaseUntilMs: 0 },
    ...{ busyUntilMs: 0, phase: 'taking', cursor: null, sums: NO_SUMS, tiered: {}, fileEnds: [] },
    ...{ tree: [], lanes: null, openEntries: null },
    ...{ openingFen: 0, payableFen: 0, carriedFen: 0 },
  };

  test('reads and works a bounded stretch a batch, whatever is behind it or within one store', async () => {
    // Prepare: 260 stores in one bucket, and one with 45 entries
    const stores = Array.from({ length: 2_000 }, (_, n) => `s${n}`)
      .filter((storeId) => bucketOf('douyin', storeId) === 0)
      .slice(0, 260);
    const acts = [...stores, ...Array.from({ length: 44 }, () => stores[130] ?? '')];
    const entries = acts.map((storeId, n) =>
      entry({
        ...{ entryId: `e${n}`, providerId, storeId, businessDay: day, commissionFen: 1 },
        occurredAt: `${day}T12:00:00.000+08:00`,
      }),
    );
    await writeMany(emulators.database, (ledger) =>
      mapLimit(entries, 8, (one) => bookEntry(ledger, one)),
    );
    await mapLimit(stores, 8, (storeId) => rollUpHour(table, hourAt(storeId)));
    await rollUpBuckets(table, providerId, day, [0]);
    await moveHead(table, providerId, { month: '2025-10', closed: false }, undefined);
    await createStatement(table, statement);
    let read = 0;
    aroundCalls(emulators.database, async (next, { command }) => {
      const result = await next();
      const { Items = [] } = (result as { output?: { Items?: object[] } }).output ?? {};
      if (command === 'QueryCommand') read += Items.length;
      return result;
    });
    const closer = {
      table,
      now: () => START_MS,
      requestRollup: async () => {},
      requestNotices: async () => {},
    };
    // Act
    let standing: Statement = statement;
    const batchs: { read: number; work: number }[] = [];
    while (standing.phase === 'taking') {
      read = 0;
      const batch = await closeBatch(closer, standing, 20);
      if (batch === undefined) throw new Error('nobody else closes it');
      batchs.push({ read, work: batch.work });
      standing = batch.statement;
    }
    for (let batch: Batch | undefined; standing.status !== 'closed'; standing = batch.statement) {
      batch = await closeBatch(closer, standing, 20);
      if (batch === undefined) throw new Error('nobody else closes it');
    }
    // Assess
    expect(standing.sums.month).toMatchObject({ entryCount: 304, commissionFen: 304 });
    expect(batchs.length).toBeGreaterThan(14);
    expect(Math.max(...batchs.map((one) => one.work))).toBeLessThanOrEqual(22);
    // A page of store-days, of days, and the entries that are worked on.
    expect(Math.max(...batchs.map((one) => one.read))).toBeLessThan(130);
    const left = await Array.fromAsync(openBuckets(table, providerId, '2025-10-31', null));
    expect(left).toEqual([]);
  });

  const hourAt = (storeId: string) =>
    storeHourOf(
      entry({ providerId, storeId, businessDay: day, occurredAt: `${day}T12:00:00.000+08:00` }),
    );

  test('of more providers than one invocation has time for is requested again', async () => {
    // Prepare: a clock on which each look costs a second
    let nowMs = START_MS;
    const sent: AttributionMessage[] = [];
    const attribution = {
      sendAll: async (messages: readonly AttributionMessage[]) => void sent.push(...messages),
    } as unknown as Queue<AttributionMessage>;
    const now = () => {
      nowMs += 1_000;
      return nowMs;
    };
    const deps = { table, attribution, policy: DEFAULT_POLICY, log: silent, now } as AttributeDeps;
    const received = Array.from({ length: 40 }, (_, n) => {
      const place = { providerId: `p${n}`, month: '2025-10', step: 0 };
      const message = { type: 'close' as const, v: MESSAGE_VERSION, ...place };
      return { message, fail: (error: unknown) => expect.fail(String(error)) };
    });
    // Act
    await attributeBatch(received, deps);
    // Assess: about as many as there are seconds
    expect(sent.length).toBeGreaterThan(27);
    expect(sent.length).toBeLessThan(40);
    expect(sent).toEqual(received.slice(-sent.length).map(({ message }) => message));
  });
});

describe('a sweep of hints that lost their messages', () => {
  test('sends all that are overdue, and none that is not', async () => {
    // Prepare
    const intake = new Queue<IntakeMessage>(emulators.sqs, emulators.queues.intake.url);
    const waiting = (n: number, dueAtMs: number) => ({
      ...{ deliveryId: n.toString(16).padStart(64, '0'), integration: 'douyin-life', appKey: 'a' },
      ...{ receivedAt: toInstant(START_MS), body: new TextEncoder().encode('{}') },
      ...{ attempt: 1, failures: 0, answers: 0, dueAtMs, why: 'no answer' },
    });
    for (let n = 0; n < 25; n += 1) {
      await putHint(table, waiting(n, START_MS + (n % 5 === 0 ? 1_000_000 : 0)), 0);
    }
    const lines: [string, unknown][] = [];
    const log = (_level: string, what: string, fields: unknown) => void lines.push([what, fields]);
    // Act
    const sent = await sweepHints({ table, intake, now: () => START_MS + 120_000, log });
    // Assess
    expect(sent).toBe(20);
    expect((await readDepth(emulators.sqs, emulators.queues.intake.url)).waiting).toBe(20);
    expect(lines).toEqual([
      ['hints-waiting', { oldestSeconds: 120 }],
      ['hints-swept', { sent: 20 }],
    ]);
  });
});

describe('a page of stores over many days', () => {
  test('has fewer stores than were requested, and goes on where it ended', async () => {
    // Prepare: one store every day, so that every day counts, and ninety on the first
    const days = Array.from({ length: 400 }, (_, n) =>
      toInstant(START_MS + n * 86_400_000).slice(0, 10),
    );
    const stores = Array.from({ length: 90 }, (_, n) => `s${n}`);
    const acts = days.map((businessDay, n) =>
      (n === 0 ? stores : ['s0']).map((storeId) =>
        entry({
          ...{ entryId: `e${n}-${storeId}`, providerId: 'many', storeId, businessDay },
          occurredAt: `${businessDay}T12:00:00.000+08:00`,
        }),
      ),
    );
    await writeMany(emulators.database, (ledger) =>
      mapLimit(acts.flat(), 8, (one) => bookEntry(ledger, one)),
    );
    await mapLimit(acts, 8, async (ofDay) => {
      for (const one of ofDay) await rollUpHour(table, storeHourOf(one));
      const buckets = new Set(ofDay.map(({ storeId }) => bucketOf('douyin', storeId ?? '')));
      await rollUpBuckets(table, 'many', ofDay[0]?.businessDay ?? '', [...buckets]);
    });
    const window = { from: days[0] ?? '', to: days.at(-1) ?? '' };
    // Act
    const first = await totalsByStore(table, 'many', window, { limit: 1_000 });
    const second = await totalsByStore(table, 'many', window, {
      ...(first.next === null ? {} : { position: first.next }),
      limit: 1_000,
    });
    // Assess
    expect(first.stores).toHaveLength(77);
    expect(second.next).toBeNull();
    const seen = [...first.stores, ...second.stores];
    expect(seen.map(({ storeId }) => storeId).toSorted()).toEqual(stores.toSorted());
    expect(seen.find(({ storeId }) => storeId === 's0')?.rollup.redeemedCount).toBe(400);
  });
});
