import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { notifyDecisions } from '../../../functions/normalize/audits.ts';
import { sweepAudits } from '../../../functions/reconcile/sweep-audits.ts';
import type { Emulators } from '../../../infra/local/emulators.ts';
import { decideRefund, fileRefund, readRefund } from '../../../lib/callbacks/refund-requests.ts';
import { memoryTokens } from '../../../lib/integrations/kit/live-tokens.ts';
import type { Fields } from '../../../lib/log/fields.ts';
import { silent } from '../../../lib/log/log.ts';
import {
  type AuditMessage,
  type IntakeMessage,
  MESSAGE_VERSION,
} from '../../../lib/queue/messages.ts';
import { Queue, readDepth } from '../../../lib/queue/queue.ts';
import { putApp } from '../../../lib/store/accounts/parties.ts';
import type { Table } from '../../../lib/store/table.ts';
import { START_MS } from '../../lib/make.ts';
import { UNLIMITED } from '../../support/budgets.ts';
import { PlainAudits, SPI_APP } from '../../support/spi-receiver.ts';
import { startTable } from '../../support/table.ts';

let emulators: Emulators;
let table: Table;
let intake: Queue<IntakeMessage>;
let platform: PlainAudits;
let nowMs = START_MS;
let logged: [string, string, Fields | undefined][];

beforeAll(async () => {
  ({ emulators, table } = await startTable());
  intake = new Queue<IntakeMessage>(emulators.sqs, emulators.queues.intake.url);
  await putApp(table, SPI_APP);
});

afterAll(() => emulators?.stop());

beforeEach(() => {
  platform = new PlainAudits();
  nowMs = START_MS;
  logged = [];
});

let made = 0;

/** A request that the operator refused. */
async function decided(): Promise<string> {
  made += 1;
  const refundId = `refund-${made}`;
  const claim = {
    ...{ integration: SPI_APP.integration, appKey: SPI_APP.appKey, merchantId: 'm', refundId },
    ...{ orderId: `order-${made}`, voucherIds: [], requestedFen: null, decideBy: null },
    ...{ reference: {}, decisionBy: 'answer' as const },
  };
  await fileRefund(table, 'douyin', claim, nowMs);
  const decision = { status: 'refused', decidedBy: 'operator', reason: '已使用' } as const;
  await decideRefund(table, 'douyin', refundId, decision, nowMs);
  return refundId;
}

const read = (refundId: string) => readRefund(table, 'douyin', refundId);

/** A worker's run over these messages. @returns what failed */
async function work(...refundIds: string[]): Promise<unknown[]> {
  const failures: unknown[] = [];
  const received = refundIds.map((refundId) => ({
    message: { type: 'audit', v: MESSAGE_VERSION, platform: 'douyin', refundId } as AuditMessage,
    fail: (error: unknown) => failures.push(error),
  }));
  await notifyDecisions(received, {
    ...{ table, intake, fetch: globalThis.fetch, now: () => nowMs, tokens: memoryTokens },
    budgets: UNLIMITED,
    log: (level, what, fields) => logged.push([level, what, fields]),
    integrationOf: (name) => (name === SPI_APP.integration ? platform.integration : undefined),
  });
  return failures;
}

const waiting = async () => (await readDepth(emulators.sqs, intake.url)).waiting;

const sweep = (overdueMs?: number) =>
  sweepAudits({ table, intake, now: () => nowMs, log: silent }, overdueMs);

