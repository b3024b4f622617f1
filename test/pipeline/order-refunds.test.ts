import type { Message } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ecpayBody,
  makeKeyPair,
  paymentBody,
  refundBody,
  sandboxApp,
  signTrade,
  World,
} from '../../lib/integrations/douyin-miniapp/sandbox/index.ts';
import {
  orderMessage,
  refundMessage,
  SANDBOX_METHODS,
  ShopSandbox,
} from '../../lib/integrations/kuaishou-shop/sandbox/index.ts';
import { entryRef } from '../../lib/store/ledger/entry-ref.ts';
import { done, MERCHANT_SETTINGS, STORE, Till, worth } from '../functions/api/till/support.ts';
import { registerProvider } from '../support/douyin.ts';

/** Refunds that name no voucher, from the platform's message to the books, through the real functions. */

let till: Till;

afterEach(() => till?.close());

/** What the books come to: redeemed GMV and its commission at 5 %, and paid GMV. */
async function books(): Promise<{ redeemedFen: number; commissionFen: number; paidFen: number }> {
  const sums = { redeemedFen: 0, commissionFen: 0, paidFen: 0 };
  for (const { kind, amountFen, commissionFen } of await till.hexiao.entries()) {
    if (kind === 'payment' || kind === 'unused_refund') sums.paidFen += amountFen;
    else {
      sums.redeemedFen += amountFen;
      sums.commissionFen += commissionFen;
    }
  }
  return sums;
}

interface Shown {
  readonly events: { eventId: string; refundedFen?: number | null }[];
  readonly waiting: { eventId: string }[];
}

const shown = (path: string) => till.hexiao.call<Shown>('GET', `/v1/vouchers/${path}`);

/** The messages of these acts, each of which waits until it is let go. */
async function held<Name extends string>(
  acts: Readonly<Record<Name, () => Promise<unknown>>>,
): Promise<Record<Name, readonly Message[]>> {
  const messages: Partial<Record<Name, readonly Message[]>> = {};
  for (const name of Object.keys(acts) as Name[]) {
    await acts[name]();
    messages[name] = await till.hexiao.takeBatch('intake');
    expect(messages[name]).toHaveLength(1);
  }
  return messages as Record<Name, readonly Message[]>;
}

async function letGo(messages: readonly Message[]): Promise<void> {
  await till.hexiao.giveBack('intake', messages);
  await till.hexiao.settle();
}

async function untilDone(path: string): Promise<object> {
  let run = { status: 'planned' };
  await till.hexiao.settleUntil(async () => {
    run = await till.hexiao.call<typeof run>('GET', path);
    return run.status === 'done';
  });
  return run;
}

const ORDERS = [
  ['payment', 'use', 'refund'],
  ['payment', 'refund', 'use'],
  ['use', 'payment', 'refund'],
  ['use', 'refund', 'payment'],
  ['refund', 'payment', 'use'],
  ['refund', 'use', 'payment'],
] as const;

const A_MINUTE = 60_000;

async function webhook(body: string, headers: Record<string, string> = {}): Promise<void> {
  const { integration, appKey } = till.shop;
  const path = `/webhooks/${integration}/${appKey}`;
  const reply = await till.hexiao.ingest.request(path, { method: 'POST', headers, body });
  expect(reply.status).toBe(200);
}

