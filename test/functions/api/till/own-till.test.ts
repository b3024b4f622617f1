import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf } from '../../../../lib/integrations/douyin-life/sandbox/endpoints/till.ts';
import { Faults } from '../../../../lib/integrations/douyin-life/sandbox/faults.ts';
import {
  countingIds,
  sandboxApp,
  World,
} from '../../../../lib/integrations/douyin-life/sandbox/index.ts';
import { ask, expectProblem, fresh } from '../support.ts';
import { done, MERCHANT_SETTINGS, STORE, Till } from './support.ts';

/** A provider's clerk at the till: at the named store, for its merchant, by its app, and nowhere else. */

const APP_KEY = 'aw00000000counter';
const OTHER_STORE = '6602';

let world: World;
let till: Till;
let clerk: string;
let viewer: string;
let nowMs: number;

beforeAll(async () => {
  nowMs = Date.now();
  world = new World({ clientKey: APP_KEY, now: () => nowMs, nextId: countingIds() });
  world.addMerchant({ accountId: 'm1', name: '商家' });
  for (const poiId of [STORE, OTHER_STORE]) {
    world.addStore({ accountId: 'm1', poiId, name: poiId, city: '上海' });
  }
  world.addProduct({ accountId: 'm1', productId: 'p1', name: '双人套餐', priceFen: 9_900 });
  const shop = {
    ...({ integration: 'douyin-life', platform: 'douyin', appKey: APP_KEY } as const),
    ...{ secrets: { clientSecret: 'secret-of-the-till' }, settings: MERCHANT_SETTINGS },
  };
  const faults = new Faults();
  const app = sandboxApp({ world, clientSecret: 'secret-of-the-till', limits: {}, faults });
  till = await Till.open(shop, app, () => nowMs);
  const { hexiao } = till;
  const other = { name: '二店', merchantId: 'm1' };
  await hexiao.call('PUT', `/v1/stores/douyin/${OTHER_STORE}`, other);
  const make = async (body: object) =>
    (await hexiao.call<{ token: string }>('POST', '/v1/tokens', { providerId: 'p1', ...body }))
      .token;
  clerk = await make({ name: 'clerk', role: 'clerk', stores: [`douyin/${STORE}`] });
  viewer = await make({ name: 'viewer', role: 'viewer' });
});

afterAll(() => till?.close());

function sell() {
  const order = world.sell({ productId: 'p1', platformDiscountFen: 0, channel: '直播' });
  world.takeOutbox();
  const [certificate] = order.certificates;
  if (certificate === undefined) throw new Error('nothing was sold');
  return { voucherId: certificate.certificateId, code: codeOf(certificate) };
}

function act(path: 'redemptions' | 'reversals', token: string, body: object) {
  const whole = {
    integration: 'douyin-life',
    appKey: APP_KEY,
    requestId: fresh('request'),
    ...body,
  };
  return ask(till.hexiao, 'POST', `/v1/${path}`, { token, body: whole });
}

describe('a clerk', () => {
  it('redeems in the named store and takes back what was redeemed there', async () => {
    const { code, voucherId } = sell();
    const redeemed = done(await act('redemptions', clerk, { code, storeId: STORE }));
    expect(redeemed.acts).toMatchObject([{ voucherId }]);
    const reversed = await act('reversals', clerk, { voucherId });
    expect(reversed.status, reversed.text).toBe(200);
  });

  it('does neither in another store, for another merchant, or by another’s app', async () => {
    const { code, voucherId } = sell();
    const calls = till.callCount;
    const redeem = (body: object) => act('redemptions', clerk, { code, ...body });
    const foreign = [
      { storeId: OTHER_STORE },
      { storeId: 'nowhere' },
      { storeId: STORE, merchantId: 'm2' },
      { storeId: STORE, appKey: 'another' },
      { storeId: STORE, integration: 'nothing' },
    ];
    for (const body of foreign) expectProblem(await redeem(body), 404, 'not-found');
    // Not used yet, so nobody knows of a store.
    expectProblem(await act('reversals', clerk, { voucherId }), 404, 'not-found');
    expect(till.callCount).toBe(calls);
    // Used elsewhere, by the operator.
    done(await till.redeem({ requestId: fresh('request'), code, storeId: OTHER_STORE }));
    expectProblem(await act('reversals', clerk, { voucherId }), 404, 'not-found');
    const named = { voucherId, storeId: STORE };
    expectProblem(await act('reversals', clerk, named), 404, 'not-found');
  });

  it('stops when the contract that covers the store has ended', async () => {
    const { hexiao } = till;
    const { contracts } = await hexiao.call<{ contracts: { contractId: string }[] }>(
      ...(['GET', '/v1/contracts?providerId=p1'] as const),
    );
    const endsAt = new Date(nowMs + 60_000).toISOString();
    await hexiao.call('POST', `/v1/contracts/${contracts[0]?.contractId}/end`, { endsAt });
    done(await act('redemptions', clerk, { code: sell().code, storeId: STORE }));
    nowMs += 60_000;
    const reply = await act('redemptions', clerk, { code: sell().code, storeId: STORE });
    expectProblem(reply, 422, 'store-unknown');
  });

  it('names its acts as it likes: another provider at the same store may use the same requestId', async () => {
    // Prepare: the contract of before has ended, and two providers share the merchant
    const { hexiao } = till;
    const tokens: string[] = [];
    for (const providerId of ['p2', 'p3']) {
      await hexiao.call('PUT', `/v1/providers/${providerId}`, { name: providerId, kind: 'agency' });
      const contract = { providerId, merchantId: 'm1', platform: 'douyin', mode: 'agency' };
      const startsAt = new Date(nowMs).toISOString();
      const terms = { shareBp: 5_000, rateBp: 500, startsAt };
      await hexiao.call('POST', '/v1/contracts', { ...contract, ...terms });
      const body = { name: 'clerk', role: 'clerk', stores: [`douyin/${STORE}`], providerId };
      tokens.push((await hexiao.call<{ token: string }>('POST', '/v1/tokens', body)).token);
    }
    nowMs += 1_000;
    const requestId = fresh('request');
    // Act
    const sold = [sell(), sell()];
    for (const [index, token] of tokens.entries()) {
      const { code, voucherId } = sold[index] ?? sell();
      const redeem = () => act('redemptions', token, { requestId, code, storeId: STORE });
      const first = await redeem();
      // Assess: an act of its own, and its repetition the same act
      expect(done(first)).toMatchObject({ requestId, acts: [{ voucherId }] });
      expect((await redeem()).text).toBe(first.text);
    }
    const [one = ''] = tokens;
    const other = await act('redemptions', one, { requestId, code: sell().code, storeId: STORE });
    expectProblem(other, 409, 'request-reused');
    // The platform, which takes it as its own number of the act, was given two.
    const verify = till.requests.filter(({ body }) => body.includes('verify_token'));
    const given = verify.slice(-2).map(({ body }) => JSON.parse(body).verify_token);
    expect(new Set(given).size).toBe(2);
  });
});

describe('a viewer', () => {
  it('has no till', async () => {
    const { code } = sell();
    const reply = await act('redemptions', viewer, { code, storeId: STORE });
    expectProblem(reply, 403, 'role-forbidden');
  });
});
