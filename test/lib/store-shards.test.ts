import { describe, expect, test } from 'vitest';
import { readStoreTotals } from '../../functions/api/page/store/read.ts';
import { rollUpAbove, rollUpDays } from '../../functions/attribute/totals.ts';
import { sweepDimensions } from '../../functions/reconcile/sweep-dimensions.ts';
import { silent } from '../../lib/log/log.ts';
import { wrongDimensions } from '../../lib/rollups/check-day.ts';
import { rollupMessages } from '../../lib/rollups/messages.ts';
import { storeHourOf } from '../../lib/rollups/store-day.ts';
import { readStoreShard } from '../../lib/rollups/store-shards.ts';
import { putProvider } from '../../lib/store/accounts/parties.ts';
import { keys } from '../../lib/store/keys.ts';
import { bookEntry } from '../../lib/store/ledger/entries.ts';
import { addDays } from '../../lib/time/shanghai.ts';
import { everyOrder, type Turn } from '../support/interleave.ts';
import { runs } from '../support/long.ts';
import { received, TotalsWorld } from '../support/totals-world.ts';
import { entry } from './make.ts';

const DAY = '2025-10-09';
const AFTER_MS = Date.parse(`${addDays(DAY, 1)}T00:20:00+08:00`);
const SMALL = { providerId: 'p', platform: 'douyin', storeId: '6600000000000000007' } as const;

class Shards extends TotalsWorld {
  private booked = 0;

  constructor(day = DAY) {
    super('p', day);
  }

  at(nowMs: number, turn?: Turn) {
    return { ...this.depsOf(turn), now: () => nowMs };
  }

  /** A redemption of each store, rolled up to its day; its dimensions wait. */
  async book(storeIds: readonly string[], amountFen: number): Promise<void> {
    for (const storeId of storeIds) {
      this.booked += 1;
      const at = { businessDay: this.day, occurredAt: `${this.day}T12:00:00.000+08:00` };
      const own = { ...at, merchantId: 'm', entryId: `e${this.booked}`, providerId: 'p' };
      const one = entry({ ...own, storeId, amountFen });
      await bookEntry(this.table, one);
      await rollUpAbove(received(rollupMessages([storeHourOf(one)])), this.depsOf());
    }
  }

  async rollUp(nowMs: number, turn?: Turn): Promise<void> {
    await rollUpDays(received(this.take().slice(0, 1)), this.at(nowMs, turn));
  }

  sweep(nowMs: number): Promise<number> {
    const { table, queue } = this;
    return sweepDimensions({ table, attribution: queue, now: () => nowMs, log: silent }, false);
  }

  small() {
    return readStoreShard(this.table, SMALL, [{ from: this.day, to: this.day }]);
  }
}

/** Of a provider that a sweep looks at. */
async function registered(): Promise<Shards> {
  const world = new Shards();
  await putProvider(world.table, { providerId: 'p', name: 'p', kind: 'agency' });
  return world;
}

const storesOf = (count: number) =>
  Array.from({ length: count }, (_, index) => `66${String(index).padStart(17, '0')}`);

describe('what is kept of each store of a day', () => {
  test('is written once the day is over, of every store, and read by its page in one look', async () => {
    const world = await registered();
    const duringMs = Date.parse(`${DAY}T13:00:00+08:00`);
    await world.book(storesOf(40), 1_000);
    await world.rollUp(duringMs);
    expect(await world.small(), 'the day is not over').toEqual(new Map());
    expect(await world.sweep(duringMs)).toBe(0);

    expect(await world.sweep(AFTER_MS)).toBe(1);
    await world.rollUp(AFTER_MS);
    expect((await world.small()).get(DAY)).toMatchObject({ redeemedFen: 1_000, redeemedCount: 1 });
    expect(await world.sweep(AFTER_MS + 86_000_000), 'once').toBe(0);

    // A day of a store's page is read from there: its own day is not looked at.
    const seen: string[] = [];
    const table = world.table.seenBy(async (what) => void seen.push(what));
    const window = { from: DAY, to: addDays(DAY, 1) };
    const before = { from: addDays(DAY, -3), to: addDays(DAY, -2) };
    const period = { preset: null, window, before, part: null, isCustom: true };
    const { now } = await readStoreTotals(table, SMALL, period as never);
    expect(now.map(({ redeemedFen }) => redeemedFen)).toEqual([1_000, 0]);
    const own = keys.storeDay('p', DAY, 'douyin', SMALL.storeId);
    expect(seen.join('\n')).toContain('shards');
    expect(seen.filter((what) => what.includes(own.pk) && what.includes(own.sk))).toEqual([]);
  });

  test('a provider whose day has few stores has no sweep more', async () => {
    const world = await registered();
    await world.book(storesOf(3), 1_000);
    await world.rollUp(Date.parse(`${DAY}T13:00:00+08:00`));
    expect(await world.sweep(AFTER_MS)).toBe(0);
    expect(await world.small()).toEqual(new Map());
  });

  test('grows with the newest day, and days before stay where they are', async () => {
    const world = new Shards();
    await world.book(storesOf(30), 1_000);
    await world.rollUp(AFTER_MS);
    const next = new Shards(addDays(DAY, 1));
    for (const item of world.table.all(''))
      await next.table.put({ pk: item.pk, sk: item.sk }, item, null);
    await next.book(storesOf(130), 1_000);
    await next.rollUp(AFTER_MS + 86_400_000);
    const window = { from: DAY, to: next.day };
    const found = await readStoreShard(next.table, SMALL, [window]);
    expect([...found].map(([day, own]) => [day, own?.redeemedFen])).toEqual([
      [DAY, 1_000],
      [next.day, 1_000],
    ]);
  });

  test('is put right by a rebuild', async () => {
    const world = new Shards();
    await world.book(storesOf(30), 1_000);
    await world.rollUp(AFTER_MS);
    const place = { providerId: 'p', day: DAY };
    expect(await wrongDimensions(world.table, place, false)).toEqual([]);
    for (const { pk, sk, ...item } of world.table.all('DIMENSION#')) {
      if (sk.startsWith('stores.'))
        await world.table.put({ pk, sk }, { ...item, stores: new Uint8Array([0]), n: 99 }, null);
    }
    expect(await wrongDimensions(world.table, place, true)).toEqual(['stores']);
    expect((await world.small()).get(DAY)?.redeemedFen).toBe(1_000);
  });

  test('knows a late redemption, in every order of two workers', async () => {
    const { orders } = await everyOrder(
      async () => {
        const world = new Shards();
        await world.book(storesOf(26), 1_000);
        await world.rollUp(AFTER_MS);
        await world.book([SMALL.storeId], 500);
        const first = world.take();
        await world.book([SMALL.storeId], -500);
        const second = [...first];
        const work = (own: typeof first) => async (turn: Turn) => {
          const failed: unknown[] = [];
          const message = own[0];
          if (message === undefined) throw new Error('nothing was requested');
          const one = { message, fail: (error: unknown) => void failed.push(error) };
          await rollUpDays([one], world.at(AFTER_MS, turn));
          // What failed comes again.
          if (failed.length > 0) await rollUpDays(received([message]), world.at(AFTER_MS));
        };
        return {
          workers: { first: work(first), second: work(second) },
          afterwards: async () => {
            await world.settle();
            const place = { providerId: 'p', day: DAY };
            expect(await wrongDimensions(world.table, place, false)).toEqual([]);
            expect((await world.small()).get(DAY)?.redeemedFen).toBe(1_000);
          },
        };
      },
      { most: runs(80), seeded: runs(40) },
    );
    expect(orders).toBeGreaterThan(runs(80));
  });
});
