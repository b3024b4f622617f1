import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox as startLife } from '../../../../lib/integrations/kuaishou-life/sandbox/index.ts';
import {
  paymentNotice,
  refundNotice,
} from '../../../../lib/integrations/kuaishou-miniapp/sandbox/messages.ts';
import {
  type Sandbox as MiniappSandbox,
  startSandbox as startMiniapp,
} from '../../../../lib/integrations/kuaishou-miniapp/sandbox/server.ts';
import {
  SANDBOX_METHODS,
  ShopSandbox,
} from '../../../../lib/integrations/kuaishou-shop/sandbox/server.ts';
import { ask } from '../support.ts';
import { done, MERCHANT_SETTINGS, problemOf, STORE, Till, worth } from './support.ts';

let till: Till;

afterEach(() => till?.close());

describe('e-tickets of a Kuaishou shop (小店电子凭证)', () => {
  const keys = { appKey: 'ks-till', signSecret: 'sign secret', accessToken: 'seller token' };
  let sandbox: ShopSandbox;

  beforeEach(async () => {
    sandbox = new ShopSandbox(keys);
    const { appKey, ...secrets } = keys;
    const post = { http: 'POST' };
    const settings = {
      ...{ ...MERCHANT_SETTINGS, callsPerSecond: 1_000 },
      consumeEndpoint: { ...SANDBOX_METHODS.consume, ...post },
      reverseEndpoint: { ...SANDBOX_METHODS.reverse, ...post },
    };
    const shop = { integration: 'kuaishou-shop', platform: 'kuaishou', appKey, secrets, settings };
    till = await Till.open(shop as Till['shop'], sandbox.app);
  });

  const asked = {
    ...{ requestId: 'serial-01', storeId: STORE, storeName: '一店', order: { orderId: '9001' } },
    vouchers: [
      { voucherId: '8001', code: '12345678', amounts: worth(3_333) },
      { voucherId: '8002', code: '23456789', amounts: worth(3_334) },
    ],
  };

  it('books each ticket at its own worth, once, also when the first answer got lost', async () => {
    // Prepare
    till.loses = { what: 'answer', of: 'consume' };
    const lost = await till.redeem(asked);
    till.loses = null;
    // Act
    const answer = done(await till.redeem(asked));
    // Assess
    expect(problemOf(lost).code).toBe('platform-unavailable');
    expect(answer.acts.map((act) => act.redemptionId)).toEqual([
      'serial-01~8001',
      'serial-01~8002',
    ]);
    expect(await till.gmv()).toMatchObject({ redeemedFen: 6_667, redeemedCount: 2 });
  });

  it('are redeemed unseen: no known call shows what a code stands for', async () => {
    const body = { storeId: STORE, code: '12345678' };
    const reply = await ask(till.hexiao, 'POST', '/v1/redemptions/prepare', { body });
    expect(problemOf(reply)).toMatchObject({ code: 'not-shown', status: 422 });
    expect(till.callCount).toBe(0);
  });

  it('tells the platform the same time of the act at every repetition', async () => {
    // Prepare
    till.loses = { what: 'answer', of: 'consume' };
    await till.redeem(asked);
    await new Promise((resolve) => setTimeout(resolve, 5));
    till.loses = null;
    // Act
    done(await till.redeem(asked));
    // Assess
    const [first, second] = sandbox.calls.map((call) => call.param);
    expect(first).toContain('consumeTime');
    expect(second).toBe(first);
  });

  it('takes one ticket’s use back, and leaves the other', async () => {
    // Prepare
    done(await till.redeem(asked));
    await till.hexiao.settle();
    // Act
    done(await till.reverse({ requestId: 'reversal-1', voucherId: '8001' }));
    // Assess
    expect([...sandbox.uses.keys()]).toEqual(['8002']);
    expect(await till.gmv()).toMatchObject({ redeemedFen: 3_334 });
  });

  it('refuses a second use of a ticket whose use stands, before it asks the platform', async () => {
    // Prepare
    const [first] = done(await till.redeem(asked)).acts;
    const calls = till.callCount;
    // Act
    const second = await till.redeem({ ...asked, requestId: 'serial-02' });
    // Assess
    expect(problemOf(second)).toMatchObject({ status: 422, code: 'platform-refused' });
    expect(till.callCount).toBe(calls);
    expect(await till.gmv()).toMatchObject({ redeemedFen: 6_667, redeemedCount: 2 });
    // What was taken back may be used again.
    done(await till.reverse({ requestId: 'reversal-1', voucherId: first?.voucherId }));
    const again = { ...asked, vouchers: asked.vouchers.slice(0, 1), requestId: 'serial-03' };
    expect(done(await till.redeem(again)).acts).toHaveLength(1);
    expect(await till.gmv()).toMatchObject({ redeemedFen: 6_667 });
  });

  it('says what its call wants', async () => {
    const { order: _order, ...without } = asked;
    const reply = await till.redeem({ ...without, code: '1' });
    expect(problemOf(reply)).toMatchObject({ status: 422, code: 'platform-refused' });
    expect(problemOf(reply).detail).toContain('order.orderId');
  });
});

