import { describe, expect, test } from 'vitest';
import type { MessageOf } from '../../functions/attribute/deps.ts';
import { rollUpAbove, rollUpDays } from '../../functions/attribute/totals.ts';
import type { Entry } from '../../lib/ledger/entry.ts';
import { putPages } from '../../lib/rollups/dimension-pages.ts';
import { rollupMessages } from '../../lib/rollups/messages.ts';
import { storeHourOf } from '../../lib/rollups/store-day.ts';
import { bookEntry } from '../../lib/store/ledger/entries.ts';
import { everyOrder, type Scene } from '../support/interleave.ts';
import { runs } from '../support/long.ts';
import { received, TotalsWorld } from '../support/totals-world.ts';
import { entry } from './make.ts';

const PROVIDER = 'p';
const DAY = '2025-10-09';

/** One redemption; what it tells of its sale is short, or too long to stand in the store-day. */
const act = (id: string, storeId: string, isLong = false): Entry =>
  entry({
    ...{ entryId: `e-${id}`, providerId: PROVIDER, storeId, businessDay: DAY },
    ...{ occurredAt: `${DAY}T12:00:00.000+08:00`, channel: 'live', buyer: 'AAAAAAAAAAAAAAAA' },
    ...{
      orderId: id,
      productId: isLong ? id.repeat(500) : id,
      amountFen: 1_000,
      commissionFen: 50,
    },
  });

class World extends TotalsWorld {
  constructor() {
    super(PROVIDER, DAY);
  }

  /** Books entries, and does what a message about them asks for. */
  async rollup(entries: readonly Entry[], deps: ReturnType<World['depsOf']>): Promise<void> {
    for (const one of entries) await bookEntry(this.table, one);
    await rollUpAbove(received(rollupMessages(entries.map(storeHourOf))), deps);
  }
}

/** A day that was rolled up once, with its dimensions requested and not yet rolled up. */
async function begun(first: Entry): Promise<{ world: World; waiting: MessageOf<'dimensions'>[] }> {
  const world = new World();
  await world.rollup([first], world.depsOf());
  const waiting = world.take();
  expect(waiting).toHaveLength(1);
  return { world, waiting };
}

const sceneOf = (world: World, workers: Scene['workers']): Scene => ({
  workers,
  afterwards: async () => {
    await world.settle();
    await world.expectEqual();
  },
});

describe('a day’s dimensions', () => {
  test('that have seen more stay, whoever writes last', async () => {
    const { table } = new World();
    const put = (entryCount: number) =>
      putPages(
        table,
        { providerId: PROVIDER, day: DAY, entryCount },
        new Map([['channel', [Uint8Array.of(entryCount)]]]),
      );
    for (const entryCount of [5, 3]) await put(entryCount);
    const seen = () => table.all('DIMENSION#').map(({ n, channel }) => ({ n, channel }));
    expect(seen()).toEqual([{ n: 5, channel: Uint8Array.of(5) }]);
    await put(6);
    expect(seen()).toEqual([{ n: 6, channel: Uint8Array.of(6) }]);
  });

  test.each([
    ['of the same store', 'one', false],
    ['of another store', 'two', false],
    ['of the same store, kept apart from its store-day', 'one', true],
    ['of another store, kept apart from its store-day', 'two', true],
  ])(
    'reach the day while an act %s is rolledUp, in every order',
    async (_what, storeId, isLong) => {
      const tried = await everyOrder(
        async () => {
          const { world, waiting } = await begun(act('a', 'one', isLong));
          return sceneOf(world, {
            writer: (turn) => world.rollup([act('b', storeId, isLong)], world.depsOf(turn)),
            dimensions: (turn) => rollUpDays(received(waiting), world.depsOf(turn)),
          });
        },
        { most: runs(250), seeded: runs(60) },
      );
      expect(tried.orders).toBeGreaterThan(runs(200));
    },
  );

  test('reach the day while two acts are rolledUp beside two who rollup them', async () => {
    await everyOrder(
      async () => {
        const { world, waiting } = await begun(act('a', 'one'));
        return sceneOf(world, {
          writer: (turn) => world.rollup([act('b', 'two')], world.depsOf(turn)),
          other: (turn) => world.rollup([act('c', 'one')], world.depsOf(turn)),
          dimensions: (turn) => rollUpDays(received(waiting), world.depsOf(turn)),
          again: (turn) => rollUpDays(received(waiting), world.depsOf(turn)),
        });
      },
      { most: runs(250), seeded: runs(150) },
    );
  });

  test('reach the day whoever dies on the way', async () => {
    await everyOrder(
      async () => {
        const { world, waiting } = await begun(act('a', 'one'));
        return sceneOf(world, {
          writer: (turn) => world.rollup([act('b', 'two')], world.depsOf(turn)),
          dimensions: (turn) => rollUpDays(received(waiting), world.depsOf(turn)),
        });
      },
      { most: runs(250), seeded: runs(100), deaths: 2 },
    );
  });
});
