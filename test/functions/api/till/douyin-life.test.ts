import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { codeOf } from '../../../../lib/integrations/douyin-life/sandbox/endpoints/till.ts';
import { Faults } from '../../../../lib/integrations/douyin-life/sandbox/faults.ts';
import {
  countingIds,
  sandboxApp,
  signWebhook,
  World,
} from '../../../../lib/integrations/douyin-life/sandbox/index.ts';
import { done, problemOf, STORE, Till } from './support.ts';

const CLIENT_KEY = 'aw00000000counter';
const CLIENT_SECRET = 'client-secret-of-the-till';

let world: World;
let faults: Faults;
let till: Till;
let nowMs: number;

beforeEach(async () => {
  nowMs = Date.now();
  faults = new Faults();
  world = new World({ clientKey: CLIENT_KEY, now: () => nowMs, nextId: countingIds() });
  world.addMerchant({ accountId: 'm1', name: '商家' });
  world.addStore({ accountId: 'm1', poiId: STORE, name: '一店', city: '上海' });
  world.addProduct({ accountId: 'm1', productId: 'p1', name: '双人套餐', priceFen: 9_900 });
  const shop = {
    ...({ integration: 'douyin-life', platform: 'douyin', appKey: CLIENT_KEY } as const),
    ...{ secrets: { clientSecret: CLIENT_SECRET }, settings: {} },
  };
  const app = sandboxApp({ world, clientSecret: CLIENT_SECRET, limits: {}, faults });
  till = await Till.open(shop, app, () => nowMs);
});

afterEach(() => till?.close());

function sell() {
  const order = world.sell({ productId: 'p1', platformDiscountFen: 500, channel: '直播' });
  world.takeOutbox();
  const [certificate] = order.certificates;
  if (certificate === undefined) throw new Error('nothing was sold');
  const { certificateId } = certificate;
  return {
    certificateId,
    asked: { requestId: 'request-1', code: codeOf(certificate), storeId: STORE },
  };
}

/** What the platform tells of it besides, posted as it posts it. */
async function tell(): Promise<number> {
  const messages = world.takeOutbox();
  for (const { body } of messages) {
    const reply = await till.hexiao.ingest.request(`/webhooks/douyin-life/${CLIENT_KEY}`, {
      method: 'POST',
      headers: { 'x-douyin-signature': signWebhook(CLIENT_SECRET, body) },
      body,
    });
    expect(reply.status).toBe(200);
  }
  await till.hexiao.settle();
  return messages.length;
}

