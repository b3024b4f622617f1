import { describe, expect, test } from 'vitest';
import { PlatformError } from '../../../lib/integrations/kit/platform-error.ts';
import type { RecordsPage } from '../../../lib/integrations/kit/platform-records.ts';
import { beginReconciliation } from '../../../lib/reconciliation/begin.ts';
import { followEdge } from '../../../lib/reconciliation/edge.ts';
import { reconcileRecords } from '../../../lib/reconciliation/run.ts';
import { workOn } from '../../../lib/reconciliation/work.ts';
import { changeApp } from '../../../lib/store/accounts/apps.ts';
import { checkedDays } from '../../../lib/store/reconciliation/checked-days.ts';
import { differencesOf } from '../../../lib/store/reconciliation/differences.ts';
import { readEdge } from '../../../lib/store/reconciliation/edges.ts';
import {
  readReconciliation,
  saveReconciliation,
} from '../../../lib/store/reconciliation/reconciliations.ts';
import { everyOrder, type Turn } from '../../support/interleave.ts';
import { runs } from '../../support/long.ts';
import { APP, DAY, FakeRecords, recordOf } from './fake-records.ts';

const wanted = { ...APP, from: DAY, to: DAY, pass: 'day', wantedBy: 'operator' } as const;

const whole = (...records: ReturnType<typeof recordOf>[]): RecordsPage => ({
  ...{ records, next: null, total: records.length },
});

async function begun(fake: FakeRecords): Promise<string> {
  await fake.open();
  return beginReconciliation(fake.table, wanted, fake.nowMs);
}

async function dayOf(fake: FakeRecords) {
  const [one] = await Array.fromAsync(checkedDays(fake.table, DAY, undefined));
  return one?.checked;
}

/** As often as the schedule would, so far apart. */
async function run(fake: FakeRecords, times: number, apartMs = 300_000): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    await reconcileRecords(fake.nowMs + 60_000, fake.deps());
    fake.nowMs += apartMs;
  }
}

test('an app that is archived is not called, and no day of it is planned, until it is in use again', async () => {
  const fake = new FakeRecords(() => whole(recordOf(1)));
  await fake.open();
  await changeApp(fake.table, APP, { archivedAt: '2025-11-01T00:00:00.000+08:00' });
  await run(fake, 3, 86_400_000);
  expect(fake.calls).toBe(0);
  expect(await readEdge(fake.table, APP.integration, APP.appKey)).toBeUndefined();
  await changeApp(fake.table, APP, { archivedAt: null });
  await run(fake, 3, 86_400_000);
  expect(fake.calls).toBeGreaterThan(0);
});

