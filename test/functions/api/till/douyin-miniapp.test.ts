import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  couponVerifyBody,
  tradeBody,
} from '../../../../lib/integrations/douyin-miniapp/sandbox/messages.ts';
import { sandboxApp } from '../../../../lib/integrations/douyin-miniapp/sandbox/server.ts';
import {
  makeKeyPair,
  signTrade,
} from '../../../../lib/integrations/douyin-miniapp/sandbox/sign.ts';
import { World } from '../../../../lib/integrations/douyin-miniapp/sandbox/world.ts';
import { scanRaw } from '../../../support/scan.ts';
import { ask } from '../support.ts';
import { done, MERCHANT_SETTINGS, problemOf, STORE, Till, worth } from './support.ts';

const APP_ID = 'tt00000000000000cnt';
const CLIENT_SECRET = 'client-secret-of-the-till';
const pair = makeKeyPair();
const CODE = '104500330012';

let world: World;
let till: Till;

beforeEach(async () => {
  world = new World(Date.now);
  world.sell({
    ...{ itemOrderId: 'i1', certificateId: 'c1', orderId: 'o1', outOrderNo: 'out-o1' },
    ...{ code: CODE, priceFen: 9_900 },
  });
  const shop = {
    ...({ integration: 'douyin-miniapp', platform: 'douyin', appKey: APP_ID } as const),
    secrets: { clientSecret: CLIENT_SECRET, platformPublicKeys: pair.publicKey },
    settings: MERCHANT_SETTINGS,
  };
  const { app } = sandboxApp({ world, appId: APP_ID, clientSecret: CLIENT_SECRET });
  till = await Till.open(shop, app);
});

afterEach(() => till?.close());

const asked = {
  ...{ requestId: 'request-1', code: CODE, storeId: STORE, storeName: '一店' },
  amounts: worth(9_900),
};

