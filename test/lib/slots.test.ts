import { describe, expect, test } from 'vitest';
import { attributeBatch } from '../../functions/attribute/attribute.ts';
import { rollUpDays } from '../../functions/attribute/totals.ts';
import { UNATTRIBUTED } from '../../lib/attribution/contract.ts';
import { entrySchema } from '../../lib/ledger/entry.ts';
import { rollUpEntries } from '../../lib/ledger/rollup.ts';
import { type AttributionMessage, MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import { mendHour, wrongHours } from '../../lib/rollups/check-store-day.ts';
import { SLOTTED_FROM, slotsOf } from '../../lib/rollups/slots.ts';
import { readHour, slottedAttribute } from '../../lib/rollups/store-day.ts';
import { rollUpHour } from '../../lib/rollups/store-hour.ts';
import { bucketOf, bucketPartition, keys } from '../../lib/store/keys.ts';
import { bookEntry, readEntry } from '../../lib/store/ledger/entries.ts';
import { recordEvent } from '../../lib/store/ledger/events.ts';
import type { Item } from '../../lib/store/table.ts';
import { businessDayAt, toInstant } from '../../lib/time/shanghai.ts';
import { everyOrder, type Scene, type Turn } from '../support/interleave.ts';
import { IS_LONG, runs } from '../support/long.ts';
import { received, TotalsWorld } from '../support/totals-world.ts';
import { type Charge, MemoryTable } from '../world/store/table.ts';
import { entry, redeemed, START_MS } from './make.ts';

/** A busy store's hour is the sum of its minutes, whoever works on it beside whom. */

const DAY = businessDayAt(START_MS);
/** 16:00 in Shanghai: the hour that everything here is in. */
const HOUR_MS = START_MS - (START_MS % 3_600_000);
const HOUR = '16';
const STORE = 'busy';
const PLACE = {
  ...{ providerId: UNATTRIBUTED, storeId: STORE, day: DAY, platform: 'douyin' as const },
  merchantId: '7300000000000000001',
} as const;

class World extends TotalsWorld {
  constructor(table?: MemoryTable) {
    super(UNATTRIBUTED, DAY, table);
  }

  /** The same totals in a world of its own, and what waits on its queue. */
  again(): World {
    const again = new World(this.table.copy());
    again.queue.sent.push(...this.queue.sent);
    return again;
  }

  async use(id: string, minute: number): Promise<AttributionMessage> {
    const ids = { voucherId: `v-${id}`, orderId: `o-${id}`, storeId: STORE };
    const occurredAt = toInstant(HOUR_MS + minute * 60_000);
    await recordEvent(this.table, redeemed(id, { ...ids, occurredAt }));
    const changed = { type: 'changed', v: MESSAGE_VERSION, of: 'voucher' } as const;
    return { ...changed, platform: 'douyin', id: `v-${id}` };
  }

  book(messages: readonly AttributionMessage[], turn?: Turn): Promise<void> {
    return attributeBatch(received(messages), this.depsOf(turn));
  }

  /** So many uses that were booked before, of some minutes. */
  async fill(count: number): Promise<void> {
    const messages: AttributionMessage[] = [];
    for (let n = 0; n < count; n += 1) messages.push(await this.use(`before-${n}`, n % 4));
    await this.book(messages);
  }

  get storeDay(): Item {
    const { pk, sk } = keys.storeDay(UNATTRIBUTED, DAY, 'douyin', STORE);
    return this.table.items.get(pk)?.get(sk) as Item;
  }

  get slots(): Item | undefined {
    const { pk, sk } = keys.storeSlots(UNATTRIBUTED, DAY, 'douyin', STORE, HOUR);
    return this.table.items.get(pk)?.get(sk);
  }

  get isSlotted(): boolean {
    return this.storeDay[slottedAttribute(HOUR)] === true;
  }

  /** The hour, its slots and the levels above say what the ledger says, and so does what is booked next. */
  async expectRight(): Promise<void> {
    await this.settle();
    await this.expectEqual();
    // Whatever minute comes next, no other was left out of the sum.
    await this.book([await this.use('next', 59)]);
    await this.settle();
    await this.expectEqual();
    expect(await wrongHours(this.table, PLACE)).toEqual([]);
  }
}

const sceneOf = (world: World, workers: Scene['workers']): Scene => ({
  workers,
  afterwards: () => world.expectRight(),
});

const BOUNDS = { most: runs(80), seeded: runs(40), deaths: 1 };

describe('two workers on one busy hour', () => {
  test.each([
    ['that gets its slots from both', SLOTTED_FROM, false],
    ['that only one of them may find busy', SLOTTED_FROM - 1, false],
    ['that has its slots', SLOTTED_FROM, true],
  ])(
    '%s leave it whole, in every order, whoever dies',
    async (_which, count, isBegun) => {
      const filled = new World();
      await filled.fill(count);
      if (isBegun) await filled.book([await filled.use('begun', 5)]);
      expect(filled.isSlotted).toBe(isBegun);
      const tried = await everyOrder(async () => {
        const world = filled.again();
        const a = [await world.use('a', 1), await world.use('a2', 9)];
        const b = [await world.use('b', 1), await world.use('b2', 7)];
        return sceneOf(world, {
          one: (turn) => world.book(a, turn),
          other: (turn) => world.book(b, turn),
        });
      }, BOUNDS);
      expect(tried.orders).toBeGreaterThan(BOUNDS.most);
    },
    120_000,
  );

  test('is whole beside who rolls up its dimensions', async () => {
    const filled = new World();
    await filled.fill(SLOTTED_FROM);
    await filled.book([await filled.use('begun', 5)]);
    await everyOrder(async () => {
      const world = filled.again();
      const waiting = world.take();
      const b = [await world.use('b', 5)];
      return sceneOf(world, {
        booking: (turn) => world.book(b, turn),
        dimensions: (turn) => rollUpDays(received(waiting), world.depsOf(turn)),
      });
    }, BOUNDS);
  }, 120_000);
});

/** An entry of a minute, as a worker books it before it rolls up. */
const made = (id: string, minute: number) =>
  entry({
    ...{ ...PLACE, entryId: `redeemed:${id}~unattributed`, eventId: `redeemed:${id}` },
    ...{ redemptionId: id, occurredAt: toInstant(HOUR_MS + minute * 60_000) },
  });

describe('two rollups of a busy hour, each after its own entry', () => {
  test.each([
    ['of two minutes', 7, true],
    ['of one minute', 1, true],
    ['of two minutes, when it gets its slots', 7, false],
    ['of one minute, when it gets its slots', 1, false],
  ])(
    '%s miss none',
    async (_which, minute, isBegun) => {
      const filled = new MemoryTable();
      for (let n = 0; n < SLOTTED_FROM; n += 1) await bookEntry(filled, made(`${n}`, n % 4));
      for (let times = isBegun ? 2 : 1; times > 0; times -= 1) {
        await rollUpHour(filled, { ...PLACE, hour: HOUR });
      }
      const tried = await everyOrder(
        () => {
          const table = filled.copy();
          const work = (id: string, of: number) => async (turn: Turn) => {
            const seen = table.seenBy(turn);
            await bookEntry(seen, made(id, of));
            const minutes = [String(of).padStart(2, '0')];
            await rollUpHour(seen, { ...PLACE, hour: HOUR, minutes });
          };
          return {
            workers: { one: work('one', 1), other: work('other', minute) },
            afterwards: async () => {
              expect(await wrongHours(table, PLACE)).toEqual([]);
              const { pk, sk } = keys.storeDay(UNATTRIBUTED, DAY, 'douyin', STORE);
              const item = table.items.get(pk)?.get(sk) as Item;
              expect(item[slottedAttribute(HOUR)]).toBe(true);
            },
          };
        },
        { most: runs(4_000), seeded: runs(200) },
      );
      // Every day those with the fewest changes between the two, and some others.
      expect(tried.isEvery || !IS_LONG).toBe(true);
      expect(tried.orders).toBeGreaterThan(200);
    },
    120_000,
  );
});

test('an hour has slots from a hundred entries on, each of its own minute', async () => {
  const world = new World();
  await world.fill(SLOTTED_FROM - 1);
  await world.book([await world.use('a', 3)]);
  expect([world.isSlotted, world.slots]).toEqual([false, undefined]);
  await world.book([await world.use('b', 3)]);
  expect(world.isSlotted).toBe(true);
  const slots = slotsOf(world.slots as Item);
  expect([...slots.keys()]).toEqual(['00', '01', '02', '03']);
  const entries = world.table.all('LEDGER#').map((item) => entrySchema.parse(item));
  expect([...slots.values()].reduce((sum, one) => sum + one.entryCount, 0)).toBe(entries.length);
  expect(readHour(world.storeDay[`h${HOUR}`])).toMatchObject({
    ...{ rollup: rollUpEntries(entries), detail: null },
  });
  await world.expectRight();
});

test('a slot and a detail that are wrong are found and mended', async () => {
  const world = new World();
  await world.fill(SLOTTED_FROM + 1);
  await world.book([await world.use('a', 3)]);
  await world.settle();
  expect(await wrongHours(world.table, PLACE)).toEqual([]);
  const right = world.slots as Item;
  const partition = world.table.items.get(right.pk);
  const detailKey = keys.storeHourDetail(UNATTRIBUTED, DAY, 'douyin', STORE, `${HOUR}:03`);
  const detail = partition?.get(detailKey.sk) as Item;
  for (const spoilt of [
    { ...right, m03: right.m02 },
    { ...detail, d: Uint8Array.from([...(detail.d as Uint8Array).slice(0, 4), 0, 0, 0]) },
  ]) {
    partition?.set(spoilt.sk, Object.freeze(spoilt as Item));
    expect(await wrongHours(world.table, PLACE)).toEqual([HOUR]);
    await mendHour(world.table, PLACE, HOUR);
    expect(await wrongHours(world.table, PLACE)).toEqual([]);
  }
  expect(world.slots).toMatchObject({ m03: right.m03 });
  await world.expectRight();
});

test('what an hour of 3,600 entries costs to roll up again', async () => {
  const charged: Charge[] = [];
  const table = new MemoryTable({ charge: (one) => charged.push(one) });
  const make = (n: number) => made(`${n}`, n / 60);
  for (let n = 0; n < 3_599; n += 1) await bookEntry(table, make(n));
  await rollUpHour(table, { ...PLACE, hour: HOUR });
  await rollUpHour(table, { ...PLACE, hour: HOUR });
  const last = make(3_599);
  await bookEntry(table, last);
  charged.length = 0;
  await rollUpHour(table, { ...PLACE, hour: HOUR, minutes: ['59'] });
  const units = (isWrite: boolean) =>
    charged.reduce((sum, one) => sum + (one.isWrite === isWrite ? one.units : 0), 0);
  // A minute's 60 entries and the store-day; the slots come back with their own write.
  expect(units(false)).toBeLessThan(15);
  expect(units(true)).toBeLessThanOrEqual(4);
  const pk = bucketPartition(UNATTRIBUTED, DAY, bucketOf('douyin', STORE));
  const { sk } = keys.storeDay(UNATTRIBUTED, DAY, 'douyin', STORE);
  const item = table.items.get(pk)?.get(sk) as Item;
  expect(readHour(item[`h${HOUR}`])?.rollup.entryCount).toBe(3_600);
  expect(await readEntry(table, last)).toBeDefined();
});