describe('a day that is read', () => {
  test('sends what we lack once, however often it is read', async () => {
    const fake = new FakeRecords(() => whole(recordOf(1), recordOf(2)));
    await begun(fake);
    await run(fake, 3);
    const ids = fake.sent.map((message) => ('deliveryId' in message ? message.deliveryId : ''));
    expect(new Set(ids).size).toBe(1);
    expect(fake.sent[0]).toMatchObject({ type: 'facts', source: 'list', events: [{}, {}] });
    expect(await dayOf(fake)).toMatchObject({ status: 'checking', found: 2, repaired: 2 });
  });

  test('is not complete while what was sent is not booked, and different when it never is', async () => {
    const fake = new FakeRecords(() => whole(recordOf(1)));
    await begun(fake);
    await run(fake, 12);
    expect(await dayOf(fake)).toMatchObject({ status: 'different', reason: 'counts-differ' });
  });

  test('with a row that nobody can read takes the others in, and is different until it can', async () => {
    let isOdd = true;
    const row = { field: 'verifyTime', rowId: 'r1', voucherId: 'v2', orderId: null, actId: null };
    const fake = new FakeRecords(() =>
      isOdd ? { ...whole(recordOf(1)), unread: [row], total: 2 } : whole(recordOf(1), recordOf(2)),
    );
    await begun(fake);
    await run(fake, 1);
    expect(fake.sent).toMatchObject([{ events: [{ voucherId: 'v1' }] }]);
    expect(await dayOf(fake)).toMatchObject({ status: 'different', found: 1, differences: 1 });
    const kept = async () =>
      (await Array.fromAsync(differencesOf(fake.table, DAY, undefined))).map(({ one }) => one);
    expect(await kept()).toMatchObject([
      { reason: 'row-unreadable', voucherId: 'v2', theirs: 'uses: verifyTime', state: 'open' },
    ]);

    isOdd = false;
    fake.nowMs += 60_000;
    await beginReconciliation(fake.table, wanted, fake.nowMs);
    await run(fake, 1);
    expect(await kept()).toMatchObject([{ reason: 'row-unreadable', state: 'repaired' }]);
    expect(await dayOf(fake)).toMatchObject({ status: 'checking', found: 2 });
  });

  test('is not believed to have bad rows alone: its list has another shape', async () => {
    const rows = ['r1', 'r2'].map((rowId) => ({
      ...{ field: 'verifyTime', rowId, voucherId: null, orderId: null, actId: null },
    }));
    const fake = new FakeRecords(() => ({ records: [], unread: rows, next: null }));
    const id = await begun(fake);
    await run(fake, 1);
    expect(await dayOf(fake)).toBeUndefined();
    expect(await readReconciliation(fake.table, id)).toMatchObject({ failures: 1 });
  });

  test('is read again where its pages do not come to its total', async () => {
    const fake = new FakeRecords((calls) =>
      calls < 3
        ? { records: [recordOf(1)], next: null, total: 2 }
        : whole(recordOf(1), recordOf(2)),
    );
    await begun(fake);
    await run(fake, 1);
    expect(fake.calls).toBe(3);
    expect(await dayOf(fake)).toMatchObject({ theirs: { count: 2 } });
  });

  test('is unchecked where a list keeps changing, and says why', async () => {
    const fake = new FakeRecords(() => ({ records: [recordOf(1)], next: null, total: 2 }));
    const id = await begun(fake);
    await run(fake, 20);
    expect(await dayOf(fake)).toMatchObject({ status: 'unchecked', reason: 'changed-while-read' });
    expect(await readReconciliation(fake.table, id)).toMatchObject({ status: 'done', done: 1 });
  });

  test('is read again where a row stands on two pages', async () => {
    const fake = new FakeRecords((calls, cursor) => {
      if (calls > 2) return whole(recordOf(1), recordOf(2));
      return cursor === null
        ? { records: [recordOf(1)], next: '1' }
        : { records: [recordOf(1)], next: null };
    });
    await begun(fake);
    await run(fake, 1);
    expect(await dayOf(fake)).toMatchObject({ theirs: { count: 2 } });
  });

  test('is unchecked where the platform refuses, and the rest goes on', async () => {
    const fake = new FakeRecords(() => {
      throw new PlatformError('no', { retryable: false, code: '2119005' });
    });
    const id = await begun(fake);
    await run(fake, 1);
    expect(await dayOf(fake)).toMatchObject({ status: 'unchecked', reason: 'refused' });
    expect(await readReconciliation(fake.table, id)).toMatchObject({ status: 'done' });
  });

  test('waits for a platform that is down, and is read when it is back', async () => {
    let isDown = true;
    const fake = new FakeRecords(() => {
      if (isDown) throw new PlatformError('down', { retryable: true, down: true });
      return whole();
    });
    const id = await begun(fake);
    await run(fake, 1);
    expect(await readReconciliation(fake.table, id)).toMatchObject({
      status: 'running',
      failures: 1,
    });
    expect(await dayOf(fake)).toBeUndefined();
    isDown = false;
    await run(fake, 2);
    expect(await dayOf(fake)).toMatchObject({ status: 'complete' });
  });

  test('with more records than are held at once is read in shorter windows', async () => {
    const fake = new FakeRecords(() => whole());
    const spans: number[] = [];
    const [list] = fake.source.lists;
    if (list === undefined) throw new Error('it has one');
    const page: typeof list.page = async (of) => {
      spans.push(of.untilMs - of.fromMs);
      const isLong = of.untilMs - of.fromMs > 12 * 3_600_000;
      const records = isLong ? Array.from({ length: 1_001 }, (_, n) => recordOf(n)) : [];
      return { records, next: null };
    };
    fake.source = { ...fake.source, lists: [{ ...list, page }] };
    await begun(fake);
    await run(fake, 1);
    expect(spans[0]).toBe(86_400_000);
    expect(spans.slice(1)).toEqual(Array.from({ length: 8 }, () => 10_800_000));
    expect(await dayOf(fake)).toMatchObject({ status: 'complete' });
  });
});

