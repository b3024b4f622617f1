import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { importCodes, putCodePool } from '../../../lib/callbacks/code-pools.ts';
import { openCallbackRecords } from '../../../lib/callbacks/records.ts';
import { putRefundPolicy } from '../../../lib/callbacks/refund-policy.ts';
import {
  type Order,
  type SpiCaller,
  type Stock,
  spiCaller,
  stock,
  World,
} from '../../../lib/integrations/douyin-life/sandbox/index.ts';
import { APP_KEY, CLIENT_SECRET, registerApp } from '../../support/douyin.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';

const NOW = 1_760_000_000_000;

let hexiao: HexiaoUnderTest;
let world: World;
let goods: Stock;
let order: Order;
let caller: SpiCaller;

const callerWith = (over: Partial<Parameters<typeof spiCaller>[0]> = {}) =>
  spiCaller({
    url: `http://hexiao.test/spi/douyin-life/${APP_KEY}`,
    ...{ clientKey: APP_KEY, clientSecret: CLIENT_SECRET, now: () => NOW },
    fetch: async (input, init) =>
      hexiao.ingest.request(input instanceof Request ? input.url : input.toString(), init),
    ...over,
  });

beforeEach(async () => {
  hexiao = await HexiaoUnderTest.start({ now: () => NOW });
  world = new World({ clientKey: APP_KEY, now: () => NOW });
  goods = stock(world);
  order = world.sell({ productId: goods.meal.productId, count: 2 });
  const { accountId } = goods.merchant;
  await registerApp(hexiao, { merchantId: accountId });
  const pool = { platform: 'douyin', merchantId: accountId } as const;
  await putCodePool(hexiao.table, pool, { source: 'imported' });
  await importCodes(hexiao.table, pool, ['c1', 'c2', 'c3']);
  caller = callerWith();
});

afterEach(() => hexiao?.stop());

const certificates = () =>
  order.certificates.map(({ certificateId }) => ({ certificateId, code: 'c' }));

describe('the platform calls', () => {
  test('and is given an id, codes and the state of an order, the same whenever it asks', async () => {
    for (const _ of [1, 2]) {
      expect((await caller.preCreateOrder(order)).data).toMatchObject({
        ext_order_id: `hx${order.orderId}`,
      });
      const { data } = await caller.issue(order);
      expect(data).toMatchObject({ error_code: 0, result: 1 });
      expect(data?.certificates).toHaveLength(2);
      expect((await caller.queryStatus([order.orderId])).data).toMatchObject({
        result: { [order.orderId]: { total_quantity: 2 } },
      });
    }
    const later = await callerWith({ now: () => NOW + 10_000 }).issue(order, { withIds: false });
    expect([...((later.data?.codes as string[] | undefined) ?? [])]).toHaveLength(2);
  });

  test('about a refund, is told to wait, and then tells us how it ended', async () => {
    const afterSaleId = world.openAfterSale(certificates().map((one) => one.certificateId));
    const refund = { orderId: order.orderId, afterSaleId, certificates: certificates() };
    expect((await caller.applyForRefund(refund)).data).toMatchObject({ error_code: 0, result: 0 });
    expect((await caller.noteRefund({ ...refund, isAgreed: true })).data).toMatchObject({
      error_code: 0,
    });
    const records = openCallbackRecords(hexiao.table, 'douyin', () => NOW);
    expect(await records.refundRequest(afterSaleId)).toMatchObject({
      ...{ status: 'approved', decidedBy: 'platform' },
    });
  });

  test('about a refund, and is allowed it at once where the merchant’s policy says so', async () => {
    await putRefundPolicy(hexiao.table, 'douyin', goods.merchant.accountId, 'auto-approve-all');
    const refund = { orderId: order.orderId, afterSaleId: '9', certificates: certificates() };
    expect((await caller.applyForRefund(refund)).data).toMatchObject({ error_code: 0, result: 1 });
  });

  test('with another secret, or the old signature alone, and is refused', async () => {
    const stranger = callerWith({ clientSecret: 'another' });
    expect((await stranger.issue(order)).status).toBe(401);
    const old = callerWith({ scheme: 'old' });
    expect((await old.issue(order)).status).toBe(401);
    await registerApp(hexiao, { merchantId: goods.merchant.accountId, oldSpiSign: 'accept' });
    expect((await old.issue(order)).data).toMatchObject({ error_code: 0, result: 1 });
  });

  test('something that nobody knows, and is told so in its own envelope', async () => {
    const { status, data, text } = await caller.call('life.trade.order_delay', '{"order_id":"1"}');
    expect([status, data?.error_code]).toEqual([200, 1]);
    expect(Object.keys(JSON.parse(text) as object)).toEqual(['data']);
  });
});

describe('a certificate in the sandbox', () => {
  const first = () => order.certificates[0]?.certificateId ?? '';

  test('is refunded in parts, and goes on until the last', () => {
    expect(world.refund(first(), 5_000)).toBe(5_000);
    expect(world.find(first()).state.refund).toMatchObject({ fen: 5_000, isWhole: false });
    world.redeem(first(), goods.stores[0].poiId);
    expect(() => world.refund(first(), 100_000)).toThrow(/can be refunded/);
    expect(world.refund(first())).toBe(7_800);
    expect(world.find(first()).state.refund).toMatchObject({ fen: 12_800, isWhole: true });
    expect(() => world.refund(first())).toThrow(/refunded before/);
  });

  test('goes on after a request that was refused', () => {
    world.openAfterSale([first()]);
    expect(() => world.redeem(first(), goods.stores[0].poiId)).toThrow(/in refund/);
    world.refuseRefund(first());
    expect(world.redeem(first(), goods.stores[0].poiId)).not.toBe('');
    expect(() => world.refuseRefund(first())).toThrow(/nobody requested/);
  });
});
