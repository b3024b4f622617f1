import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Emulators } from '../../infra/local/emulators.ts';
import {
  countFreeCodes,
  importCodes,
  type PoolName,
  putCodePool,
  readCodePool,
  takeCode,
} from '../../lib/callbacks/code-pools.ts';
import { codesOf, issueCodes, MAX_CODES } from '../../lib/callbacks/codes.ts';
import type { Issue } from '../../lib/integrations/kit/records.ts';
import type { Table } from '../../lib/store/table.ts';
import { fresh } from '../support/fresh.ts';
import type { Killer } from '../support/killer.ts';
import { scanAll } from '../support/scan.ts';
import { startTable } from '../support/table.ts';
import { minute } from './make.ts';

let emulators: Emulators;
let table: Table;
let killer: Killer;

beforeAll(async () => {
  ({ emulators, table, killer } = await startTable());
});

afterAll(() => emulators?.stop());

const codesNamed = (count: number, of = fresh('C')) =>
  Array.from({ length: count }, (_, index) => `${of}-${index}`);

/** A pool of imported codes. */
async function poolOf(...codes: string[]): Promise<PoolName> {
  const name: PoolName = { platform: 'douyin', merchantId: fresh('merchant') };
  await putCodePool(table, name, { source: 'imported' });
  if (codes.length > 0) await importCodes(table, name, codes);
  return name;
}

const issue = ({ merchantId }: PoolName, orderId: string, count = 1): Promise<Issue> =>
  issueCodes(table, 'douyin', { merchantId, orderId, productId: null, count }, minute(0));

const codesIn = (issued: Issue): readonly string[] => {
  if (issued.outcome !== 'issued') throw new Error(`expected codes, got ${issued.outcome}`);
  return issued.codes;
};

/** Every code of a pool that stands as given, with its order, read around everything. */
async function given({ merchantId }: PoolName): Promise<Map<string, string>> {
  const prefix = `CODE#douyin#${merchantId}#`;
  const items = await scanAll(emulators.database, prefix);
  return new Map(
    items.map(({ pk, orderId }) => [String(pk).slice(prefix.length), String(orderId)]),
  );
}

describe('an order', () => {
  test('is given as many codes as it asks for, and the same ones again', async () => {
    // Prepare
    const all = codesNamed(10);
    const pool = await poolOf(...all);
    const order = fresh('order');
    // Act
    const first = codesIn(await issue(pool, order, 3));
    const again = codesIn(await issue(pool, order, 3));
    // Assess
    expect(new Set(first).size).toBe(3);
    expect(all).toEqual(expect.arrayContaining([...first]));
    expect(again).toEqual(first);
    expect(await codesOf(table, 'douyin', order)).toEqual(first);
    expect(await countFreeCodes(table, pool)).toBe(7);
    expect(await given(pool)).toEqual(new Map(first.map((code) => [code, order])));
  });

  test('that asks for more than before keeps what it has, and for fewer gets the first', async () => {
    // Prepare
    const pool = await poolOf(...codesNamed(5));
    const order = fresh('order');
    const first = codesIn(await issue(pool, order, 2));
    // Act
    const more = codesIn(await issue(pool, order, 4));
    const fewer = codesIn(await issue(pool, order, 1));
    // Assess
    expect(more.slice(0, 2)).toEqual(first);
    expect(new Set(more).size).toBe(4);
    expect(fewer).toEqual(first.slice(0, 1));
  });

  test('of a merchant without a pool is told so, and has no codes', async () => {
    const name: PoolName = { platform: 'douyin', merchantId: fresh('merchant') };
    expect(await issue(name, 'o')).toEqual({ outcome: 'no-pool' });
    expect(await codesOf(table, 'douyin', 'o')).toEqual([]);
  });

  test('is never given another merchant’s codes', async () => {
    // Prepare
    const [one, other] = [await poolOf(...codesNamed(2)), await poolOf(...codesNamed(2))];
    const order = fresh('order');
    await issue(one, order);
    // Act, Assess
    await expect(issue(other, order)).rejects.toThrow('another merchant');
    expect(await countFreeCodes(table, other)).toBe(2);
  });

  test.each([0, -1, 1.5, MAX_CODES + 1])('cannot ask for %d codes', async (count) => {
    const pool = await poolOf(...codesNamed(2));
    await expect(issue(pool, fresh('order'), count)).rejects.toThrow('1 to 500');
  });
});

