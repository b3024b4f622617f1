import { describe, expect, test } from 'vitest';
import { rollUpAbove, rollUpDays } from '../../functions/attribute/totals.ts';
import { channelSchema } from '../../lib/events/channel.ts';
import { type Entry, entrySchema } from '../../lib/ledger/entry.ts';
import { addRollups, rollUpEntries } from '../../lib/ledger/rollup.ts';
import { wrongDimensions } from '../../lib/rollups/check-day.ts';
import { rollUpDimensions } from '../../lib/rollups/dimensions.ts';
import { rollupMessages } from '../../lib/rollups/messages.ts';
import { OVERALL, readOverallDays } from '../../lib/rollups/overall.ts';
import { overPlatforms } from '../../lib/rollups/provider-day.ts';
import { storeHourOf } from '../../lib/rollups/store-day.ts';
import { keys, OVERALL_SHARDS, overallShardOf } from '../../lib/store/keys.ts';
import { bookEntry } from '../../lib/store/ledger/entries.ts';
import { everyOrder, type Turn } from '../support/interleave.ts';
import { runs } from '../support/long.ts';
import { received, TotalsWorld } from '../support/totals-world.ts';
import { readUnits } from '../world/store/size.ts';
import { MemoryTable } from '../world/store/table.ts';
import { entry } from './make.ts';

const DAY = '2025-10-09';
const WINDOW = { from: DAY, to: DAY };

/** The first of these names that another one's shard has too. */
const [ONE, TWO] = twoOfOneShard();

function twoOfOneShard(): [string, string] {
  for (let index = 0; ; index += 1) {
    const name = `p${index}`;
    if (overallShardOf(name) === overallShardOf('p')) return ['p', name];
  }
}

function act(id: string, providerId: string, fields: Partial<Entry> = {}): Entry {
  const at = { businessDay: DAY, occurredAt: `${DAY}T12:00:00.000+08:00` };
  const amounts = { amountFen: 1_000, commissionFen: 50 };
  return entry({ entryId: `e-${id}`, providerId, orderId: id, ...at, ...amounts, ...fields });
}

/** Several providers over one table. */
class World {
  readonly table = new MemoryTable();
  private readonly worlds = new Map<string, TotalsWorld>();

  of(providerId: string): TotalsWorld {
    const known = this.worlds.get(providerId) ?? new TotalsWorld(providerId, DAY, this.table);
    this.worlds.set(providerId, known);
    return known;
  }

  /** Books and rolls up to the day; its dimensions wait. */
  async book(entries: readonly Entry[]): Promise<void> {
    for (const one of entries) {
      await bookEntry(this.table, one);
      const deps = this.of(one.providerId).depsOf();
      await rollUpAbove(received(rollupMessages([storeHourOf(one)])), deps);
    }
  }

  async settle(): Promise<void> {
    for (const world of this.worlds.values()) await world.settle();
  }

  /** Who works off the requests of a provider's dimensions that wait. */
  dimensionsOf(providerId: string): (turn: Turn) => Promise<void> {
    const waiting = this.of(providerId).take();
    return (turn) => rollUpDays(received(waiting), this.of(providerId).depsOf(turn));
  }

  /** The totals over all say what the ledger says, but what is nobody's. */
  async expectEqual(): Promise<void> {
    const all = this.table.all('LEDGER#').map((item) => entrySchema.parse(item));
    const whole = rollUpEntries(all.filter(({ providerId }) => providerId !== 'unattributed'));
    const { days } = await readOverallDays(this.table, WINDOW);
    const [day] = days;
    expect(days).toHaveLength(1);
    expect(overPlatforms(day?.platforms ?? {})).toEqual(whole);
    for (const rows of [day?.loops ?? [], day?.channels ?? []]) {
      expect(addRollups(rows.map(({ rollup }) => rollup))).toEqual(whole);
    }
  }
}