describe('a day that is too much for one reading', () => {
  /** A list whose every window has pages by its length, as `page` answers them. */
  function listing(page: (hours: number, cursor: string | null, fake: FakeRecords) => RecordsPage) {
    const fake = new FakeRecords(() => whole());
    const hoursRead: number[] = [];
    const [list] = fake.source.lists;
    if (list === undefined) throw new Error('it has one');
    const read: typeof list.page = async ({ fromMs, untilMs }, cursor) => {
      fake.calls += 1;
      const hours = (untilMs - fromMs) / 3_600_000;
      hoursRead.push(hours);
      return page(hours, cursor, fake);
    };
    fake.source = { ...fake.source, lists: [{ ...list, page: read }] };
    return { fake, hoursRead };
  }

  test('is not read on where its first page says how much it is', async () => {
    const { fake, hoursRead } = listing((hours) =>
      hours > 12 ? { records: [recordOf(1)], next: '1', total: 5_000 } : whole(),
    );
    await begun(fake);
    await run(fake, 1);
    expect(hoursRead).toEqual([24, ...Array.from({ length: 8 }, () => 3)]);
    expect(await dayOf(fake)).toMatchObject({ status: 'complete' });
  });

  test('and that the end of a turn cuts is gone on with in shorter windows', async () => {
    const { fake, hoursRead } = listing((hours, cursor, { nowMs }) => {
      // Two seconds a page, and a page for each half hour.
      if (nowMs + 2_000 > endMs) throw new PlatformError('no time left', { retryable: true });
      fake.nowMs += 2_000;
      const page = Number(cursor ?? 0) + 1;
      return { records: [], next: page < hours * 2 ? String(page) : null };
    });
    let endMs = 0;
    const id = await begun(fake);
    for (let turn = 0; turn < 20; turn += 1) {
      endMs = fake.nowMs + 60_000;
      await workOn(id, endMs, fake.deps());
      fake.nowMs = endMs + 240_000;
    }
    expect(await readReconciliation(fake.table, id)).toMatchObject({ status: 'done', failures: 0 });
    expect(new Set(hoursRead)).toEqual(new Set([24, 6]));
    // Each quarter of the day is read whole once, and one that a turn's end cut once more.
    const pages = hoursRead.filter((hours) => hours === 6).length;
    expect(pages).toBeLessThan(12 * 6);
  });

  test('keeps the parts that were read before the platform failed, and goes on behind them', async () => {
    let isDown = false;
    let fallsAfter = 4;
    const { fake, hoursRead } = listing((hours) => {
      if (isDown) throw new PlatformError('down', { retryable: true, down: true });
      if (hours > 12) return { records: [recordOf(1)], next: '1', total: 5_000 };
      isDown = hoursRead.length === fallsAfter;
      return whole();
    });
    const id = await begun(fake);
    await run(fake, 1);
    expect(await readReconciliation(fake.table, id)).toMatchObject({
      ...{ failures: 1, soFar: { windowMs: 3 * 3_600_000 } },
    });
    isDown = false;
    fallsAfter = 0;
    hoursRead.length = 0;
    await run(fake, 1);
    expect(hoursRead.filter((hours) => hours === 3)).toHaveLength(8 - 3);
    expect(await dayOf(fake)).toMatchObject({ status: 'complete' });
  });
});

