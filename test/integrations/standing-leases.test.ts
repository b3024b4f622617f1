import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { CallBudgets } from '../../lib/integrations/kit/call-budget.ts';
import {
  type CallPurpose,
  grant,
  type SpanLease,
  type StandingLease,
  usableOf,
} from '../../lib/integrations/kit/call-leases.ts';
import { endsSoon, keptBy, standFor } from '../../lib/integrations/kit/standing-leases.ts';
import { CallLeases } from '../../lib/store/accounts/call-leases.ts';
import { everyOrder, type Turn } from '../support/interleave.ts';
import { runs } from '../support/long.ts';
import { MemoryTable } from '../world/store/table.ts';

const ORDERS = { name: 'trade/order/query', perSecond: 20 };
const CERTIFICATES = { name: 'certificate/query', perSecond: 100 };
const APP = {
  integration: 'douyin-life',
  appKey: 'app',
  settings: { enrichment: 'pull' },
} as const;

const request = fc.record({
  seconds: fc.integer({ min: 0, max: 40 }),
  worker: fc.integer({ min: 0, max: 3 }),
  callFor: fc.constantFrom<CallPurpose>('till', 'hints', 'hints', 'records'),
  wanted: fc.integer({ min: 1, max: 20 }),
});

describe('a lease that stands for a minute', () => {
  test('and all blocks beside it never come to more than the limit in any second', () => {
    let stood = 0;
    fc.assert(
      fc.property(fc.array(request, { maxLength: 60 }), (requests) => {
        let lease: SpanLease | undefined;
        let span = 1_000;
        const owns = new Map<number, StandingLease>();
        const blocks = new Map<number, number>();
        const check = (at: number) => {
          const calls = [...owns.values()].reduce(
            (sum, own) => sum + keptBy(own, at),
            blocks.get(at) ?? 0,
          );
          expect(calls).toBeLessThanOrEqual(usableOf(ORDERS));
        };
        for (const { seconds, worker, callFor, wanted } of requests) {
          for (let at = span; at <= span + seconds; at += 1) check(at);
          span += seconds;
          const own = owns.get(worker);
          if (callFor === 'hints' && endsSoon(own, span)) {
            const next = standFor(ORDERS, lease, { span, own });
            if (next !== undefined) {
              stood += 1;
              lease = next.next;
              owns.set(worker, next.own);
              check(span);
              continue;
            }
          }
          const { granted, next } = grant(ORDERS, lease, { span, callFor, wanted });
          lease = next;
          blocks.set(span, (blocks.get(span) ?? 0) + granted);
          check(span);
        }
      }),
      { numRuns: runs(300) },
    );
    expect(stood).toBeGreaterThan(20);
  });

  test('leaves half of the rate to others, and the till what it takes', () => {
    let lease: SpanLease | undefined;
    let stood = 0;
    for (let worker = 0; worker < 20; worker += 1) {
      const next = standFor(ORDERS, lease, { span: 1_000, own: undefined });
      if (next === undefined) break;
      lease = next.next;
      stood += next.own.calls;
    }
    expect(stood).toBe(8);
    const till = grant(ORDERS, lease, { span: 1_030, callFor: 'till', wanted: 100 });
    expect(till.granted).toBe(usableOf(ORDERS) - stood);
    const later = grant(ORDERS, lease, { span: 1_072, callFor: 'till', wanted: 100 });
    expect(later.granted).toBe(usableOf(ORDERS));
  });

  test('is given to nobody while an app is busy, nor where a limit is a few calls a second', () => {
    const before = { till: 0, hints: 9, records: 0 };
    const leased = { till: 0, hints: 0, records: 0 };
    const busy: SpanLease = { span: 1_000, leased, before, standing: [] };
    expect(standFor(ORDERS, busy, { span: 1_000, own: undefined })).toBeUndefined();
    const few = { name: 'few', perSecond: 4 };
    expect(standFor(few, undefined, { span: 1_000, own: undefined })).toBeUndefined();
    const slow = { name: 'slow', perSecond: 0.2 };
    expect(standFor(slow, undefined, { span: 1_000, own: undefined })).toBeUndefined();
  });
});

/** Workers that call both endpoints, `each` times a second and worker, for so many seconds. */
async function spend(
  workers: number,
  each: (second: number, worker: number) => number,
  seconds: number,
) {
  const table = new MemoryTable();
  let nowMs = 1_000_000;
  const store = new CallLeases(table);
  const budgets = Array.from({ length: workers }, () => new CallBudgets(store, () => nowMs));
  const perSecond: number[] = [];
  for (let second = 0; second < seconds; second += 1) {
    let made = 0;
    nowMs = 1_000_000 + second * 1_000;
    for (const [worker, budget] of budgets.entries()) {
      for (let call = 0; call < each(second, worker); call += 1) {
        const calls = budget.of(APP, 'hints');
        const isMade = await Promise.race([
          Promise.all([calls.turn(CERTIFICATES), calls.turn(ORDERS)]).then(
            () => true,
            () => false,
          ),
          new Promise<false>((done) => setImmediate(() => setImmediate(() => done(false)))),
        ]);
        if (isMade) made += 1;
      }
    }
    perSecond.push(made);
  }
  return { perSecond, writes: table.writes };
}