describe('a pool that has too few', () => {
  test('gives nothing, and all of it to one who asks for less', async () => {
    // Prepare
    const all = codesNamed(2);
    const pool = await poolOf(...all);
    // Act
    const tooMany = await issue(pool, fresh('order'), 3);
    const few = await issue(pool, fresh('order'), 2);
    // Assess
    expect(tooMany).toEqual({ outcome: 'empty' });
    expect([...codesIn(few)].sort()).toEqual(all.sort());
  });

  test('gives the same order the rest once codes were imported', async () => {
    // Prepare
    const pool = await poolOf(...codesNamed(1));
    const order = fresh('order');
    expect(await issue(pool, order, 2)).toEqual({ outcome: 'empty' });
    expect(await codesOf(table, 'douyin', order)).toEqual([]);
    // Act
    await importCodes(table, pool, codesNamed(1));
    // Assess
    expect(codesIn(await issue(pool, order, 2))).toHaveLength(2);
    expect(await countFreeCodes(table, pool)).toBe(0);
  });
});

describe('50 calls at once', () => {
  test('for the last code: exactly one has it', async () => {
    // Prepare
    const pool = await poolOf('the-last-one');
    const orders = Array.from({ length: 50 }, () => fresh('order'));
    // Act
    const issued = await Promise.all(orders.map((order) => issue(pool, order)));
    // Assess
    const winners = issued.filter(({ outcome }) => outcome === 'issued');
    expect(winners).toEqual([{ outcome: 'issued', codes: ['the-last-one'] }]);
    expect(issued.filter(({ outcome }) => outcome === 'empty')).toHaveLength(49);
    expect(await given(pool)).toEqual(
      new Map([['the-last-one', orders[issued.findIndex(({ outcome }) => outcome === 'issued')]]]),
    );
    expect(await countFreeCodes(table, pool)).toBe(0);
  });

  test('for 50 codes: each has one of its own', async () => {
    // Prepare
    const all = codesNamed(50);
    const pool = await poolOf(...all);
    // Act
    const issued = await Promise.all(all.map(() => issue(pool, fresh('order'))));
    // Assess
    expect(issued.flatMap(codesIn).sort()).toEqual(all.sort());
    expect(await countFreeCodes(table, pool)).toBe(0);
  });

  test('of one order: all get the same codes, and no other is taken', async () => {
    // Prepare
    const pool = await poolOf(...codesNamed(20));
    const order = fresh('order');
    // Act
    const issued = await Promise.all(Array.from({ length: 50 }, () => issue(pool, order, 3)));
    // Assess
    expect(new Set(issued.map((one) => JSON.stringify(codesIn(one)))).size).toBe(1);
    expect((await given(pool)).size).toBe(3);
    expect(await countFreeCodes(table, pool)).toBe(17);
  });

  test('of one order and of 50 others for few codes: none is given twice, none is lost', async () => {
    // Prepare
    const pool = await poolOf(...codesNamed(30));
    const order = fresh('order');
    const asked = Array.from({ length: 50 }, (_, index) => (index % 2 ? order : fresh('order')));
    // Act
    const issued = await Promise.all(asked.map((one) => issue(pool, one, 2)));
    // Assess
    const owners = new Map<string, string>();
    for (const [index, one] of issued.entries()) {
      if (one.outcome !== 'issued') continue;
      for (const code of one.codes) {
        expect(owners.get(code) ?? asked[index]).toBe(asked[index]);
        owners.set(code, asked[index] ?? '');
      }
    }
    const stands = await given(pool);
    for (const [code, owner] of owners) expect(stands.get(code)).toBe(owner);
    expect(stands.size + (await countFreeCodes(table, pool))).toBe(30);
  });
});

describe.each(['before', 'after'] as const)('a worker that dies %s any of its calls', (when) => {
  test('leaves its order the same codes, and none lost', async () => {
    // Prepare
    const pool = await poolOf(...codesNamed(3));
    let order = '';
    let imported = 3;
    // Act
    const deaths = await killer.atEveryCall(
      when,
      () => {
        order = fresh('order');
        return issue(pool, order, 2);
      },
      async () => {
        // Assess: what stood when it died stays the order's
        const before = await given(pool);
        const codes = codesIn(await issue(pool, order, 2));
        for (const [code, owner] of before) if (owner === order) expect(codes).toContain(code);
        expect(codesIn(await issue(pool, order, 2))).toEqual(codes);
        const stands = await given(pool);
        expect(codes.map((code) => stands.get(code))).toEqual([order, order]);
        expect(stands.size + (await countFreeCodes(table, pool))).toBe(imported);
        await importCodes(table, pool, codesNamed(2));
        imported += 2;
      },
    );
    expect(deaths).toBeGreaterThan(5);
  });

  test('of an import leaves what can be imported again', async () => {
    // Prepare
    const pool = await poolOf();
    let codes: string[] = [];
    let all = 0;
    // Act
    const deaths = await killer.atEveryCall(
      when,
      () => {
        codes = codesNamed(2);
        return importCodes(table, pool, codes);
      },
      async () => {
        // Assess
        await importCodes(table, pool, codes);
        all += 2;
        expect(await countFreeCodes(table, pool)).toBe(all);
      },
    );
    expect(deaths).toBeGreaterThan(3);
  });
});

