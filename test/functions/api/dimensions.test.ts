import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { UNKNOWN_SALE } from '../../../lib/events/sale.ts';
import { DIMENSIONS } from '../../../lib/rollups/dimensions.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import {
  ask,
  book,
  Clock,
  expectProblem,
  makeTenant,
  read,
  redemptionAt,
  type Tenant,
  WINDOW,
} from './support.ts';

const amounts = { paidFen: z.int(), redeemedFen: z.int(), redeemedCount: z.int() };
const answer = z.object({
  rows: z.array(z.looseObject(amounts)),
  total: z.looseObject(amounts),
  next: z.string().nullable(),
});

const DAY_MINUTES = 1_440;

let hexiao: HexiaoUnderTest;
let tenant: Tenant;
let stranger: Tenant;

const sale = (over: object) => ({ sale: { ...UNKNOWN_SALE, ...over } });

/** Three days, two cities and a store nobody knows, three products, two creators of three kinds. */
beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: new Clock().now });
  tenant = await makeTenant(hexiao);
  stranger = await makeTenant(hexiao);
  for (const [storeId, city] of [
    ['s1', '成都'],
    ['s2', '重庆'],
  ]) {
    const store = { merchantId: tenant.merchantId, name: `店 ${storeId}`, city };
    await hexiao.call('PUT', `/v1/stores/douyin/${storeId}`, store);
  }
  const cps = (kind: string) => ({ cps: { kind, amountFen: null } });
  const redeem = (storeId: string, fen: number, day: number, over: object) => ({
    ...redemptionAt(tenant, storeId, { fen, minutes: day * DAY_MINUTES }),
    ...sale(over),
  });
  const live = { channel: 'live', productId: '1805', creatorId: '901' };
  await book(hexiao, [
    redeem('s1', 100, 0, { ...live, ...cps('product'), buyer: 'anna' }),
    redeem('s1', 200, 0, { ...live, ...cps('lead'), buyer: 'bert' }),
    redeem('s2', 400, 1, { channel: 'search', productId: '007', buyer: 'anna' }),
    redeem('s9', 800, 2, { channel: 'live', productId: '1805', buyer: 'cleo' }),
    { ...redeem('s1', 1_600, 2, { buyer: null }), loop: 'open' as const },
  ]);
});

afterAll(() => hexiao?.stop());

async function gmv(by: string, query = WINDOW, token = tenant.token) {
  return read(await ask(hexiao, 'GET', `/v1/gmv?${query}&by=${by}`, { token }), answer);
}

/** Each row's names with what was redeemed. */
async function rowsOf(by: string, ...names: string[]) {
  const { rows } = await gmv(by);
  return rows.map((row) => [
    ...(names.length > 0 ? names : [by]).map((n) => row[n]),
    row.redeemedFen,
  ]);
}