describe('a budget of calls that are calm', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test.each([1, 4])('costs %i workers far less than one write a call', async (workers) => {
    const { perSecond, writes } = await spend(
      workers,
      (second, worker) => (second % workers === worker ? 1 : 0),
      240,
    );
    expect(perSecond.every((made) => made === 1)).toBe(true);
    expect(writes).toBeLessThanOrEqual(workers * 6);
  });

  test.each([1, 4])(
    'becomes busy within the limit, with %i workers, and gets all of it again',
    async (workers) => {
      const { perSecond } = await spend(
        workers,
        (second, worker) => {
          if (second < 60) return second % workers === worker ? 1 : 0;
          return worker === 0 ? 30 : 0;
        },
        180,
      );
      for (const made of perSecond) expect(made).toBeLessThanOrEqual(ORDERS.perSecond);
      // While others' leases stand, half; a minute later all but the till's tenth.
      expect(Math.min(...perSecond.slice(62, 130))).toBeGreaterThanOrEqual(8);
      expect(Math.min(...perSecond.slice(135))).toBeGreaterThanOrEqual(15);
    },
  );

  test('is one budget in every order of two workers’ reads and writes, also where one dies', async () => {
    const tried = await everyOrder(
      () => {
        const table = new MemoryTable();
        let made = 0;
        const call = (times: number) => async (turn: Turn) => {
          const budgets = new CallBudgets(new CallLeases(table.seenBy(turn)), () => 1_000_000);
          for (let at = 0; at < times; at += 1) {
            await budgets.of(APP, 'hints').turn({ name: 'few', perSecond: 9 });
            made += 1;
          }
        };
        return {
          workers: { one: call(3), two: call(3) },
          afterwards: () => {
            expect(made).toBeGreaterThanOrEqual(6);
            const [lease] = table.all('BUDGET#') as { endpoints?: Record<string, SpanLease> }[];
            const { leased, standing } = lease?.endpoints?.few ?? {};
            const kept = (standing ?? []).reduce((sum, { calls }) => sum + calls, 0);
            expect(kept + (leased?.hints ?? 0)).toBeLessThanOrEqual(8);
          },
        };
      },
      { most: runs(400), seeded: runs(100) },
    );
    expect(tried.orders).toBeGreaterThan(10);
  });

  test('is kept where seconds pass between the read and the write of a lease', async () => {
    let made = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 60, maxLength: 60 }),
        fc.integer({ min: 1, max: 12 }),
        async (steps, callers) => {
          // Whoever waits for his turn waits by this clock, and so does the world around him.
          vi.useFakeTimers({ now: 1_000_000, toFake: ['Date', 'setTimeout'] });
          const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);
          let taken = 0;
          const table = new MemoryTable({
            take: async () => {
              pass(Math.ceil((steps[taken % steps.length] ?? 1) ** 2 / 3_000));
              taken += 1;
              return undefined;
            },
          });
          const store = new CallLeases(table);
          const budgets = [0, 1, 2].map(() => new CallBudgets(store, () => Date.now()));
          const perSecond = new Map<number, number>();
          const call = async (budget: CallBudgets, limit: typeof ORDERS) => {
            await budget.of(APP, 'hints').turn(limit);
            if (limit !== ORDERS) return;
            made += 1;
            const second = Math.floor(Date.now() / 1_000);
            perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
          };
          for (let round = 0; round < 25; round += 1) {
            pass(steps[round] ?? 1);
            const calls = budgets.flatMap((budget) =>
              Array.from({ length: callers }, () => [
                call(budget, CERTIFICATES),
                call(budget, ORDERS),
              ]).flat(),
            );
            await Promise.all([Promise.allSettled(calls), vi.advanceTimersByTimeAsync(5_000)]);
          }
          expect(Math.max(...perSecond.values())).toBeLessThanOrEqual(usableOf(ORDERS));
        },
      ),
      { numRuns: runs(60) },
    );
    expect(made).toBeGreaterThan(50);
  });

  test('does not use in one second what was leased for the one before', async () => {
    const limit = { name: 'few', perSecond: 3 };
    let nowMs = 1_000_990;
    let other: Promise<void> | undefined;
    const table = new MemoryTable({
      take: async (_what: string, kind: string) => {
        if (kind !== 'write' || other !== undefined) return;
        nowMs += 20;
        other = calls.turn(limit);
        await Promise.resolve();
      },
    });
    const calls = new CallBudgets(new CallLeases(table), () => nowMs).of(APP, 'hints');
    await calls.turn(limit);
    await other;
    const [item] = table.all('BUDGET#') as { endpoints?: Record<string, SpanLease> }[];
    expect(item?.endpoints?.few).toMatchObject({ span: 1_001, leased: { hints: 2 } });
  });
});