describe('a list without rows', () => {
  const day = (n: number) => `2026-05-0${n}`;

  test('is believed of a merchant that has days without, and not of one that never had', async () => {
    const one = recordOf(1, { isReversed: true });
    const fake = new FakeRecords((_calls, _cursor, at) => (at === day(2) ? whole() : whole(one)));
    await fake.open();
    const begin = (at: string, pass: 'day' | 'late') =>
      beginReconciliation(fake.table, { ...wanted, from: at, to: at, pass }, fake.nowMs);
    await begin(day(1), 'day');
    await run(fake, 2);
    fake.nowMs += 86_400_000;
    await begin(day(2), 'day');
    await run(fake, 20);
    const read = async (at: string) =>
      (await Array.fromAsync(checkedDays(fake.table, at, undefined)))[0]?.checked;
    expect(await read(day(2))).toMatchObject({
      ...{ status: 'unchecked', reason: 'empty-may-be-outage' },
    });

    await begin(day(2), 'late');
    await run(fake, 1);
    expect(await read(day(2))).toMatchObject({ status: 'complete', theirs: { count: 0 } });
  });
});

describe('a backfill whose worker is killed', () => {
  const DAYS = 8;
  const PAGES = 4;
  const to = '2026-04-08';

  /** A platform with so many pages a day, whose answer to one call never comes: the worker is gone. */
  async function killedAt(call: number | null) {
    const fake = new FakeRecords(() => whole());
    await fake.open();
    let calls = 0;
    let gone = () => {};
    const died = new Promise<void>((resolve) => {
      gone = resolve;
    });
    fake.source = {
      ...fake.source,
      lists: [
        {
          ...{ name: 'uses', empty: 'may-be-outage' },
          page: async ({ businessDay }, cursor, context) => {
            await context.fetch('http://platform.test/');
            const at = Number(cursor ?? 0);
            const n = Number(businessDay.slice(-2)) * PAGES + at;
            const occurredAt = `${businessDay}T12:0${at}:00.000+08:00`;
            const next = at + 1 < PAGES ? String(at + 1) : null;
            return { records: [recordOf(n, { occurredAt })], next, total: PAGES };
          },
        },
      ],
    };
    const fetch: typeof globalThis.fetch = () => {
      calls += 1;
      if (calls !== call) return Promise.resolve(new Response('{}'));
      gone();
      return new Promise(() => {});
    };
    const deps = () => ({ ...fake.deps(), fetch });
    const id = await beginReconciliation(
      fake.table,
      { ...wanted, from: '2026-04-01', to },
      fake.nowMs,
    );
    const first = workOn(id, fake.nowMs + 60_000, deps());
    await (call === null ? first : died);
    // Its claim ends; what was sent is never booked here, so each day is looked at until it is given up.
    for (let run = 0; run < 30; run += 1) {
      fake.nowMs += 600_000;
      await workOn(id, fake.nowMs + 60_000, deps());
    }
    const facts = fake.sent.flatMap((one) => ('events' in one ? one.events : []));
    return { calls, facts: new Set(facts.map((one) => one.eventId)), id, fake };
  }

  test('is gone on with by the next one, and no more than a day and sixteen calls are made again', async () => {
    const whole = await killedAt(null);
    expect(whole.calls).toBe(DAYS * PAGES);
    expect(whole.facts.size).toBe(DAYS * PAGES);
    for (let call = 1; call <= DAYS * PAGES; call += 1) {
      const { calls, facts, id, fake } = await killedAt(call);
      expect(calls).toBeLessThanOrEqual(whole.calls + 16 + PAGES);
      expect(facts).toEqual(whole.facts);
      expect(await readReconciliation(fake.table, id)).toMatchObject({
        ...{ status: 'done', done: DAYS, found: DAYS * PAGES },
      });
    }
  });
});

