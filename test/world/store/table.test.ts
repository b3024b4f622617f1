import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Emulators } from '../../../infra/local/emulators.ts';
import { scanPage } from '../../../lib/store/scan.ts';
import type { Condition, QueryOptions, Table } from '../../../lib/store/table.ts';
import { fresh } from '../../support/fresh.ts';
import { runs } from '../../support/long.ts';
import { startTable } from '../../support/table.ts';
import { MemoryTable } from './table.ts';

let emulators: Emulators;
let emulated: Table;

beforeAll(async () => {
  ({ emulators, table: emulated } = await startTable());
});

afterAll(() => emulators?.stop());

const SORT_KEYS = ['a', 'a#1', 'a#2', 'b', '核', '销', '\u{1f600}', '\u{fffd}'];
const sortKey = fc.constantFrom(...SORT_KEYS);

const fieldValue = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.constantFrom<unknown[]>('x', '', null, true, undefined, [1, 'two'], { nested: { deep: 1 } }),
  fc.uint8Array({ minLength: 1, maxLength: 3 }),
  fc.constantFrom<unknown[]>(Number.NaN, 2 ** 60, new Date(0), 0.5),
);
const fields = fc.record({ n: fieldValue, h: fieldValue }, { requiredKeys: [] });

const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.constantFrom<Condition[]>(
    { expression: 'attribute_not_exists(pk)' },
    { expression: 'attribute_exists(pk)' },
    { expression: 'attribute_exists(pk) AND attribute_not_exists(n)' },
    { expression: 'nobody can read this' },
  ),
  fc.integer({ min: -5, max: 5 }).map((count) => ({
    expression: 'attribute_not_exists(#f) OR #f < :count',
    ...{ names: { '#f': 'n' }, values: { ':count': count } },
  })),
);

const options: fc.Arbitrary<QueryOptions> = fc.oneof(
  fc.record(
    {
      startsWith: fc.constantFrom('a', 'a#', '核', 'zz'),
      limit: fc.integer({ min: 1, max: 4 }),
      backwards: fc.boolean(),
    },
    { requiredKeys: [] },
  ),
  fc.record(
    {
      between: fc
        .tuple(sortKey, sortKey)
        .map(([a, b]): [string, string] => (Buffer.from(a) <= Buffer.from(b) ? [a, b] : [b, a])),
      limit: fc.integer({ min: 1, max: 4 }),
      backwards: fc.boolean(),
    },
    { requiredKeys: ['between'] },
  ),
);

type Call = (table: Table, pk: string) => Promise<unknown>;

const call: fc.Arbitrary<{ what: string; run: Call }> = fc.oneof(
  fc.tuple(sortKey, fields, fc.option(condition)).map(([sk, given, guard]) => ({
    what: `put ${sk} ${guard?.expression}`,
    run: (table: Table, pk: string) => table.put({ pk, sk }, given, guard),
  })),
  fc.tuple(sortKey, fields, condition).map(([sk, given, guard]) => ({
    what: `set ${sk} ${guard.expression}`,
    run: (table: Table, pk: string) => table.set({ pk, sk }, given, guard),
  })),
  fc.tuple(sortKey, fields, condition).map(([sk, given, guard]) => ({
    what: `set and get ${sk} ${guard.expression}`,
    run: (table: Table, pk: string) => table.setAndGet({ pk, sk }, given, guard),
  })),
  fc.tuple(sortKey, fc.option(condition, { nil: undefined })).map(([sk, guard]) => ({
    what: `delete ${sk} ${guard?.expression}`,
    run: (table: Table, pk: string) => table.delete({ pk, sk }, guard),
  })),
  sortKey.map((sk) => ({
    what: `get ${sk}`,
    run: (table: Table, pk: string) => table.get({ pk, sk }),
  })),
  options.map((given) => ({
    what: `query ${JSON.stringify(given)}`,
    run: (table: Table, pk: string) => Array.fromAsync(table.query(pk, given)),
  })),
  fc.constant({ what: 'count', run: (table: Table, pk: string) => table.count(pk) }),
);

/** What a call came to; of an error only that it is one, because the wording is the emulator's. */
async function outcomeOf(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return { is: await run() };
  } catch {
    return 'an error';
  }
}