describe('a Kuaishou mini-program, which reports its redemptions', () => {
  const appId = 'ks-mini-till';
  const secrets = { appSecret: 'app secret', accessToken: 'token' };
  let sandbox: MiniappSandbox;

  beforeEach(async () => {
    sandbox = startMiniapp({ appId, ...secrets });
    const shop = {
      ...({ integration: 'kuaishou-miniapp', platform: 'kuaishou', appKey: appId } as const),
      ...{ secrets, settings: MERCHANT_SETTINGS },
    };
    till = await Till.open(shop, sandbox.app);
  });

  const order = { orderId: '12001', ownOrderId: 'out-12001', buyerId: 'open-id-of-a-buyer' };
  const asked = {
    ...{ requestId: 'act-00001', storeId: STORE },
    order: { ...order, createdAt: '2026-01-01T10:00:00+08:00' },
  };

  async function pay(amountFen: number, { isRead = true } = {}): Promise<void> {
    const payment = { ksOrderNo: '12001', outOrderNo: 'out-12001', amountFen, attach: '' };
    const sender = {
      appId,
      appSecret: secrets.appSecret,
      atMs: Date.now(),
      messageId: 'message-1',
    };
    const { body, kwaisign } = paymentNotice(payment, sender);
    const road = `/webhooks/kuaishou-miniapp/${appId}`;
    const headers = { kwaisign };
    const reply = await till.hexiao.ingest.request(road, { method: 'POST', headers, body });
    expect(reply.status).toBe(200);
    if (isRead) await till.hexiao.settle();
  }

  async function refund(ksRefundNo: string, amountFen: number): Promise<void> {
    const sender = {
      ...{ appId, appSecret: secrets.appSecret, atMs: Date.now() },
      messageId: `message-${ksRefundNo}`,
    };
    const told = { ksOrderNo: '12001', ksRefundNo, outRefundNo: `out-${ksRefundNo}`, amountFen };
    const { body, kwaisign } = refundNotice(told, sender);
    const road = `/webhooks/kuaishou-miniapp/${appId}`;
    const headers = { kwaisign };
    const reply = await till.hexiao.ingest.request(road, { method: 'POST', headers, body });
    expect(reply.status).toBe(200);
    await till.hexiao.settle();
  }

  it('books what the order’s payment was, and takes it back', async () => {
    // Prepare
    await pay(8_800);
    // Act
    const [act] = done(await till.redeem(asked)).acts;
    // Assess
    expect(sandbox.reports).toMatchObject([{ order_status: 11, out_order_no: 'out-12001' }]);
    expect(await till.gmv()).toMatchObject({
      redeemedFen: 8_800,
      redeemedCount: 1,
      paidFen: 8_800,
    });
    done(await till.reverse({ ...asked, requestId: 'reversal-1', voucherId: act?.voucherId }));
    expect(sandbox.reports).toMatchObject([{ order_status: 11 }, { order_status: 10 }]);
    expect(await till.gmv()).toMatchObject({ redeemedFen: 0, paidFen: 8_800 });
    // The payment is shown beside what became of the order that stands for its voucher.
    const voucher = await till.hexiao.call<{ events: { kind: string }[] }>(
      'GET',
      '/v1/vouchers/kuaishou/12001',
    );
    expect(voucher.events.map((event) => event.kind).toSorted()).toEqual([
      'order.paid',
      'voucher.redeemed',
      'voucher.redemption_reversed',
    ]);
  });

  it('books one use of one order, also under two requests, one after the other or at once', async () => {
    // Prepare
    await pay(7_777);
    // Act: two tills at once, and a third when the first two are booked
    const both = await Promise.all(
      ['act-00001', 'act-00002'].map((requestId) => till.redeem({ ...asked, requestId })),
    );
    await till.hexiao.settle();
    const third = await till.redeem({ ...asked, requestId: 'act-00003' });
    // Assess
    const acts = [...both, third].flatMap((reply) => done(reply).acts);
    expect(new Set(acts.map((act) => act.redemptionId))).toEqual(new Set(['12001@1']));
    expect(await till.gmv()).toMatchObject({ redeemedFen: 7_777, redeemedCount: 1 });
  });

  it('books the use after a reversal as a use of its own', async () => {
    // Prepare
    await pay(7_777);
    const [first] = done(await till.redeem(asked)).acts;
    await till.hexiao.settle();
    done(await till.reverse({ ...asked, requestId: 'reversal-1', voucherId: first?.voucherId }));
    await till.hexiao.settle();
    // Act
    const [second] = done(await till.redeem({ ...asked, requestId: 'act-00002' })).acts;
    // Assess
    expect(second?.redemptionId).toBe('12001@2');
    expect(await till.gmv()).toMatchObject({ redeemedFen: 7_777, redeemedCount: 1 });
  });

  it('names the use after a reversal that nobody has recorded yet as a use of its own', async () => {
    // Prepare: the payment is known, and the pipeline comes to nothing after it
    await pay(7_777);
    const [first] = done(await till.redeem(asked)).acts;
    done(await till.reverse({ ...asked, requestId: 'reversal-1', voucherId: first?.voucherId }));
    // Act
    const [second] = done(await till.redeem({ ...asked, requestId: 'act-00002' })).acts;
    done(await till.reverse({ ...asked, requestId: 'reversal-2', voucherId: first?.voucherId }));
    const [third] = done(await till.redeem({ ...asked, requestId: 'act-00003' })).acts;
    // Assess
    expect([first, second, third].map((act) => act?.redemptionId)).toEqual([
      '12001@1',
      '12001@2',
      '12001@3',
    ]);
    expect(await till.gmv()).toMatchObject({ redeemedFen: 7_777, redeemedCount: 1 });
  });

  it('a refund of a used order, whole or in part, takes the use back', async () => {
    // Prepare
    await pay(9_000);
    done(await till.redeem(asked));
    await till.hexiao.settle();
    // Act, Assess
    await refund('r1', 3_000);
    expect(await till.gmv()).toMatchObject({ redeemedFen: 6_000, paidFen: 6_000 });
    await refund('r2', 6_000);
    expect(await till.gmv()).toMatchObject({ redeemedFen: 0, paidFen: 0 });
  });

  it('waits while neither the payment nor the till reports the worth, and is booked by the payment', async () => {
    // Prepare
    done(await till.redeem(asked));
    expect(await till.gmv()).toMatchObject({ redeemedFen: 0, redeemedCount: 0 });
    // Act
    await pay(8_800);
    // Assess
    expect(await till.gmv()).toMatchObject({ redeemedFen: 8_800, redeemedCount: 1 });
  });

  it('is booked also where the payment’s notice is on its way when the till asks', async () => {
    // Prepare: acknowledged, and not read yet
    await pay(8_800, { isRead: false });
    // Act
    done(await till.redeem(asked));
    // Assess
    expect(await till.gmv()).toMatchObject({ redeemedFen: 8_800, redeemedCount: 1 });
  });
});