describe('two workers', () => {
  const orders = { most: runs(300), seeded: runs(60) };

  /** Only what they share takes turns. */
  const shared =
    (turn: Turn): Turn =>
    async (what) => {
      if (/ (RECONCIL|CHECKED|EDGE|DIFFERENCE)/.test(what)) await turn(what);
    };

  test('on one reconciliation read each day once or twice, and count it once', async () => {
    const tried = await everyOrder(
      async () => {
        const fake = new FakeRecords(() => whole(recordOf(1, { isReversed: true })));
        const id = await begun(fake);
        const work = (turn: Turn) => workOn(id, fake.nowMs + 60_000, fake.deps(shared(turn)));
        return {
          workers: { a: work, b: work },
          afterwards: async () => {
            // Whoever was late finds it taken: it goes on when its time is over.
            fake.nowMs += 3_600_000;
            for (let again = 0; again < 12; again += 1) {
              await workOn(id, fake.nowMs + 60_000, fake.deps());
              fake.nowMs += 3_600_000;
            }
            expect(await readReconciliation(fake.table, id)).toMatchObject({
              ...{ status: 'done', done: 1, found: 1, repaired: 1 },
            });
            const ids = new Set(
              fake.sent.map((one) => ('deliveryId' in one ? one.deliveryId : '')),
            );
            expect(ids.size).toBe(1);
            expect(await Array.fromAsync(checkedDays(fake.table, DAY, undefined))).toHaveLength(1);
          },
        };
      },
      { ...orders, deaths: 1 },
    );
    expect(tried.orders).toBeGreaterThan(10);
  });

  test('and somebody who cancels it: it ends cancelled, and nobody goes on', async () => {
    await everyOrder(async () => {
      const fake = new FakeRecords(() => whole());
      const id = await begun(fake);
      let isCancelled = false;
      return {
        workers: {
          worker: (turn) => workOn(id, fake.nowMs + 60_000, fake.deps(shared(turn))),
          canceller: async (turn) => {
            const { table } = fake.deps(shared(turn));
            const read = await readReconciliation(table, id);
            if (read?.status !== 'running') return;
            const saved = await saveReconciliation(table, read, { status: 'cancelled' });
            isCancelled = saved !== undefined;
          },
        },
        afterwards: async () => {
          fake.nowMs += 3_600_000;
          const { calls } = fake;
          await workOn(id, fake.nowMs + 60_000, fake.deps());
          const { status } = (await readReconciliation(fake.table, id)) ?? {};
          if (!isCancelled) return;
          expect(status).toBe('cancelled');
          expect(fake.calls).toBe(calls);
        },
      };
    }, orders);
  });

  test('at one live edge, one after the other, ask once', async () => {
    const fake = new FakeRecords(() => whole());
    await fake.open();
    await followEdge(APP, fake.nowMs + 60_000, fake.deps());
    fake.nowMs += 300_000;
    await followEdge(APP, fake.nowMs + 60_000, fake.deps());
    fake.nowMs += 5_000;
    await followEdge(APP, fake.nowMs + 60_000, fake.deps());
    expect(fake.calls).toBe(1);
  });

  test('at one live edge leave nothing out', async () => {
    await everyOrder(
      async () => {
        const seen: [number, number][] = [];
        const fake = new FakeRecords(() => whole());
        await fake.open();
        const [list] = fake.source.lists;
        if (list === undefined) throw new Error('it has one');
        const page: typeof list.page = async ({ fromMs, untilMs }) => {
          seen.push([fromMs, untilMs]);
          return whole();
        };
        fake.source = { ...fake.source, lists: [{ ...list, page }] };
        await followEdge(APP, fake.nowMs + 60_000, fake.deps());
        const from = (await readEdge(fake.table, APP.integration, APP.appKey))?.untilMs ?? 0;
        fake.nowMs += 300_000;
        const work = (turn: Turn) => followEdge(APP, fake.nowMs + 60_000, fake.deps(shared(turn)));
        return {
          workers: { a: work, b: work },
          afterwards: async () => {
            fake.nowMs += 300_000;
            await followEdge(APP, fake.nowMs + 60_000, fake.deps());
            const until = (await readEdge(fake.table, APP.integration, APP.appKey))?.untilMs ?? 0;
            expect(until).toBe(fake.nowMs - 600_000);
            // Whatever was read twice, every moment since was read.
            let reached = from;
            for (const [begin, end] of seen.toSorted((a, b) => a[0] - b[0])) {
              if (begin <= reached) reached = Math.max(reached, end);
            }
            expect(reached).toBe(until);
          },
        };
      },
      { ...orders, deaths: 1 },
    );
  });
});