describe('the table in memory', () => {
  test('answers and keeps whatever is done to it as the emulator does', async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 25 }), async (calls) => {
        const pk = fresh('partition');
        const memory = new MemoryTable();
        for (const { what, run } of calls) {
          const here = await outcomeOf(() => run(memory, pk));
          const there = await outcomeOf(() => run(emulated, pk));
          expect(here, what).toEqual(there);
          if (there === 'an error') refused += 1;
        }
        expect(await Array.fromAsync(memory.query(pk))).toEqual(
          await Array.fromAsync(emulated.query(pk)),
        );
      }),
      { numRuns: runs(300) },
    );
    expect(refused).toBeGreaterThan(0);
  });

  test('is read page after page to the same end', async () => {
    const pk = fresh('partition');
    const memory = new MemoryTable();
    for (const sk of SORT_KEYS) {
      await memory.put({ pk, sk }, {});
      await emulated.put({ pk, sk }, {});
    }
    await fc.assert(
      fc.asyncProperty(options, fc.integer({ min: 1, max: 3 }), async (given, pageSize) => {
        const paged = memory.seenBy(async () => {}, pageSize);
        const here = await Array.fromAsync(paged.query(pk, given));
        expect(here).toEqual(await Array.fromAsync(emulated.query(pk, given)));
      }),
      { numRuns: runs(200) },
    );
  });

  test('is scanned with a filter, page after page', async () => {
    // Prepare
    const memory = new MemoryTable();
    const prefix = fresh('scanned');
    const filter: Condition = {
      expression: 'begins_with(pk, :prefix) AND n > :n',
      values: { ':prefix': prefix, ':n': 3 },
    };
    for (let n = 0; n < 9; n += 1) {
      const key = { pk: `${prefix}-${n}`, sk: '-' };
      await memory.put(key, { n, bytes: Uint8Array.of(n) });
      await emulated.put(key, { n, bytes: Uint8Array.of(n) });
    }
    // Act
    const byKey = (a: { pk: string }, b: { pk: string }) => (a.pk < b.pk ? -1 : 1);
    const all = async (table: Table) => {
      const found = [];
      for (let from: Parameters<typeof scanPage>[1] = null; ; ) {
        const page = await scanPage(table, from, filter);
        found.push(...page.items);
        from = page.next;
        if (from === null) return found.sort(byKey);
      }
    };
    // Assess
    const expected = await all(emulated);
    expect(expected).toHaveLength(5);
    expect(await all(memory)).toEqual(expected);
    expect(await all(memory.seenBy(async () => {}, 2))).toEqual(expected);
  });

  test('takes no item beyond 400 KiB, and no empty key', async () => {
    const memory = new MemoryTable();
    for (const table of [memory, emulated]) {
      const key = { pk: fresh('large'), sk: '-' };
      const long = 'a'.repeat(409_000);
      expect(await table.put(key, { long })).toBe(true);
      await expect(table.put(key, { long: `${long}${'a'.repeat(1_000)}` }, null)).rejects.toThrow();
      await expect(table.put({ pk: '', sk: 'a' }, {})).rejects.toThrow();
    }
  });

  test('holds nothing that its readers or writers can change', async () => {
    const memory = new MemoryTable();
    const key = { pk: 'p', sk: 's' };
    const given = { list: [1], nested: { a: 1 } };
    await memory.put(key, given);
    given.list.push(2);
    given.nested.a = 2;
    const read = (await memory.get(key)) as unknown as typeof given;
    expect(read).toMatchObject({ list: [1], nested: { a: 1 } });
    expect(() => read.list.push(3)).toThrow();
  });
});

describe('what is done to a call to the table in memory', () => {
  const KEY = { pk: 'p', sk: 's' };

  test('before it: nothing took effect', async () => {
    const memory = new MemoryTable();
    const throttled = memory.seenBy(async () => {
      throw new Error('throttled');
    });
    await expect(throttled.put(KEY, {})).rejects.toThrow('throttled');
    expect(await memory.get(KEY)).toBeUndefined();
  });

  test('after it: it took effect, and its caller does not know', async () => {
    const memory = new MemoryTable();
    const ambiguous = memory.seenBy(async () => ({
      after: () => {
        throw new Error('the answer was lost');
      },
    }));
    await expect(ambiguous.put(KEY, { n: 1 })).rejects.toThrow('the answer was lost');
    expect(await memory.get(KEY)).toMatchObject({ n: 1 });
  });

  test('a weak read may see the item as it was before its last write, a strong one never', async () => {
    const memory = new MemoryTable();
    const stale = memory.seenBy(async (_what, kind) => ({ isStale: kind === 'weak read' }));
    await memory.put(KEY, { n: 1 });
    expect(await stale.get(KEY, false)).toBeUndefined();
    expect(await stale.get(KEY)).toMatchObject({ n: 1 });
    await memory.put(KEY, { n: 2 }, null);
    expect(await stale.get(KEY, false)).toMatchObject({ n: 1 });
    const weak = await Array.fromAsync(stale.query('p', { consistent: false }));
    expect(weak).toMatchObject([{ n: 1 }]);
    expect(await Array.fromAsync(stale.query('p'))).toMatchObject([{ n: 2 }]);
  });

  test('time to live deletes what has expired, and nothing else', async () => {
    const memory = new MemoryTable();
    await memory.put(KEY, { expiresAt: 100 });
    await memory.put({ ...KEY, sk: 't' }, { expiresAt: 101 });
    await memory.put({ ...KEY, sk: 'u' }, {});
    expect(memory.expire(100)).toBe(1);
    expect((await Array.fromAsync(memory.query('p'))).map(({ sk }) => sk)).toEqual(['t', 'u']);
  });
});