describe('an after-sale of a Kuaishou shop’s order', () => {
  const ORDER = 9001;
  const keys = { appKey: 'ks-refunds', signSecret: 'sign secret', accessToken: 'seller token' };
  const messageSecret = Buffer.from('0123456789abcdef').toString('base64');
  let sandbox: ShopSandbox;

  beforeEach(async () => {
    sandbox = new ShopSandbox(keys);
    const { appKey, ...secrets } = keys;
    const answer = {
      ...{ statusField: 'data.status', doneStatuses: ['30', '70'] },
      ...{ amountField: 'data.amountFen', amountUnit: 'fen', atField: 'data.atMs' },
    };
    const settings = {
      ...{ ...MERCHANT_SETTINGS, callsPerSecond: 1_000 },
      consumeEndpoint: { ...SANDBOX_METHODS.consume, http: 'POST' },
      orderQuery: { ...SANDBOX_METHODS.order, answer },
      refundQuery: {
        ...SANDBOX_METHODS.refund,
        answer: { ...answer, refundIdField: 'data.refundId' },
      },
    };
    const shop = {
      ...({ integration: 'kuaishou-shop', platform: 'kuaishou', appKey } as const),
      ...{ secrets: { ...secrets, messageSecret }, settings },
    };
    till = await Till.open(shop, sandbox.app);
  });

  const shop = () => ({ ...{ appKey: keys.appKey, messageSecret }, sellerId: 2, now: Date.now });

  async function pay(amountFen: number): Promise<void> {
    sandbox.orders.set(String(ORDER), { status: 30, amountFen, atMs: Date.now() - A_MINUTE });
    await webhook(orderMessage(shop(), 'paySuccess', ORDER));
  }

  async function refund(amountFen: number, refundId = 'r1'): Promise<void> {
    const atMs = Date.now() + A_MINUTE;
    sandbox.refunds.set(String(ORDER), { status: 70, amountFen, atMs, refundId });
    await webhook(refundMessage(shop(), 'updateRefund', ORDER));
  }

  const use = async (...tickets: readonly (readonly [voucherId: string, fen: number])[]) =>
    done(
      await till.redeem({
        ...{ requestId: `serial-${tickets[0]?.[0]}`, storeId: STORE, storeName: '一店' },
        order: { orderId: String(ORDER) },
        vouchers: tickets.map(([voucherId, fen]) => ({
          ...{ voucherId, code: `1234${voucherId}`, amounts: worth(fen) },
        })),
      }),
    );

  it.each(ORDERS)('takes a part of both used tickets: %s, %s, %s', async (...order) => {
    // Prepare
    const messages = await held({
      payment: () => pay(6_667),
      use: () => use(['8001', 3_333], ['8002', 3_334]),
      refund: () => refund(2_001),
    });
    // Act
    for (const name of order) await letGo(messages[name]);
    // Assess: 3333 - 1000 and 3334 - 1001
    expect(await books()).toEqual({ redeemedFen: 4_666, commissionFen: 234, paidFen: 4_666 });
    const [one, other] = [await shown('kuaishou/8001'), await shown('kuaishou/8002')];
    const parts = [one, other].map(({ events }) => events.at(-1));
    expect(parts).toMatchObject([
      { eventId: 'refunded:r1', refundedFen: 1_000 },
      { eventId: 'refunded:r1', refundedFen: 1_001 },
    ]);
    expect([one.waiting, other.waiting]).toEqual([[], []]);
  });

  it('of the whole order takes back what is used of it, and leaves nothing paid', async () => {
    await pay(6_667);
    await use(['8001', 3_333]);
    await refund(6_667);
    await till.hexiao.settle();
    expect(await books()).toEqual({ redeemedFen: 0, commissionFen: 0, paidFen: 0 });
  });

  it('is explained at each ticket, outlasts a restatement, and is what a rebuild finds', async () => {
    // Prepare
    await pay(6_667);
    await use(['8001', 3_333], ['8002', 3_334]);
    await refund(2_001);
    await till.hexiao.settle();
    // Act: from the beginning on, another provider had the contract
    await registerProvider(till.hexiao, 'p2');
    await till.hexiao.call('POST', '/v1/contracts', {
      ...{ providerId: 'p2', platform: 'kuaishou', merchantId: 'm1', mode: 'special' },
      ...{ rateBp: 1_000, startsAt: '2025-01-01T00:00:00+08:00' },
    });
    const day = (ms: number) => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 10);
    const now = Date.now();
    const window = {
      ...{ platform: 'kuaishou', merchantId: 'm1' },
      ...{ from: day(now - 86_400_000), to: day(now) },
    };
    const { restatementId } = await till.hexiao.call<{ restatementId: string }>(
      'POST',
      '/v1/restatements',
      { ...window, reason: 'a contract that came late' },
    );
    await untilDone(`/v1/restatements/${restatementId}`);
    // Assess: what each ticket lost is lost to whom the ticket is now
    expect(await books()).toMatchObject({ redeemedFen: 4_666, commissionFen: 466 });
    const refunds = (await till.hexiao.entries()).filter(
      (entry) => entry.kind === 'refund' && entry.providerId === 'p2',
    );
    const lostFen = refunds.map(({ amountFen }) => amountFen).toSorted((a, b) => b - a);
    expect(lostFen).toEqual([-1_000, -1_001]);
    for (const entry of refunds) {
      const explained = `/v1/entries/${entryRef(entry)}/explanation`;
      expect(await till.hexiao.call('GET', explained)).toMatchObject({ isReproduced: true });
    }
    const { rebuildId } = await till.hexiao.call<{ rebuildId: string }>(
      'POST',
      '/v1/rebuilds',
      window,
    );
    expect(await untilDone(`/v1/rebuilds/${rebuildId}`)).toMatchObject({ isEqual: true });
  });

  it('of a part waits where it may be of an unused ticket, until the other is known to be used', async () => {
    // Prepare
    await pay(6_667);
    await use(['8001', 3_333]);
    await refund(3_000);
    await till.hexiao.settle();
    expect(await books()).toEqual({ redeemedFen: 3_333, commissionFen: 167, paidFen: 3_667 });
    const waiting = [{ eventId: 'refunded:r1', kind: 'voucher.refunded' }];
    expect(await shown('kuaishou/8001')).toMatchObject({ waiting });
    expect(await shown(`kuaishou/${ORDER}`)).toMatchObject({ waiting });
    // Act: so the refund was of the first one
    await use(['8002', 3_334]);
    await till.hexiao.settle();
    // Assess
    expect(await books()).toMatchObject({ redeemedFen: 3_667, paidFen: 3_667 });
    expect(await shown('kuaishou/8001')).toMatchObject({ waiting: [] });
    expect(await shown(`kuaishou/${ORDER}`)).toMatchObject({ waiting: [] });
  });
});