describe('a free entry that a death left behind', () => {
  test('gives its code to nobody, and is gone once it was met', async () => {
    // Prepare: given, but still listed
    const pool = await poolOf('left', 'right');
    const owner = fresh('order');
    killer.arm(1, 'after');
    await expect(takeCode(table, pool, 'left', owner, minute(0))).rejects.toThrow('killed');
    killer.disarm();
    expect(await countFreeCodes(table, pool)).toBe(2);
    // Act
    const issued = await Promise.all([1, 2, 3].map(() => issue(pool, fresh('order'))));
    // Assess
    expect(issued.flatMap((one) => (one.outcome === 'issued' ? one.codes : []))).toEqual(['right']);
    expect((await given(pool)).get('left')).toBe(owner);
    expect(await countFreeCodes(table, pool)).toBe(0);
  });
});

describe('importing', () => {
  test('counts what is free or was given as known, and offers it to nobody again', async () => {
    // Prepare
    const all = codesNamed(3);
    const pool = await poolOf(...all);
    const [code = ''] = codesIn(await issue(pool, fresh('order')));
    // Act
    const again = await importCodes(table, pool, [...all, 'new-one']);
    // Assess
    expect(again).toEqual({ added: 1, known: 3 });
    expect(await countFreeCodes(table, pool)).toBe(3);
    const rest = codesIn(await issue(pool, fresh('order'), 3));
    expect(rest).not.toContain(code);
  });

  test('keeps two merchants’ codes apart, also under names made of what keys are made of', async () => {
    // Prepare
    const code = 'same#code%23';
    const [one, other] = [await poolOf(code), await poolOf(code)];
    const odd: PoolName = { platform: 'douyin', merchantId: `${one.merchantId}#0` };
    await putCodePool(table, odd, { source: 'imported' });
    // Act, Assess
    expect(await issue(odd, fresh('order'))).toEqual({ outcome: 'empty' });
    expect(codesIn(await issue(one, fresh('order')))).toEqual([code]);
    expect(codesIn(await issue(other, fresh('order')))).toEqual([code]);
  });

  test('finds each of 300 codes, wherever on the list an order starts', async () => {
    // Prepare
    const all = codesNamed(300);
    const pool = await poolOf(...all);
    // Act
    const first = codesIn(await issue(pool, fresh('order'), 299));
    const last = codesIn(await issue(pool, fresh('order')));
    // Assess
    expect([...first, ...last].sort()).toEqual(all.sort());
  });
});

describe('a pool that makes its codes up', () => {
  test('gives digits of its length, the same again, and lists nothing', async () => {
    // Prepare
    const name: PoolName = { platform: 'douyin', merchantId: fresh('merchant') };
    await putCodePool(table, name, { source: 'generated', length: 14 });
    const order = fresh('order');
    // Act
    const codes = codesIn(await issue(name, order, 20));
    // Assess
    expect(new Set(codes).size).toBe(20);
    for (const code of codes) expect(code).toMatch(/^[1-9]\d{13}$/);
    expect(codesIn(await issue(name, order, 20))).toEqual(codes);
    expect(await countFreeCodes(table, name)).toBe(0);
    expect((await given(name)).size).toBe(20);
    expect(await readCodePool(table, name)).toMatchObject({ source: 'generated', length: 14 });
  });

  test('gives one order the same codes, asked 50 times at once', async () => {
    // Prepare
    const name: PoolName = { platform: 'douyin', merchantId: fresh('merchant') };
    await putCodePool(table, name, { source: 'generated', length: 12 });
    const order = fresh('order');
    // Act
    const issued = await Promise.all(Array.from({ length: 50 }, () => issue(name, order, 2)));
    // Assess
    expect(new Set(issued.map((one) => JSON.stringify(codesIn(one)))).size).toBe(1);
    expect((await given(name)).size).toBe(2);
  });
});
