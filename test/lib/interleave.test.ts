import { describe, expect, test } from 'vitest';
import { everyOrder } from '../support/interleave.ts';
import { MemoryTable } from '../world/store/table.ts';

const KEY = { pk: 'A', sk: '-' };

/** Two workers that take so many turns each, and what was seen of their orders. */
async function ordersOf(a: number, b: number, bounds: Parameters<typeof everyOrder>[1] = {}) {
  const seen: string[] = [];
  const tried = await everyOrder(() => {
    const own: string[] = [];
    const work = (name: string, turns: number) => async (turn: (what: string) => Promise<void>) => {
      for (let left = turns; left > 0; left -= 1) {
        await turn('step');
        own.push(name);
      }
    };
    const afterwards = () => void seen.push(own.join(''));
    return { workers: { a: work('a', a), b: work('b', b) }, afterwards };
  }, bounds);
  return { seen, tried };
}

describe('every order', () => {
  test('of two and three turns is ten orders, each once', async () => {
    const { seen, tried } = await ordersOf(2, 3);
    expect(tried).toEqual({ orders: 10, isEvery: true });
    expect(new Set(seen).size).toBe(10);
  });

  test('beyond a bound is those with few changes first, then others by chance, always the same', async () => {
    const bounds = { most: 40, seeded: 30, seed: 7 };
    const { seen, tried } = await ordersOf(9, 9, bounds);
    expect(tried).toEqual({ orders: 70, isEvery: false });
    expect(seen.slice(0, 2).toSorted()).toEqual(['aaaaaaaaabbbbbbbbb', 'bbbbbbbbbaaaaaaaaa']);
    expect(new Set(seen.slice(0, 40)).size).toBe(40);
    expect((await ordersOf(9, 9, bounds)).seen).toEqual(seen);
  });

  test('of workers that may die has each of their deaths, and the work begun anew', async () => {
    const { seen } = await ordersOf(1, 1, { deaths: 1 });
    // Nobody dies, either dies before anything was done, or the second before its turn.
    expect(seen.toSorted()).toEqual(['ab', 'ab', 'ab', 'ab', 'ba', 'ba', 'ba', 'ba']);
  });

  test('finds an update that another one overwrites, and tells the order', async () => {
    const add = (table: MemoryTable) => async () => {
      const item = await table.get(KEY);
      await table.put(KEY, { sum: Number(item?.sum ?? 0) + 1 }, null);
    };
    const lost = everyOrder(() => {
      const table = new MemoryTable();
      return {
        workers: {
          one: (turn) => add(table.seenBy(turn))(),
          other: (turn) => add(table.seenBy(turn))(),
        },
        afterwards: () => expect(table.items.get('A')?.get('-')?.sum).toBe(2),
      };
    });
    await expect(lost).rejects.toThrow(/to be 2.*\n\nIn this order:\n.*get A -\n.*get A -/);
  });

  test('of a worker that waits for something else is refused', async () => {
    const never = everyOrder(() => ({
      workers: { a: () => new Promise(() => undefined) },
      afterwards: () => undefined,
    }));
    await expect(never).rejects.toThrow('no turn');
  });
});

describe('the table in memory', () => {
  test('reads conditions as the emulator does', async () => {
    const table = new MemoryTable();
    const bytes = (count: number) => Uint8Array.from([0, 0, 0, count]);
    const newer = (count: number) => ({
      expression: 'attribute_not_exists(#f) OR #f < :count',
      names: { '#f': 'h' },
      values: { ':count': bytes(count) },
    });
    expect(await table.set(KEY, { h: bytes(7) }, newer(7))).toBe(true);
    expect(await table.set(KEY, { h: bytes(7) }, newer(7))).toBe(false);
    expect(await table.set(KEY, { h: bytes(9) }, newer(9))).toBe(true);
    expect(await table.get(KEY)).toMatchObject({ ...KEY, h: bytes(9) });
    const wrong = { expression: '#f < :count', values: { ':count': 1 } };
    await expect(table.set(KEY, {}, wrong)).rejects.toThrow('is not defined');
  });

  test('reads page after page, in either direction, as much as was requested', async () => {
    const table = new MemoryTable();
    for (const sk of ['a', 'b', 'c', 'd']) await table.put({ pk: 'A', sk }, {});
    const paged = table.seenBy(async () => {}, 2);
    const skOf = async (options: object) =>
      (await Array.fromAsync(paged.query('A', options))).map(({ sk }) => sk).join('');
    expect(await skOf({})).toBe('abcd');
    expect(await skOf({ backwards: true })).toBe('dcba');
    expect(await skOf({ limit: 3, between: ['b', 'd'] })).toBe('bcd');
    expect(await skOf({ limit: 1 })).toBe('a');
  });
});