describe('a day over all providers', () => {
  test.each([0, 2])(
    'loses nothing of two providers of one shard, in every order of their workers, %i of whom die',
    async (deaths) => {
      const { orders } = await everyOrder(
        async () => {
          const world = new World();
          await world.book([act('a', ONE), act('b', TWO)]);
          return {
            workers: { one: world.dimensionsOf(ONE), two: world.dimensionsOf(TWO) },
            afterwards: async () => {
              await world.settle();
              await world.expectEqual();
            },
          };
        },
        { most: runs(200), seeded: runs(60), deaths },
      );
      expect(orders).toBeGreaterThan(runs(150));
    },
  );

  test('loses nothing of two workers of one provider beside one of another', async () => {
    await everyOrder(
      async () => {
        const world = new World();
        await world.book([act('a', ONE)]);
        const early = world.dimensionsOf(ONE);
        await world.book([act('b', ONE, { channel: 'search' }), act('c', TWO)]);
        const late = (turn: Turn) => rollUpDimensions(world.table.seenBy(turn, 1), ONE, DAY);
        return {
          workers: { early, late, two: world.dimensionsOf(TWO) },
          afterwards: async () => {
            await world.settle();
            await world.expectEqual();
          },
        };
      },
      { most: runs(150), seeded: runs(80) },
    );
  });

  test('has every platform, loop and channel, and not what nobody claims', async () => {
    const world = new World();
    await world.book([
      act('a', ONE, { channel: 'live', loop: 'open' }),
      act('b', TWO, { channel: 'search', platform: 'meituan' }),
      act('c', 'unattributed', { amountFen: 7 }),
    ]);
    await world.settle();
    await world.expectEqual();
    const [day] = (await readOverallDays(world.table, WINDOW)).days;
    expect(Object.keys(day?.platforms ?? {}).toSorted()).toEqual(['douyin', 'meituan']);
    expect(day?.loops.map(({ value }) => value)).toEqual(['closed', 'open']);
    expect(day?.channels.map(({ value }) => value)).toEqual(['live', 'search']);
  });

  test.each([
    ['a provider’s part', keys.overallPart(DAY, ONE)],
    ['a shard’s sum', keys.overall(DAY, overallShardOf(ONE))],
  ])('is put right by a rebuild where %s is wrong, of as many entries', async (_what, key) => {
    const world = new World();
    await world.book([act('a', ONE), act('b', TWO)]);
    await world.settle();
    const place = { providerId: ONE, day: DAY };
    expect(await wrongDimensions(world.table, place, false)).toEqual([]);
    const right = (await world.table.get(key))?.t as Uint8Array;
    const t = right.map((byte, at) => (at === 8 ? byte + 1 : byte));
    await world.table.put(key, { t }, null);
    expect(await wrongDimensions(world.table, place, false)).toEqual([OVERALL]);
    expect(await wrongDimensions(world.table, place, true)).toEqual([OVERALL]);
    expect((await world.table.get(key))?.t).toEqual(right);
    expect(await wrongDimensions(world.table, place, false)).toEqual([]);
  });

  test('is less than five read units, when every shard has all there is', async () => {
    const world = new World();
    const amounts = { amountFen: 1_000_000_000, commissionFen: 50_000_000 };
    const full = channelSchema.options.flatMap((channel, index) =>
      (['douyin', 'kuaishou', 'meituan'] as const).map((platform) =>
        act(`${channel}-${platform}`, ONE, {
          ...{ channel, platform, ...amounts, loop: index % 2 === 0 ? 'open' : 'closed' },
        }),
      ),
    );
    await world.book(full);
    await world.settle();
    const sum = await world.table.get(keys.overall(DAY, overallShardOf(ONE)));
    const shards = Array.from({ length: OVERALL_SHARDS }, () => sum);
    const units = readUnits(shards, false);
    expect(units).toBeGreaterThan(1);
    expect(units).toBeLessThanOrEqual(5);
  });
});