describe('GET /v1/gmv by what a sale was', () => {
  it.each(DIMENSIONS)('by %s adds up to the total, to the fen', async (by) => {
    const { rows, total } = await gmv(by);
    expect(total).toMatchObject({ redeemedFen: 3_100, redeemedCount: 5 });
    const sum = (key: 'redeemedFen' | 'redeemedCount') =>
      rows.reduce((all, row) => all + row[key], 0);
    expect([sum('redeemedFen'), sum('redeemedCount')]).toEqual([3_100, 5]);
  });

  it('names the largest first, and what nobody reported unknown', async () => {
    expect(await rowsOf('loop')).toEqual([
      ['open', 1_600],
      ['closed', 1_500],
    ]);
    expect(await rowsOf('channel')).toEqual([
      ['unknown', 1_600],
      ['live', 1_100],
      ['search', 400],
    ]);
    expect(await rowsOf('product')).toEqual([
      ['unknown', 1_600],
      ['1805', 1_100],
      ['007', 400],
    ]);
    expect(await rowsOf('city')).toEqual([
      ['成都', 1_900],
      ['unknown', 800],
      ['重庆', 400],
    ]);
  });

  it('keeps a creator apart by how the creator earns', async () => {
    expect(await rowsOf('creator', 'creator', 'cpsKind')).toEqual([
      ['unknown', 'unknown', 2_800],
      ['901', 'lead', 200],
      ['901', 'product', 100],
    ]);
  });

  it('names merchants', async () => {
    expect(await rowsOf('merchant', 'platform', 'merchant', 'name')).toEqual([
      ['douyin', tenant.merchantId, `商家 ${tenant.merchantId}`, 3_100],
    ]);
  });

  it.each(DIMENSIONS)('by %s has a key in every row', async (by) => {
    const { rows } = await gmv(by);
    const keys = rows.map((row) => row.key);
    const merchant = `douyin/${tenant.merchantId}`;
    expect(keys).toEqual(by === 'merchant' ? [merchant] : rows.map((row) => row[by]));
  });

  it('counts the days of the window alone', async () => {
    const { rows } = await gmv('channel', 'from=2025-10-10&to=2025-10-10');
    expect(rows).toMatchObject([{ channel: 'search', redeemedFen: 400 }]);
  });

  it('comes in pages', async () => {
    const first = await gmv('product', `${WINDOW}&limit=2`);
    const second = await gmv('product', `${WINDOW}&limit=2&cursor=${first.next ?? ''}`);
    expect([...first.rows, ...second.rows].map((row) => row.product)).toEqual([
      ...['unknown', '1805', '007'],
    ]);
    expect(second.next).toBeNull();
  });

  it('is nobody else’s', async () => {
    for (const by of DIMENSIONS) {
      expect((await gmv(by, WINDOW, stranger.token)).rows).toEqual([]);
      const path = `/v1/gmv?${WINDOW}&by=${by}&providerId=${tenant.providerId}`;
      expectProblem(await ask(hexiao, 'GET', path, { token: stranger.token }), 404, 'not-found');
    }
  });

  it('follows what is booked later, also when a store finds its city', async () => {
    const own = await makeTenant(hexiao);
    await book(hexiao, [{ ...redemptionAt(own, 'x', { fen: 10 }), ...sale({ channel: 'scan' }) }]);
    await hexiao.call('PUT', '/v1/stores/douyin/x', {
      ...{ merchantId: own.merchantId, name: 'x', city: '西安' },
    });
    await book(hexiao, [{ ...redemptionAt(own, 'x', { fen: 5 }), ...sale({ channel: 'scan' }) }]);
    const rows = async (by: string) => (await gmv(by, WINDOW, own.token)).rows;
    expect(await rows('city')).toMatchObject([{ city: '西安', redeemedFen: 15 }]);
    expect(await rows('channel')).toMatchObject([{ channel: 'scan', redeemedFen: 15 }]);
  });

  it('is whole when a day outgrows one item and one store-day', async () => {
    // Prepare: 400 products with long ids in one store's hour
    const own = await makeTenant(hexiao);
    const events = Array.from({ length: 400 }, (_, index) => ({
      ...redemptionAt(own, 'big', { fen: index + 1 }),
      ...sale({ productId: `product-${'x'.repeat(40)}-${index}`, buyer: `buyer-${index}` }),
    }));
    await book(hexiao, events.slice(0, 5));
    expect((await gmv('product', WINDOW, own.token)).rows).toHaveLength(5);
    await book(hexiao, events.slice(5));
    // Act
    const { rows, total } = await gmv('product', WINDOW, own.token);
    // Assess
    expect(rows).toHaveLength(400);
    expect(total.redeemedFen).toBe((400 * 401) / 2);
    expect(rows.reduce((sum, row) => sum + row.redeemedFen, 0)).toBe(total.redeemedFen);
    const path = `/v1/repeat-purchases?${WINDOW}`;
    const { buyers } = await hexiao.call<{ buyers: number }>('GET', path, undefined, own.token);
    // More buyers than an hour keeps: a guess
    expect(buyers).toBeGreaterThan(300);
    expect(buyers).toBeLessThan(500);
  });
});

describe('GET /v1/repeat-purchases', () => {
  const asked = async (query: string, token = tenant.token) =>
    JSON.parse((await ask(hexiao, 'GET', `/v1/repeat-purchases?${query}`, { token })).text);

  it('counts buyers with two orders over the days of the window', async () => {
    expect(await asked(WINDOW)).toEqual({
      ...{ buyers: 3, repeatBuyers: 1, rate: 1 / 3, sampled: false },
    });
    expect(await asked('from=2025-10-09&to=2025-10-09')).toMatchObject({
      ...{ buyers: 2, repeatBuyers: 0 },
    });
  });

  it('counts one store’s own', async () => {
    expect(await asked(`${WINDOW}&platform=douyin&storeId=s1`)).toMatchObject({
      ...{ buyers: 2, repeatBuyers: 0 },
    });
    const path = `/v1/repeat-purchases?${WINDOW}&storeId=s1`;
    expectProblem(
      await ask(hexiao, 'GET', path, { token: tenant.token }),
      ...([400, 'request-invalid'] as const),
    );
  });

  it('is nobody else’s', async () => {
    expect(await asked(WINDOW, stranger.token)).toMatchObject({ buyers: 0, rate: null });
    const store = `${WINDOW}&platform=douyin&storeId=s1`;
    expect(await asked(store, stranger.token)).toMatchObject({ buyers: 0 });
  });
});