describe('redeeming at the till, by a code', () => {
  it('redeems at the platform and books what it is worth', async () => {
    // Act
    const answer = done(await till.redeem(asked));
    // Assess
    expect(answer.acts).toEqual([
      { voucherId: 'i1', redemptionId: 'v1', orderId: 'o1', certificateId: 'c1' },
    ]);
    expect(world.acts()).toHaveLength(1);
    expect(await till.gmv()).toMatchObject({ redeemedFen: 9_900, redeemedCount: 1 });
    const voucher = await till.hexiao.call('GET', '/v1/vouchers/douyin/i1');
    expect(voucher).toMatchObject({ events: [{ eventId: 'redeemed:v1', storeId: STORE }] });
  });

  it('answers a repetition the same, without asking the platform again', async () => {
    // Prepare
    const first = await till.redeem(asked);
    const calls = till.callCount;
    // Act
    const again = await till.redeem(asked);
    // Assess
    expect(again.text).toBe(first.text);
    expect(till.callCount).toBe(calls);
    expect(await till.gmv()).toMatchObject({ redeemedFen: 9_900, redeemedCount: 1 });
  });

  it.each(['before', 'after'] as const)(
    'is one redemption when the queue fails %s it took the facts, and the request comes again',
    async (when) => {
      // Prepare
      till.failNextSend(when);
      // Act
      const failed = await till.redeem(asked);
      const again = done(await till.redeem(asked));
      // Assess
      expect(problemOf(failed)).toMatchObject({ status: 503, code: 'act-unrecorded' });
      expect(failed.headers.get('retry-after')).toMatch(/^\d+$/);
      expect(again.acts).toMatchObject([{ redemptionId: 'v1' }]);
      expect(world.acts()).toHaveLength(1);
      expect(await till.gmv()).toMatchObject({ redeemedFen: 9_900, redeemedCount: 1 });
    },
  );

  it('is one redemption when the platform’s answer got lost, and the request comes again', async () => {
    // Prepare
    till.loses = { what: 'answer', of: 'delivery_verify' };
    // Act
    const lost = await till.redeem(asked);
    till.loses = null;
    const again = done(await till.redeem(asked));
    // Assess
    expect(problemOf(lost)).toMatchObject({ status: 503, code: 'platform-unavailable' });
    expect(again.acts).toMatchObject([{ redemptionId: 'v1' }]);
    expect(world.acts()).toHaveLength(1);
    expect(await till.gmv()).toMatchObject({ redeemedFen: 9_900, redeemedCount: 1 });
  });

  it('does not redeem while the platform is out of reach, and says when to ask again', async () => {
    // Prepare
    till.loses = { what: 'request', of: 'http' };
    // Act
    const refused = await till.redeem(asked);
    // Assess
    expect(problemOf(refused)).toMatchObject({ status: 503, code: 'platform-unavailable' });
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(world.acts()).toHaveLength(0);
    till.loses = null;
    expect(done(await till.redeem(asked)).acts).toHaveLength(1);
  });

  it('tells in the platform’s code why it refuses, and repeats neither its call nor the code', async () => {
    // Prepare
    await till.redeem(asked);
    // Act
    const reply = await till.redeem({ ...asked, requestId: 'request-2' });
    const calls = till.callCount;
    const again = await till.redeem({ ...asked, requestId: 'request-2' });
    // Assess
    expect(problemOf(reply)).toMatchObject({ status: 422, code: 'platform-refused' });
    expect(problemOf(reply).detail).toContain('delivery_prepare answered error 20000');
    expect(reply.text).not.toContain(CODE);
    expect(problemOf(again)).toEqual(problemOf(reply));
    expect(till.callCount).toBe(calls);
  });

  it('refuses a requestId for something else', async () => {
    // Prepare
    await till.redeem(asked);
    // Act
    const reply = await till.redeem({ ...asked, storeId: '6602' });
    // Assess
    expect(problemOf(reply)).toMatchObject({ status: 409, code: 'request-reused' });
  });

  it('waits, unbooked, for a worth that nobody reports', async () => {
    // Act
    const { amounts: _amounts, ...bare } = asked;
    done(await till.redeem(bare));
    // Assess
    expect(await till.gmv()).toMatchObject({ redeemedFen: 0, redeemedCount: 0 });
    expect(await till.hexiao.call('GET', '/v1/vouchers/douyin/i1')).toMatchObject({
      waiting: [{ eventId: 'redeemed:v1' }],
    });
  });

  it('keeps no code and no buyer in clear, neither in the table nor on the queue', async () => {
    // Prepare
    const buyerId = 'open-id-of-a-buyer';
    // Act
    done(await till.redeem({ ...asked, order: { buyerId } }));
    const [message] = await till.hexiao.takeBatch('intake');
    // Assess
    expect(message?.Body).toContain('"type":"facts"');
    const { database } = till.hexiao.emulators;
    const items = await scanRaw(database);
    const binary = (_: string, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value;
    const text = `${message?.Body} ${JSON.stringify(items, binary)}`;
    expect(text).toContain('TILL#douyin-miniapp');
    expect(text).not.toContain(CODE);
    expect(text).not.toContain(buyerId);
  });

  it('is for the operator alone, and for what it can read', async () => {
    // Prepare
    const body = { integration: 'douyin-miniapp', appKey: APP_ID, ...asked };
    const post = (more: object) =>
      ask(till.hexiao, 'POST', '/v1/redemptions', { body: { ...body, ...more } });
    // Act, Assess
    expect((await ask(till.hexiao, 'POST', '/v1/redemptions', { token: 'x', body })).status).toBe(
      401,
    );
    expect(problemOf(await post({ integration: 'none' })).code).toBe('integration-unknown');
    expect(problemOf(await post({ appKey: 'tt-nobody' })).code).toBe('not-found');
    expect(problemOf(await post({ code: undefined })).code).toBe('request-invalid');
    expect(problemOf(await post({ requestId: 'short' })).code).toBe('request-invalid');
    expect(till.callCount).toBe(0);
  });
});

describe('a use that the till gave no amounts', () => {
  const pushed = {
    ...{ storeId: STORE, order: { orderId: 'o1', ownOrderId: 'out-o1' } },
    vouchers: [{ voucherId: 'i1' }],
  };
  const result = { item_order_id: 'i1', verify_id: 'v77', verify_time: Date.now(), result_code: 0 };
  const answer = { err_no: 0, data: { verify_results: [result] } };

  beforeEach(async () => {
    till.replaces = { of: 'push_delivery', with: answer };
    done(await till.redeem({ ...pushed, requestId: 'request-1' }));
    expect(await till.gmv()).toMatchObject({ redeemedFen: 0, redeemedCount: 0 });
  });

  it('is booked at what a later request gives it, which the platform answers with the same act', async () => {
    // Act
    till.replaces = { of: 'push_delivery', with: answer };
    const later = { ...pushed, requestId: 'request-2', amounts: worth(9_900) };
    const reply = await till.redeem(later);
    // Assess: the guest is not served twice, and the first use is booked
    expect(problemOf(reply)).toMatchObject({ status: 422, code: 'platform-refused' });
    expect(problemOf(reply).detail).toContain('are this request’s from now on');
    expect(await till.gmv()).toMatchObject({ redeemedFen: 9_900, redeemedCount: 1 });
    // A third one changes nothing.
    till.replaces = { of: 'push_delivery', with: answer };
    await till.redeem({ ...later, requestId: 'request-3' });
    expect(await till.gmv()).toMatchObject({ redeemedFen: 9_900, redeemedCount: 1 });
  });

  it('is booked at its piece’s part of the order, when the order is known', async () => {
    // Prepare
    const pieces = [
      { item_order_id: 'i1', price: 9_900 },
      { item_order_id: 'i2', price: 100 },
    ];
    const of = { app_id: APP_ID, order_id: 'o1', total_amount: 10_000 };
    const bodies = [
      tradeBody('payment', {
        ...{ ...of, status: 'SUCCESS', discount_amount: 1_000, event_time: Date.now() },
      }),
      tradeBody('pre_create_order', {
        ...{ ...of, discount: 1_000, create_order_time: Date.now() },
        item_order_info_list: pieces,
      }),
    ];
    // Act
    for (const body of bodies) {
      const timestamp = String(Math.floor(Date.now() / 1000));
      const headers = signTrade(pair.privateKey, body, { timestamp, nonce: 'n' });
      const road = `/webhooks/douyin-miniapp/${APP_ID}`;
      const reply = await till.hexiao.ingest.request(road, { method: 'POST', headers, body });
      expect(reply.status).toBe(200);
    }
    // Assess: 9900 of the 10000 that the list says, of which 9000 were paid
    expect(await till.gmv()).toMatchObject({ redeemedFen: 8_910, redeemedCount: 1 });
  });
});

describe('one redemption by two roads', () => {
  it('is the same event from our own call and from the notice of it', async () => {
    // Prepare
    const [act] = done(await till.redeem({ ...asked, isNativeCoupon: true })).acts;
    await till.hexiao.settle();
    const told = {
      appId: APP_ID,
      orderId: 'o1',
      certificateId: 'c1',
      verifyId: act?.redemptionId ?? '',
    };
    const body = couponVerifyBody({ ...told, poiId: STORE, atMs: Date.now() });
    const timestamp = String(Math.floor(Date.now() / 1000));
    const headers = signTrade(pair.privateKey, body, { timestamp, nonce: 'n' });
    // Act
    const road = `/webhooks/douyin-miniapp/${APP_ID}`;
    const reply = await till.hexiao.ingest.request(road, { method: 'POST', headers, body });
    // Assess
    expect(reply.status).toBe(200);
    expect(await till.gmv()).toMatchObject({ redeemedFen: 9_900, redeemedCount: 1 });
    const voucher = await till.hexiao.call<{ events: object[] }>('GET', '/v1/vouchers/douyin/c1');
    expect(voucher.events).toMatchObject([{ eventId: 'redeemed:v1', complete: true }]);
  });

  it('tells the same again when it is replayed from the archive', async () => {
    // Prepare
    done(await till.redeem(asked));
    await till.hexiao.settle();
    // Act
    const day = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
    const window = { from: `${day}T00:00:00+08:00`, to: `${day}T23:59:59+08:00` };
    const replay = { integration: 'douyin-miniapp', appKey: APP_ID, ...window };
    const answer = await ask(till.hexiao, 'POST', '/v1/replays', { body: replay });
    // Assess
    expect(JSON.parse(answer.text), answer.text).toMatchObject({ sent: 1 });
    expect(await till.gmv()).toMatchObject({ redeemedFen: 9_900, redeemedCount: 1 });
    expect(await till.hexiao.call('GET', '/v1/pipeline')).toMatchObject({
      parked: 0,
      quarantined: 0,
    });
  });
});

describe('taking a redemption back at the till', () => {
  const back = { requestId: 'reversal-1', voucherId: 'i1', certificateId: 'c1' };

  it('reverses the booked entry', async () => {
    // Prepare
    done(await till.redeem(asked));
    expect((await till.gmv()).redeemedFen).toBe(9_900);
    // Act
    const answer = done(await till.reverse(back));
    // Assess
    expect(answer.acts).toEqual([{ voucherId: 'i1', redemptionId: 'v1', orderId: 'o1' }]);
    expect(await till.gmv()).toMatchObject({ redeemedFen: 0 });
    expect(
      (await till.hexiao.entries()).map(({ kind, amountFen }) => `${kind} ${amountFen}`).toSorted(),
    ).toEqual(['redemption 9900', 'reversal -9900']);
  });

  it('needs no more than the redemption’s own answer, before anything is recorded', async () => {
    // Prepare
    const [act] = done(await till.redeem(asked)).acts;
    // Act
    done(await till.reverse({ requestId: 'reversal-1', ...act }));
    // Assess
    expect(await till.gmv()).toMatchObject({ redeemedFen: 0 });
  });

  it('does not take our own lag for a no: what is known to nobody may be on its way', async () => {
    // Act
    const early = await till.reverse(back);
    done(await till.redeem(asked));
    const late = await till.reverse(back);
    // Assess
    expect(problemOf(early)).toMatchObject({ status: 503, code: 'platform-unavailable' });
    expect(problemOf(early).detail).toContain('has reached us yet');
    expect(done(late).acts).toHaveLength(1);
  });

  it('refuses what the platform refuses, and leaves the booking as it is', async () => {
    // Prepare
    const [act] = done(await till.redeem(asked)).acts;
    done(await till.reverse({ requestId: 'reversal-1', ...act }));
    // Act
    const reply = await till.reverse({ requestId: 'reversal-2', ...act });
    // Assess
    expect(problemOf(reply)).toMatchObject({ status: 422, code: 'platform-refused' });
    expect(await till.gmv()).toMatchObject({ redeemedFen: 0 });
  });
});

describe('a code that a guest shows', () => {
  it('stands for its piece, of which the platform says neither name nor worth, and is redeemed', async () => {
    const body = { storeId: STORE, code: CODE };
    const reply = await ask(till.hexiao, 'POST', '/v1/redemptions/prepare', { body });
    const shown = JSON.parse(reply.text) as { prepareId: string; vouchers: object[] };
    expect(shown.vouchers).toEqual([
      {
        ...{ voucherId: 'i1', title: null, worthFen: null, usesLeft: 1, usableUntil: null },
        ...{ usable: true, reason: null },
      },
    ]);
    const choice = { prepareId: shown.prepareId, voucherIds: ['i1'], storeId: STORE };
    const chosen = { body: { ...choice, requestId: 'request-of-choice' } };
    const redeemed = done(await ask(till.hexiao, 'POST', '/v1/redemptions', chosen));
    expect(redeemed.acts).toMatchObject([{ voucherId: 'i1', certificateId: 'c1' }]);
  });
});
