import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CallBudgets } from '../../lib/integrations/kit/call-budget.ts';
import {
  type CallPurpose,
  grant,
  MemoryLeases,
  type SpanLease,
  usableOf,
} from '../../lib/integrations/kit/call-leases.ts';
import { PlatformError } from '../../lib/integrations/kit/platform-error.ts';
import { CallLeases } from '../../lib/store/accounts/call-leases.ts';
import { runs } from '../support/long.ts';
import { MemoryTable } from '../world/store/table.ts';

const ORDERS = { name: 'trade/order/query', perSecond: 20 };
const APP = {
  integration: 'douyin-life',
  appKey: 'app',
  settings: { enrichment: 'pull' },
} as const;

const request = fc.record({
  seconds: fc.integer({ min: 0, max: 2 }),
  callFor: fc.constantFrom<CallPurpose>('till', 'hints', 'records'),
  wanted: fc.integer({ min: 1, max: 40 }),
});

describe('a lease of calls', () => {
  test('never makes more than the limit in one second, whoever wants how many', () => {
    fc.assert(
      fc.property(fc.array(request, { maxLength: 40 }), (requests) => {
        let standing: SpanLease | undefined;
        let span = 0;
        const perSpan = new Map<number, number>();
        for (const { seconds, callFor, wanted } of requests) {
          span += seconds;
          const { granted, next } = grant(ORDERS, standing, { span, callFor, wanted });
          standing = next;
          perSpan.set(span, (perSpan.get(span) ?? 0) + granted);
        }
        for (const calls of perSpan.values()) expect(calls).toBeLessThanOrEqual(usableOf(ORDERS));
      }),
      { numRuns: runs(300) },
    );
  });

  test('leaves one worker all that idle ones do not take', () => {
    const { granted } = grant(ORDERS, undefined, { span: 1, callFor: 'hints', wanted: 100 });
    expect(granted).toBe(usableOf(ORDERS) - 1);
  });

  test('keeps for the till what it took before, and for hints before records', () => {
    const before = { till: 6, hints: 8, records: 0 };
    const leased = { till: 0, hints: 0, records: 0 };
    const standing: SpanLease = { span: 5, leased, before, standing: [] };
    const of = (callFor: CallPurpose) => grant(ORDERS, standing, { span: 5, callFor, wanted: 100 });
    expect(of('till').granted).toBe(18);
    expect(of('hints').granted).toBe(12);
    expect(of('records').granted).toBe(4);
  });

  test('lets records come on by one call a second, however busy hints are', () => {
    const leased = { till: 0, hints: 10, records: 0 };
    const before = { till: 0, hints: 18, records: 0 };
    const standing: SpanLease = { span: 5, leased, before, standing: [] };
    const { granted } = grant(ORDERS, standing, { span: 5, callFor: 'records', wanted: 9 });
    expect(granted).toBe(1);
  });

  test('of less than one call a second is one call in a longer time', () => {
    const slow = { name: 'slow', perSecond: 0.2 };
    const first = grant(slow, undefined, { span: 7, callFor: 'hints', wanted: 5 });
    expect(first.granted).toBe(1);
    expect(grant(slow, first.next, { span: 7, callFor: 'hints', wanted: 5 }).granted).toBe(0);
  });
});

describe('a budget of calls', () => {
  /** Workers that call at random moments of some seconds, over one store of leases. */
  async function spend(workers: number, callsEach: number) {
    const table = new MemoryTable();
    let nowMs = 1_000_000;
    const perSecond = new Map<number, number>();
    let refused = 0;
    const budgets = Array.from(
      { length: workers },
      () => new CallBudgets(new CallLeases(table), () => nowMs),
    );
    for (let tick = 0; tick < 40; tick += 1) {
      nowMs = 1_000_000 + tick * 250;
      for (const [at, budget] of budgets.entries()) {
        for (let call = 0; call < callsEach; call += 1) {
          const callFor = (['hints', 'records', 'till'] as const)[at % 3] ?? 'hints';
          const turn = budget.of(APP, callFor).turn(ORDERS);
          const isMade = await Promise.race([
            turn.then(
              () => true,
              () => false,
            ),
            new Promise<'waits'>((done) => setImmediate(() => setImmediate(() => done('waits')))),
          ]);
          if (isMade === true) {
            const second = Math.floor(nowMs / 1000);
            perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
          } else refused += 1;
        }
      }
    }
    return { perSecond, refused, writes: table.writes };
  }

  test.each([1, 4])('is never passed by %i workers, and is used', async (workers) => {
    const { perSecond } = await spend(workers, 4);
    const counts = [...perSecond.values()];
    for (const calls of counts) expect(calls).toBeLessThanOrEqual(ORDERS.perSecond);
    const most = Math.max(...counts);
    expect(most).toBeGreaterThanOrEqual(workers === 1 ? 14 : 16);
  });

  test('says when to come back where its turn is too far away, one after the other', async () => {
    const nowMs = 5_000;
    const budget = new CallBudgets(new MemoryLeases(), () => nowMs).of(APP, 'hints');
    const slow = { name: 'slow', perSecond: 0.1 };
    await budget.turn(slow);
    const errors = await Promise.all(
      [0, 1].map(() => budget.turn(slow).catch((error: unknown) => error)),
    );
    const [first, second] = errors as PlatformError[];
    expect(first).toBeInstanceOf(PlatformError);
    expect(first).toMatchObject({ retryable: true, down: false });
    expect(second?.retryAfterMs).toBeGreaterThan(first?.retryAfterMs ?? 0);
  });

  test('is larger where the platform granted the app more', async () => {
    const nowMs = 5_000;
    const settings = { ...APP.settings, rateFactor: 10 };
    const budget = new CallBudgets(new MemoryLeases(), () => nowMs).of(
      { ...APP, settings },
      'till',
    );
    for (let call = 0; call < 100; call += 1) await budget.turn(ORDERS);
  });
});
