import { describe, expect, test } from 'vitest';
import {
  beginWork,
  endWork,
  putOffWork,
  unfinishedWork,
} from '../../lib/store/deliveries/unfinished.ts';
import { everyOrder, type Turn } from '../support/interleave.ts';
import { MemoryTable } from '../world/store/table.ts';

const NOW_MS = 1_760_000_000_000;
const WORK = '{"type":"changed"}';

/**
 * Facts are written, then told; a worker books the facts that it reads. The note may go only when a worker
 * that read every fact has booked them: a message may be lost at any moment after the third receipt.
 */
function scene() {
  const table = new MemoryTable();
  const told = { facts: 1, booked: 0 };
  const worker =
    (writes: number, isLost: boolean) =>
    async (turn: Turn): Promise<void> => {
      const seen = table.seenBy(turn);
      if (writes > 0) {
        await turn('write a fact');
        told.facts += writes;
      }
      const note = await beginWork(seen, 'unfinished', WORK, '-', NOW_MS);
      // Noted, and then the worker is gone, and its message too.
      if (isLost) return;
      await turn('read the facts');
      const { facts } = told;
      await turn('book');
      told.booked = Math.max(told.booked, facts);
      await endWork(seen, 'unfinished', note);
    };
  return { table, told, worker };
}

describe('the note of work that two workers do', () => {
  test('is there while a fact is not booked, in every order, also when one is lost', async () => {
    const tried = await everyOrder(() => {
      const { table, told, worker } = scene();
      return {
        workers: { first: worker(0, false), second: worker(1, true) },
        afterwards: async () => {
          const left = await Array.fromAsync(unfinishedWork(table));
          expect(left.length === 1 || told.booked === told.facts).toBe(true);
        },
      };
    });
    expect(tried.isEvery).toBe(true);
  });

  test('is gone when both have ended, or booked all that there is', async () => {
    const tried = await everyOrder(() => {
      const { table, told, worker } = scene();
      return {
        workers: { first: worker(0, false), second: worker(1, false) },
        afterwards: async () => {
          expect(await Array.fromAsync(unfinishedWork(table))).toEqual([]);
          expect(told.booked).toBe(told.facts);
        },
      };
    });
    expect(tried.orders).toBeGreaterThan(10);
  });

  test('is not brought back by a reconcile that read it before it went', async () => {
    await everyOrder(() => {
      const { table, worker } = scene();
      return {
        workers: {
          worker: worker(0, false),
          reconcile: async (turn) => {
            const seen = table.seenBy(turn);
            for await (const work of unfinishedWork(seen))
              await putOffWork(seen, 'unfinished', work, NOW_MS);
          },
        },
        afterwards: async () => {
          expect(await Array.fromAsync(unfinishedWork(table))).toEqual([]);
        },
      };
    });
  });
});