describe('a refund of a Douyin mini-program’s order', () => {
  const APP_ID = 'tt00000000000000ref';
  const clientSecret = 'client-secret-of-the-till';
  const ecpayToken = 'a-token-of-ecpay';
  const pair = makeKeyPair();
  const order = { appId: APP_ID, orderId: 'o1', outOrderNo: 'out-o1' };

  beforeEach(async () => {
    const world = new World(Date.now);
    for (const n of [1, 2]) {
      world.sell({
        ...{ itemOrderId: `i${n}`, certificateId: `c${n}`, orderId: 'o1', outOrderNo: 'out-o1' },
        ...{ code: `10450033001${n}`, priceFen: 5_000 },
      });
    }
    const { app } = sandboxApp({ world, appId: APP_ID, clientSecret });
    const secrets = {
      ...{ clientSecret, platformPublicKeys: pair.publicKey, ecpayTokens: ecpayToken },
    };
    till = await Till.open(
      {
        ...({ integration: 'douyin-miniapp', platform: 'douyin', appKey: APP_ID } as const),
        ...{ secrets, settings: MERCHANT_SETTINGS },
      },
      app,
    );
  });

  const stamp = (atMs: number) => ({ timestamp: String(Math.floor(atMs / 1000)), nonce: 'n' });

  const trade = (body: string) =>
    webhook(body, {
      'content-type': 'application/json',
      ...signTrade(pair.privateKey, body, stamp(Date.now())),
    });

  const pay = () =>
    trade(paymentBody({ ...order, totalFen: 10_000, discountFen: 0, atMs: Date.now() - A_MINUTE }));

  const use = async (n: number) =>
    done(
      await till.redeem({
        ...{ requestId: `request-${n}`, code: `10450033001${n}`, storeId: STORE },
        ...{ storeName: '一店', amounts: worth(5_000) },
      }),
    );

  const refund = (totalFen: number, isAllSettled = false) =>
    trade(
      refundBody(
        { ...order, refundId: 'r1', items: [], totalFen, atMs: Date.now() + A_MINUTE },
        { isAllSettled },
      ),
    );

  it.each(ORDERS)('in whole takes back the piece that was used: %s, %s, %s', async (...order) => {
    const messages = await held({
      payment: pay,
      use: () => use(1),
      refund: () => refund(10_000),
    });
    for (const name of order) await letGo(messages[name]);
    expect(await books()).toEqual({ redeemedFen: 0, commissionFen: 0, paidFen: 0 });
  });

  it.each([
    ['before it was settled', false, 7_000],
    ['after it was settled, which the payment outlasts', true, 10_000],
  ])('in part takes that part of the used pieces, %s', async (_when, isAllSettled, paidFen) => {
    await pay();
    await use(1);
    await use(2);
    await refund(3_000, isAllSettled);
    await till.hexiao.settle();
    expect(await books()).toEqual({ redeemedFen: 7_000, commissionFen: 350, paidFen });
  });

  it('in part is of the only used piece, where the order was settled', async () => {
    await pay();
    await use(1);
    await refund(3_000, true);
    await till.hexiao.settle();
    expect(await books()).toMatchObject({ redeemedFen: 2_000, commissionFen: 100 });
  });

  it('by 担保支付 takes back what was used too', async () => {
    // Prepare
    await pay();
    await use(1);
    await use(2);
    // Act
    const seconds = Math.floor((Date.now() + A_MINUTE) / 1000);
    const told = {
      ...{ appid: APP_ID, cp_refundno: 'own-r', refund_no: 'R9', order_id: 'o1' },
      ...{ status: 'SUCCESS', refund_amount: 4_000, refunded_at: seconds },
    };
    await webhook(ecpayBody(ecpayToken, 'refund', told, stamp(Date.now())));
    await till.hexiao.settle();
    // Assess
    expect(await books()).toEqual({ redeemedFen: 6_000, commissionFen: 300, paidFen: 6_000 });
  });
});
