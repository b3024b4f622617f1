import { expect } from 'vitest';
import type { AttributeDeps, MessageOf } from '../../functions/attribute/deps.ts';
import { rollUpDays } from '../../functions/attribute/totals.ts';
import { DEFAULT_POLICY } from '../../lib/attribution/policy.ts';
import { repeatRate } from '../../lib/ledger/buyers.ts';
import { addDetails, detailOf } from '../../lib/ledger/detail.ts';
import { entrySchema } from '../../lib/ledger/entry.ts';
import { addRollups, rollUpEntries } from '../../lib/ledger/rollup.ts';
import { silent } from '../../lib/log/log.ts';
import type { Received } from '../../lib/queue/batch.ts';
import type { AttributionMessage } from '../../lib/queue/messages.ts';
import { DIMENSIONS, readBuyers, readDimension } from '../../lib/rollups/dimensions.ts';
import { overPlatforms } from '../../lib/rollups/provider-day.ts';
import { readProviderDays } from '../../lib/rollups/rollups.ts';
import { START_MS } from '../lib/make.ts';
import { MemoryTable } from '../world/store/table.ts';
import type { Turn } from './interleave.ts';
import { MemoryQueue } from './memory-queue.ts';

/** One provider's day in memory, and the queue of its dimensions. */
export class TotalsWorld {
  readonly providerId: string;
  readonly day: string;
  readonly table: MemoryTable;
  readonly queue = new MemoryQueue<AttributionMessage>();

  constructor(providerId: string, day: string, table = new MemoryTable()) {
    this.providerId = providerId;
    this.day = day;
    this.table = table;
  }

  depsOf(turn?: Turn): AttributeDeps {
    return {
      // A page is one item, so that a day is never read at one instant.
      table: turn === undefined ? this.table : this.table.seenBy(turn, 1),
      attribution: turn === undefined ? this.queue : this.queue.seenBy(turn),
      ...{ policy: DEFAULT_POLICY, rollupDelaySeconds: 0, dimensionsDelaySeconds: 0 },
      ...{ log: silent, now: () => START_MS },
    };
  }

  /** What waits on the queue for whoever rolls up dimensions. */
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
    const window = { from: this.day, to: this.day };
    const whole = rollUpEntries(entries);
    const [day] = await readProviderDays(this.table, this.providerId, window);
    expect(overPlatforms(day?.rollups ?? {})).toEqual(whole);
    for (const dimension of DIMENSIONS) {
      const rows = await readDimension(this.table, this.providerId, dimension, window);
      expect(addRollups(rows.map(({ rollup }) => rollup)), dimension).toEqual(whole);
    }
    const buyers = await readBuyers(this.table, this.providerId, window);
    expect(repeatRate(buyers)).toEqual(repeatRate(addDetails([detailOf(entries)]).buyers));
  }
}

/** As a worker gets them; what fails throws. */
export function received<M>(messages: readonly M[]): Received<M>[] {
  return messages.map((message) => ({
    message,
    fail: (error) => {
      throw error;
    },
  }));
}