describe('reporting a decision', () => {
  test('is done once, with the decision and its reason', async () => {
    // Prepare
    const refundId = await decided();
    // Act
    const failures = [...(await work(refundId, refundId)), ...(await work(refundId))];
    // Assess
    expect(failures).toEqual([]);
    expect(platform.told[0]).toMatchObject({ refundId, status: 'refused', reason: '已使用' });
    expect((await read(refundId))?.notifiedAt).not.toBeNull();
    const told = platform.told.length;
    await work(refundId);
    expect(platform.told).toHaveLength(told);
  });

  test('says nothing while nothing is decided, or of what is not there', async () => {
    const claim = {
      ...{ integration: 'plain', appKey: 'plain-app', merchantId: 'm', refundId: 'undecided' },
      ...{ orderId: 'o', voucherIds: [], requestedFen: null, decideBy: null, reference: {} },
      decisionBy: 'answer' as const,
    };
    await fileRefund(table, 'douyin', claim, nowMs);
    expect(await work('undecided', 'nobody')).toEqual([]);
    expect(platform.told).toEqual([]);
  });

  test('waits twice as long each time, up to a quarter of an hour', async () => {
    // Prepare
    platform.next = { outcome: 'wait', why: 'refund.audit answered 503' };
    const refundId = await decided();
    const waits: number[] = [];
    // Act
    for (let tries = 0; tries < 9; tries += 1) {
      await work(refundId);
      const { notifyAtMs = 0 } = (await read(refundId)) ?? {};
      waits.push((notifyAtMs - nowMs) / 1000);
      nowMs = notifyAtMs;
    }
    // Assess
    expect(waits).toEqual([15, 30, 60, 120, 240, 480, 900, 900, 900]);
    expect(await read(refundId)).toMatchObject({ notifiedAt: null, notifications: 9 });
  });

  test('waits as long as the platform says, but no longer than the queue can', async () => {
    platform.next = { outcome: 'wait', why: 'too many requests', retryAfterMs: 100_000 };
    const [one, other] = [await decided(), await decided()];
    await work(one);
    platform.next = { outcome: 'wait', why: 'too many requests', retryAfterMs: 86_400_000 };
    await work(other);
    expect((await read(one))?.notifyAtMs).toBe(nowMs + 100_000);
    expect((await read(other))?.notifyAtMs).toBe(nowMs + 900_000);
  });

  test('sends one message a wait, however many workers met it', async () => {
    // Prepare
    platform.next = { outcome: 'wait', why: 'down' };
    const refundId = await decided();
    const before = await waiting();
    // Act
    await Promise.all([work(refundId), work(refundId), work(refundId, refundId)]);
    await work(refundId);
    // Assess
    expect(await waiting()).toBe(before + 1);
    expect((await read(refundId))?.notifications).toBe(1);
  });

  test('ends with a note where the platform will not take it, and alarms', async () => {
    platform.next = { outcome: 'refused', why: 'refund.audit answered 2119005' };
    const refundId = await decided();
    await work(refundId);
    expect(await read(refundId)).toMatchObject({
      status: 'refused',
      notificationNote: 'refund.audit answered 2119005',
    });
    expect((await read(refundId))?.notifiedAt).not.toBeNull();
    expect(logged.map(([level, what]) => `${level} ${what}`)).toEqual([
      'error refund-decision-refused',
    ]);
  });

  test('ends after 30 days in vain', async () => {
    platform.next = { outcome: 'wait', why: 'down' };
    const refundId = await decided();
    nowMs += 31 * 86_400_000;
    await work(refundId);
    expect((await read(refundId))?.notificationNote).toBe('given up after 30 days: down');
    expect(logged.map(([, what]) => what)).toEqual(['refund-decision-given-up']);
  });

  test('leaves the message to a later try where the app is gone', async () => {
    // Prepare
    made += 1;
    const refundId = `refund-${made}`;
    const claim = {
      ...{ integration: 'plain', appKey: 'gone', merchantId: 'm', refundId, orderId: 'o' },
      ...{ voucherIds: [], requestedFen: null, decideBy: null, reference: {} },
      decisionBy: 'answer' as const,
    };
    await fileRefund(table, 'douyin', claim, nowMs);
    const decision = { status: 'approved', decidedBy: 'operator', reason: null } as const;
    await decideRefund(table, 'douyin', refundId, decision, nowMs);
    // Act, Assess
    expect(await work(refundId)).toHaveLength(1);
    expect((await read(refundId))?.notifiedAt).toBeNull();
  });
});

describe('the sweep', () => {
  test('sends again what is overdue, and only that', async () => {
    // Prepare
    await sweep(0);
    const refundId = await decided();
    const untold = await sweep();
    // Act
    nowMs += 119_000;
    const early = await sweep();
    nowMs += 2_000;
    const late = await sweep();
    await work(refundId);
    const done = await sweep();
    // Assess: those of the tests above wait as well
    expect(late - early).toBeGreaterThanOrEqual(1);
    expect(early).toBe(untold);
    expect(done).toBe(late - 1);
  });
});