describe('Kuaishou life services (快手生活服务)', () => {
  it('redeems by its verify call, once for each request, and knows no call to take it back', async () => {
    // Prepare
    const appId = 'ks-life-till';
    const sandbox = startLife({ appId, appSecret: 'app secret', code: 'code' });
    sandbox.tellsResults = true;
    const query = new URLSearchParams({
      ...{ app_id: appId, app_secret: 'app secret', grant_type: 'code', code: 'code' },
    });
    const authorized = await sandbox.app.request(`/oauth2/access_token?${query}`);
    const { access_token: accessToken } = (await authorized.json()) as { access_token: string };
    const shop = {
      ...({ integration: 'kuaishou-life', platform: 'kuaishou', appKey: appId } as const),
      ...{ secrets: { signSecret: 'sign secret', accessToken }, settings: MERCHANT_SETTINGS },
    };
    till = await Till.open(shop, sandbox.app);
    const asked = {
      ...{ requestId: 'verify-token-1', storeId: STORE, order: { orderId: '7001' } },
      ...{ encryptedData: 'an encrypted code', vouchers: [{ voucherId: 'c7001' }] },
      amounts: worth(5_000),
    };
    // Act
    till.loses = { what: 'answer', of: 'certificate/verify' };
    await till.redeem(asked);
    till.loses = null;
    const [act] = done(await till.redeem(asked)).acts;
    const back = await till.reverse({ requestId: 'reversal-1', ...act });
    // Assess
    expect(sandbox.redeemed.get('c7001')).toBe(1);
    expect(await till.gmv()).toMatchObject({ redeemedFen: 5_000, redeemedCount: 1 });
    expect(problemOf(back)).toMatchObject({ status: 422, code: 'platform-refused' });
  });
});

