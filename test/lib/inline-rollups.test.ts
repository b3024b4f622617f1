import { describe, expect, test } from 'vitest';
import { attributeBatch } from '../../functions/attribute/attribute.ts';
import { rollUpDays } from '../../functions/attribute/totals.ts';
import { sweepBehind } from '../../functions/reconcile/sweep-unfinished.ts';
import { UNATTRIBUTED } from '../../lib/attribution/contract.ts';
import { type AttributionMessage, MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import { daysOfTurn } from '../../lib/rollups/days-behind.ts';
import { recordEvent } from '../../lib/store/ledger/events.ts';
import { addDays, businessDayAt, daysBetween, toInstant } from '../../lib/time/shanghai.ts';
import { everyOrder, type Scene, type Turn } from '../support/interleave.ts';
import { runs } from '../support/long.ts';
import { received, TotalsWorld } from '../support/totals-world.ts';
import { redeemed, START_MS } from './make.ts';

/** Booking rolls up what it touched, beside others who do, and beside those who roll up the dimensions. */

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const DAY = businessDayAt(START_MS);

/** Nobody has a contract here: all is `unattributed`. */
class World extends TotalsWorld {
  constructor(day = DAY) {
    super(UNATTRIBUTED, day);
  }

  /** A use that `normalize` wrote, and what it notifies attribution of. */
  async use(id: string, storeId: string, atMs = START_MS): Promise<AttributionMessage> {
    const ids = { voucherId: `v-${id}`, orderId: `o-${id}`, storeId };
    await recordEvent(this.table, redeemed(id, { ...ids, occurredAt: toInstant(atMs) }));
    return {
      type: 'changed',
      v: MESSAGE_VERSION,
      of: 'voucher',
      platform: 'douyin',
      id: `v-${id}`,
    };
  }

  book(messages: readonly AttributionMessage[], turn?: Turn): Promise<void> {
    return attributeBatch(received(messages), this.depsOf(turn));
  }

  sweep(nowMs: number, turn?: Turn, isAll = false): Promise<number> {
    return sweepBehind({ ...this.depsOf(turn), now: () => nowMs }, isAll);
  }
}

const sceneOf = (world: World, workers: Scene['workers']): Scene => ({
  workers,
  afterwards: async () => {
    await world.settle();
    await world.expectEqual();
    expect(await world.sweep(START_MS + DAY_MS)).toBe(0);
  },
});

describe('a booking that rolls up what it touched', () => {
  test.each([
    ['the same store-hour', 'one', 0],
    ['another hour of the store', 'one', 60],
    ['another store', 'two', 0],
  ])('is whole beside one of %s, in every order, whoever dies', async (_what, storeId, minutes) => {
    const tried = await everyOrder(
      async () => {
        const world = new World();
        const a = await world.use('a', 'one');
        const b = await world.use('b', storeId, START_MS + minutes * MINUTE_MS);
        return sceneOf(world, {
          one: (turn) => world.book([a], turn),
          other: (turn) => world.book([b], turn),
        });
      },
      { most: runs(250), seeded: runs(100), deaths: 1 },
    );
    expect(tried.orders).toBeGreaterThan(runs(200));
  });

  test('is whole beside who rolls up the dimensions, in every order, whoever dies', async () => {
    await everyOrder(
      async () => {
        const world = new World();
        await world.book([await world.use('a', 'one')]);
        const waiting = world.take();
        expect(waiting).toHaveLength(1);
        const b = await world.use('b', 'one');
        return sceneOf(world, {
          booking: (turn) => world.book([b], turn),
          dimensions: (turn) => rollUpDays(received(waiting), world.depsOf(turn)),
        });
      },
      { most: runs(250), seeded: runs(100), deaths: 1 },
    );
  });

  test('sends and notes nothing but one request a day', async () => {
    const world = new World();
    const batch = [await world.use('a', 'one'), await world.use('b', 'two')];
    await world.book(batch);
    expect(world.queue.sent).toMatchObject([{ type: 'dimensions', day: DAY }]);
    expect(world.table.all('BEHIND#')).toEqual([]);
  });
});

describe('a request for dimensions that was lost', () => {
  test('is sent again beside a booking and another sweep, in every order', async () => {
    await everyOrder(
      async () => {
        const world = new World();
        await world.book([await world.use('a', 'one')]);
        expect(world.take()).toHaveLength(1);
        const b = await world.use('b', 'two');
        return sceneOf(world, {
          sweep: (turn) => world.sweep(START_MS, turn, true),
          booking: (turn) => world.book([b], turn),
          again: (turn) => world.sweep(START_MS + 10 * MINUTE_MS, turn),
        });
      },
      { most: runs(250), seeded: runs(100) },
    );
  });

  test('is sent again after 9 minutes, and each time after twice as long', async () => {
    const world = new World();
    await world.book([await world.use('a', 'one')]);
    const sentAfter: number[] = [];
    for (let minutes = 0; minutes <= 200; minutes += 1) {
      if ((await world.sweep(START_MS + minutes * MINUTE_MS)) > 0) sentAfter.push(minutes);
    }
    expect(sentAfter).toEqual([9, 27, 63, 135]);
  });

  test('of a day long ago is found within a day of sweeps', async () => {
    const atMs = START_MS - 400 * DAY_MS;
    const world = new World(businessDayAt(atMs));
    await world.book([await world.use('a', 'one', atMs)]);
    expect(world.take()).toHaveLength(1);
    let sent = 0;
    for (let minutes = 10; minutes < 1_450; minutes += 5) {
      sent += await world.sweep(START_MS + minutes * MINUTE_MS);
    }
    expect(sent).toBe(1);
    await world.settle();
    await world.expectEqual();
  });
});

const TURNS = Array.from({ length: 24 * 12 }, (_, turn) => START_MS + turn * 5 * MINUTE_MS).map(
  daysOfTurn,
);

test('the days of each turn leave no day of two years out in a day, and none of a month in an hour', () => {
  const today = businessDayAt(START_MS);
  const seen = (day: string, turns = TURNS) =>
    turns.filter((windows) => windows.some(({ from, to }) => from <= day && day <= to)).length;
  for (let back = -1; back <= 730; back += 1) {
    const day = addDays(today, -back);
    expect(seen(day), day).toBeGreaterThanOrEqual(1);
    if (back <= 31) expect(seen(day, TURNS.slice(0, 12)), day).toBeGreaterThanOrEqual(1);
    if (back >= 0 && back <= 1) expect(seen(day), day).toBe(TURNS.length);
  }
});

test('the turns of an hour read fewer days than five weeks twice', () => {
  const days = TURNS.slice(0, 12)
    .flat()
    .reduce((sum, { from, to }) => sum + daysBetween(from, to), 0);
  expect(days).toBeLessThan(2 * 36 + 12 * 4);
});
