import { describe, expect, test } from 'vitest';
import type { AttributeDeps, MessageOf } from '../../functions/attribute/deps.ts';
import { rollUpAbove, rollUpDays } from '../../functions/attribute/totals.ts';
import { DEFAULT_POLICY } from '../../lib/attribution/policy.ts';
import { repeatRate } from '../../lib/ledger/buyers.ts';
import { addDetails, detailOf } from '../../lib/ledger/detail.ts';
import { type Entry, entrySchema } from '../../lib/ledger/entry.ts';
import { addRollups, rollUpEntries } from '../../lib/ledger/rollup.ts';
import { silent } from '../../lib/log/log.ts';
import type { Received } from '../../lib/queue/batch.ts';
import type { AttributionMessage } from '../../lib/queue/messages.ts';
import { DIMENSIONS, readBuyers, readDimension } from '../../lib/rollups/dimensions.ts';
import { rollupMessages } from '../../lib/rollups/messages.ts';
import { overPlatforms } from '../../lib/rollups/provider-day.ts';
import { readProviderDays } from '../../lib/rollups/rollups.ts';
import { storeHourOf } from '../../lib/rollups/store-day.ts';
import { bookEntry } from '../../lib/store/ledger/entries.ts';
import { everyOrder, type Scene, type Turn } from '../support/interleave.ts';
import { runs } from '../support/long.ts';
import { MemoryQueue } from '../support/memory-queue.ts';
import { MemoryTable } from '../world/store/table.ts';
import { entry, START_MS } from './make.ts';

const PROVIDER = 'p';
const DAY = '2025-10-09';
const WINDOW = { from: DAY, to: DAY };

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

class World {
  readonly table = new MemoryTable();
  readonly queue = new MemoryQueue<AttributionMessage>();

  depsOf(turn?: Turn): AttributeDeps {
    return {
      // A page is one item, so that a day is never read at one instant.
      table: turn === undefined ? this.table : this.table.seenBy(turn, 1),
      attribution: turn === undefined ? this.queue : this.queue.seenBy(turn),
      ...{ policy: DEFAULT_POLICY, rollupDelaySeconds: 0, dimensionsDelaySeconds: 0 },
      ...{ log: silent, now: () => START_MS },
    };
  }

  /** Books entries, and does what a message about them asks for. */
  async rollup(entries: readonly Entry[], deps: AttributeDeps): Promise<void> {
    for (const one of entries) await bookEntry(this.table, one);
    await rollUpAbove(received(rollupMessages(entries.map(storeHourOf))), deps);
  }

  /** What waits on the queue for whoever rollups dimensions. */
  take(): MessageOf<'dimensions'>[] {
    const own = this.queue.sent.filter((one) => one.type === 'dimensions');
    this.queue.sent.splice(0);
    return own;
  }

  /** Works until nothing waits any more: `idle`. */
  async settle(): Promise<void> {
    for (let rounds = 0; rounds < 10; rounds += 1) {
      const waiting = this.take();
      if (waiting.length === 0) return;
      await rollUpDays(received(waiting), this.depsOf());
    }
    throw new Error('it never becomes idle');
  }

  /** Every total says what the ledger says. */
  async expectEqual(): Promise<void> {
    const entries = this.table.all('LEDGER#').map((item) => entrySchema.parse(item));
    const whole = rollUpEntries(entries);
    const [day] = await readProviderDays(this.table, PROVIDER, WINDOW);
    expect(overPlatforms(day?.rollups ?? {})).toEqual(whole);
    for (const dimension of DIMENSIONS) {
      const rows = await readDimension(this.table, PROVIDER, dimension, WINDOW);
      expect(addRollups(rows.map(({ rollup }) => rollup)), dimension).toEqual(whole);
    }
    const buyers = await readBuyers(this.table, PROVIDER, WINDOW);
    expect(repeatRate(buyers)).toEqual(repeatRate(addDetails([detailOf(entries)]).buyers));
  }
}

function received<M>(messages: readonly M[]): Received<M>[] {
  return messages.map((message) => ({
    message,
    fail: (error) => {
      throw error;
    },
  }));
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