describe('vouchers of Kuaishou life services that the answer names by their codes', () => {
  const appKey = 'ks-life-codes';
  const shop = {
    ...({ integration: 'kuaishou-life', platform: 'kuaishou', appKey } as const),
    secrets: { signSecret: 'sign secret', accessToken: 'registered' },
  };
  const asked = {
    ...{ requestId: 'verify-token-1', storeId: STORE, order: { orderId: '7001' } },
    vouchers: [
      { voucherId: 'c1', code: 'A', amounts: worth(5_000) },
      { voucherId: 'c2', code: 'B', amounts: worth(600) },
    ],
  };
  const rows = (...results: object[]) => ({
    of: 'certificate/verify',
    with: { data: { error_code: 0, verify_results: results } },
  });

  async function open(settings: object = {}): Promise<void> {
    const sandbox = startLife({ appId: appKey, appSecret: 'app secret', code: 'code' });
    till = await Till.open(
      { ...shop, settings: { ...MERCHANT_SETTINGS, ...settings } },
      sandbox.app,
    );
  }

  it('are booked each at its own worth', async () => {
    await open();
    till.replaces = rows(
      { result: 0, verify_id: 'v2', code: 'B' },
      { result: 0, verify_id: 'v1', code: 'A' },
    );
    const answer = done(await till.redeem(asked));
    expect(answer.acts.map(({ voucherId }) => voucherId)).toEqual(['c2', 'c1']);
    expect(answer.notDone).toBeUndefined();
    expect(await till.gmv()).toMatchObject({ redeemedFen: 5_600, redeemedCount: 2 });
  });

  it('are refused where their rows say so', async () => {
    await open();
    till.replaces = rows({ result: 1, code: 'A' }, { result: 1208, code: 'B' });
    const reply = await till.redeem(asked);
    expect(problemOf(reply)).toMatchObject({ status: 422, code: 'platform-refused' });
    expect(await till.gmv()).toMatchObject({ redeemedFen: 0 });
  });

  it('that stand as used are not used again under another request, where the platform names no act', async () => {
    // Prepare
    await open();
    till.replaces = rows({ result: 0, code: 'A' }, { result: 0, code: 'B' });
    done(await till.redeem(asked));
    // Act
    till.replaces = rows({ result: 0, code: 'A' }, { result: 0, code: 'B' });
    const second = await till.redeem({ ...asked, requestId: 'verify-token-2' });
    // Assess
    expect(problemOf(second)).toMatchObject({ status: 422, code: 'platform-refused' });
    expect(problemOf(second).detail).toContain('timesCards');
    expect(await till.gmv()).toMatchObject({ redeemedFen: 5_600, redeemedCount: 2 });
  });

  it.each([
    ['the platform names each act', {}, ['v1', 'v2']],
    ['the setting timesCards says that they may be cards', { timesCards: true }, []],
  ])('are used again where %s', async (_why, settings, ids) => {
    await open(settings);
    for (const at of [0, 1]) {
      const verify = ids[at] === undefined ? {} : { verify_id: ids[at] };
      till.replaces = rows({ result: 0, ...verify, code: 'A' });
      const vouchers = asked.vouchers.slice(0, 1);
      done(await till.redeem({ ...asked, vouchers, requestId: `verify-token-${at}` }));
    }
    expect(await till.gmv()).toMatchObject({ redeemedFen: 10_000, redeemedCount: 2 });
  });
});