describe('redeeming at the till of a 来客 merchant', () => {
  it('books the worth and the channel that the platform’s queries show at once', async () => {
    // Prepare
    const { certificateId, asked } = sell();
    // Act
    const [act] = done(await till.redeem(asked)).acts;
    // Assess
    expect(act?.voucherId).toBe(certificateId);
    expect(await till.gmv()).toMatchObject({ redeemedFen: 9_900, redeemedCount: 1 });
    expect(await till.hexiao.call('GET', `/v1/vouchers/douyin/${certificateId}`)).toMatchObject({
      events: [{ complete: true, storeId: STORE, sale: { channel: 'live' } }],
    });
  });

  it('says by which calls it is known, and by which one it was refused: Douyin’s support asks for their ids', async () => {
    // Prepare
    const { certificateId, asked } = sell();
    done(await till.redeem(asked));
    await till.hexiao.settle();
    // Act
    const refused = problemOf(await till.redeem({ ...asked, requestId: 'request-2' }));
    const path = `/v1/vouchers/douyin/${certificateId}`;
    const { events } = await till.hexiao.call<{ events: { platformRequests?: object[] }[] }>(
      'GET',
      path,
    );
    // Assess
    expect(refused.detail).toMatch(
      /\(the platform’s request id of certificate\/prepare: 0217\d+\)/,
    );
    expect(events[0]?.platformRequests).toEqual([
      { call: expect.stringMatching(/^[\w/]+$/), id: expect.stringMatching(/^0217\d+$/) },
      { call: expect.stringMatching(/^[\w/]+$/), id: expect.stringMatching(/^0217\d+$/) },
    ]);
  });

  it('is the same event from our own call and from the webhook of it', async () => {
    // Prepare
    const { certificateId, asked } = sell();
    done(await till.redeem(asked));
    await till.hexiao.settle();
    // Act
    expect(await tell()).toBe(1);
    // Assess
    const voucher = await till.hexiao.call<{ events: object[] }>(
      'GET',
      `/v1/vouchers/douyin/${certificateId}`,
    );
    expect(voucher.events).toHaveLength(1);
    expect(await till.gmv()).toMatchObject({ redeemedFen: 9_900, redeemedCount: 1 });
  });

  it('waits for the webhook where the queries show nothing yet', async () => {
    // Prepare
    const { asked } = sell();
    faults.set('certificate.query', { mode: 'empty', times: 1 });
    // Act
    done(await till.redeem(asked));
    expect(await till.gmv()).toMatchObject({ redeemedFen: 0 });
    await tell();
    // Assess
    expect(await till.gmv()).toMatchObject({ redeemedFen: 9_900, redeemedCount: 1 });
  });

  it('is one redemption when the answer got lost, and the request comes again', async () => {
    // Prepare
    const { asked } = sell();
    till.loses = { what: 'answer', of: 'certificate/verify/' };
    const lost = await till.redeem(asked);
    till.loses = null;
    // Act
    done(await till.redeem(asked));
    // Assess
    expect(problemOf(lost)).toMatchObject({ status: 503, code: 'platform-unavailable' });
    expect(world.redemptions.get('m1')).toHaveLength(1);
    expect(await till.gmv()).toMatchObject({ redeemedFen: 9_900, redeemedCount: 1 });
  });

  it('refuses what was used before, also when asked again', async () => {
    // Prepare
    const { asked } = sell();
    done(await till.redeem(asked));
    // Act
    const other = { ...asked, requestId: 'request-2' };
    const replies = [await till.redeem(other), await till.redeem(other)];
    // Assess
    for (const reply of replies) {
      expect(problemOf(reply)).toMatchObject({ status: 422, code: 'platform-refused' });
    }
  });

  it.each([
    ['a number', { mode: 'misled', code: 3_000_001, times: 1 }],
    ['a number of no table', { mode: 'misled', code: 28_001, times: 1 }],
    ['a failure', { mode: 'lost', times: 1 }],
  ] as const)('is not refused where it was done and %s was answered', async (_what, fault) => {
    // Prepare
    const { asked } = sell();
    faults.set('certificate.verify', fault);
    // Act
    const first = await till.redeem(asked);
    const second = await till.redeem(asked);
    // Assess
    expect([200, 503]).toContain(first.status);
    done(second);
    expect(world.redemptions.get('m1')).toHaveLength(1);
    expect(await till.gmv()).toMatchObject({ redeemedFen: 9_900, redeemedCount: 1 });
  });

  it('stays open while the platform answers numbers, and is done once it does', async () => {
    // Prepare
    const { asked } = sell();
    faults.set('certificate.verify', { mode: 'code', code: 3_000_001, times: 2 });
    // Act
    const replies = [await till.redeem(asked), await till.redeem(asked)];
    // Assess
    for (const reply of replies) expect(reply.status).toBe(503);
    done(await till.redeem(asked));
    expect(await till.gmv()).toMatchObject({ redeemedFen: 9_900, redeemedCount: 1 });
  });

  it('knows by the platform’s records that a reversal was done whose answer it lost', async () => {
    // Prepare
    const { asked } = sell();
    const [act] = done(await till.redeem(asked)).acts;
    const back = { requestId: 'reversal-1', voucherId: act?.voucherId };
    faults.set('certificate.cancel', { mode: 'lost', times: 1 });
    nowMs += 60_000;
    // Act
    const lost = await till.reverse(back);
    // Assess
    expect(lost.status).toBe(503);
    done(await till.reverse(back));
    expect(await till.gmv()).toMatchObject({ redeemedFen: 0 });
  });

  const eventsOf = async (certificateId: string) => {
    const schema = z.object({
      events: z.array(z.looseObject({ kind: z.string(), occurredAt: z.string() })),
    });
    const path = `/v1/vouchers/douyin/${certificateId}`;
    return schema.parse(await till.hexiao.call('GET', path)).events;
  };
  const wholeSecond = () => Math.floor(nowMs / 1000) * 1000;

  it.each([
    ['is refused', null],
    ['is answered as done', { data: { error_code: 0 }, extra: { error_code: 0 } }],
  ])(
    'books a lost reversal at the platform’s own time, where its repetition %s',
    async (_, answer) => {
      // Prepare
      const { certificateId, asked } = sell();
      done(await till.redeem(asked));
      await tell();
      nowMs += 60_000;
      const at = wholeSecond();
      faults.set('certificate.cancel', { mode: 'lost', times: 1 });
      const back = { requestId: 'reversal-1', voucherId: certificateId };
      expect((await till.reverse(back)).status).toBe(503);
      // Act: pressed again twenty minutes later, and its message comes last
      nowMs += 20 * 60_000;
      if (answer !== null) till.replaces = { of: 'certificate/cancel/', with: answer };
      done(await till.reverse(back));
      await till.hexiao.settle();
      await tell();
      // Assess
      const events = await eventsOf(certificateId);
      const reversal = events.find(({ kind }) => kind === 'voucher.redemption_reversed');
      expect(reversal).toMatchObject({ complete: true });
      expect(Date.parse(reversal?.occurredAt ?? '')).toBe(at);
    },
  );

  it('is at the platform’s own time where its queries show the act only later', async () => {
    // Prepare: the first call was lost, and the second one redeems
    const { certificateId, asked } = sell();
    till.loses = { what: 'request', of: 'certificate/verify/' };
    expect((await till.redeem(asked)).status).toBe(503);
    till.loses = null;
    nowMs += 20 * 60_000;
    faults.set('certificate.query', { mode: 'empty', times: 1 });
    done(await till.redeem(asked));
    expect(await till.gmv()).toMatchObject({ redeemedFen: 0 });
    // Act
    await tell();
    // Assess
    const [use] = await eventsOf(certificateId);
    expect(Date.parse(use?.occurredAt ?? '')).toBe(wholeSecond());
    expect(await till.gmv()).toMatchObject({ redeemedFen: 9_900, redeemedCount: 1 });
  });

  it.each([
    ['in another store', '6602', 0],
    ['in this one before it was requested', STORE, -120_000],
  ])('is refused in the end where the use stands %s', async (_what, poiId, afterMs) => {
    // Prepare: the call to redeem was lost, and somebody else used the voucher
    world.addStore({ accountId: 'm1', poiId: '6602', name: '二店', city: '上海' });
    const { certificateId, asked } = sell();
    till.loses = { what: 'request', of: 'certificate/verify/' };
    expect((await till.redeem(asked)).status).toBe(503);
    till.loses = null;
    nowMs += afterMs;
    world.redeem(certificateId, poiId);
    nowMs -= afterMs;
    // Act
    const replies = [await till.redeem(asked), await till.redeem(asked)];
    // Assess
    for (const reply of replies) {
      expect(problemOf(reply)).toMatchObject({ status: 422, code: 'platform-refused' });
      expect(problemOf(reply).detail).toContain('redeemed elsewhere');
    }
  });

  it('stays open where the queries do not show where it was used', async () => {
    // Prepare
    world.addStore({ accountId: 'm1', poiId: '6602', name: '二店', city: '上海' });
    const { certificateId, asked } = sell();
    till.loses = { what: 'request', of: 'certificate/verify/' };
    await till.redeem(asked);
    till.loses = null;
    world.redeem(certificateId, '6602');
    faults.set('certificate.query', { mode: 'empty', times: 1 });
    // Act, Assess
    expect((await till.redeem(asked)).status).toBe(503);
    expect((await till.redeem(asked)).status).toBe(422);
  });

  it('stays open where a card was used elsewhere and has uses left: its own may not be shown yet', async () => {
    // Prepare
    world.addStore({ accountId: 'm1', poiId: '6602', name: '二店', city: '上海' });
    world.addProduct({
      ...{ accountId: 'm1', productId: 'card', name: '次卡', priceFen: 9_000, timesCount: 2 },
    });
    const [card] = world.sell({ productId: 'card' }).certificates;
    if (card === undefined) throw new Error('nothing was sold');
    const asked = { requestId: 'request-1', code: codeOf(card), storeId: STORE };
    till.loses = { what: 'request', of: 'certificate/verify/' };
    await till.redeem(asked);
    till.loses = null;
    world.redeem(card.certificateId, '6602');
    const results = [{ result: 1_208, certificate_id: card.certificateId, account_id: 'm1' }];
    const answer = { data: { error_code: 0, verify_results: results }, extra: { error_code: 0 } };
    till.replaces = { of: 'certificate/verify/', with: answer };
    // Act, Assess: one of two is used, then both are
    expect((await till.redeem(asked)).status).toBe(503);
    world.redeem(card.certificateId, '6602');
    expect((await till.redeem(asked)).status).toBe(422);
  });

  it('is refused by a number about the voucher, and stays open while the token is not good', async () => {
    const { asked } = sell();
    faults.set('certificate.prepare', { mode: 'code', code: 2_190_008 });
    expect((await till.redeem(asked)).status).toBe(503);
    faults.clear();
    done(await till.redeem(asked));
    expect((await till.redeem({ ...asked, requestId: 'request-2' })).status).toBe(422);
  });

  it('uses a times card as often as was requested, or not at all', async () => {
    // Prepare
    world.addProduct({
      ...{ accountId: 'm1', productId: 'card', name: '次卡', priceFen: 9_000, timesCount: 4 },
    });
    const [card] = world.sell({ productId: 'card' }).certificates;
    if (card === undefined) throw new Error('nothing was sold');
    const asked = { requestId: 'request-1', code: codeOf(card), storeId: STORE };
    // Act
    const much = await till.redeem({ ...asked, requestId: 'request-9', count: 5 });
    const { acts, notDone } = done(await till.redeem({ ...asked, count: 3 }));
    // Assess
    expect(problemOf(much).detail).toContain('4 uses, and 5');
    expect(notDone).toBeUndefined();
    expect(new Set(acts.map((one) => one.redemptionId)).size).toBe(3);
    expect(await till.gmv()).toMatchObject({ redeemedFen: 6_750, redeemedCount: 3 });
  });

  it('uses codes of the merchant’s own by their order, and a chain’s under its accounts', async () => {
    // Prepare
    const path = `/v1/apps/douyin-life/${CLIENT_KEY}`;
    const settings = {
      ...{ apiBaseUrl: till.url, rootAccountId: 'root-2', stressTag: 'night-1' },
      rootAccounts: { m1: 'root-1', m2: 'root-3' },
    };
    await till.hexiao.call('PUT', path, { secrets: till.shop.secrets, settings });
    const order = world.sell({ productId: 'p1' });
    const [certificate] = order.certificates;
    if (certificate === undefined) throw new Error('nothing was sold');
    // Act
    const asked = { ...sell().asked, code: codeOf(certificate), order: { orderId: order.orderId } };
    const { acts } = done(await till.redeem(asked));
    // Assess
    expect(acts).toMatchObject([{ voucherId: certificate.certificateId, orderId: order.orderId }]);
    const verify = till.requests.findLast(({ url }) => url.includes('certificate/verify'));
    expect(verify?.headers.get('Rpc-Transit-Life-Account')).toBe('root-1');
    expect(verify?.headers.get('X-Stress-Tag')).toBe('night-1');
    expect(JSON.parse(verify?.body ?? '')).toMatchObject({
      ...{ account_id: 'm1', order_id: order.orderId, codes: [codeOf(certificate)] },
    });
  });

  it('takes it back within the hour, by our call and by its webhook as one', async () => {
    // Prepare
    const { asked } = sell();
    const [act] = done(await till.redeem(asked)).acts;
    await tell();
    nowMs += 60_000;
    // Act
    done(await till.reverse({ requestId: 'reversal-1', voucherId: act?.voucherId }));
    await till.hexiao.settle();
    await tell();
    // Assess
    expect(await till.gmv()).toMatchObject({ redeemedFen: 0 });
    const kinds = (await till.hexiao.entries()).map((entry) => entry.kind).toSorted();
    expect(kinds).toEqual(['payment', 'redemption', 'reversal']);
  });
});
