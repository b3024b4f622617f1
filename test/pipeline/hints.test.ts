import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { normalize } from '../../functions/normalize/normalize.ts';
import { MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import { waitingHints } from '../../lib/store/deliveries/waiting-hints.ts';
import { readEvents } from '../../lib/store/ledger/events.ts';
import {
  CLIENT_SECRET,
  postAll,
  postTo,
  registerApp,
  registerContract,
  registerProvider,
  SAMPLE_TIME,
  startDouyin,
} from '../support/douyin.ts';
import { HexiaoUnderTest } from '../support/hexiao.ts';
import { urlOf } from '../support/platform-fetch.ts';

interface Pipeline {
  hints: number;
  parked: number;
  quarantined: number;
  idle: boolean;
}

/** What a platform's API does instead of answering. */
const TROUBLES: readonly [string, () => Promise<Response>][] = [
  ['answers 429', async () => new Response('slow down', { status: 429 })],
  ['answers 500', async () => new Response('oops', { status: 500 })],
  ['answers nothing', async () => new Response('')],
  ['answers no JSON', async () => new Response('<html>')],
  [
    'answers an empty list',
    async () => Response.json({ data: { error_code: 0, certificates: [] } }),
  ],
  ['answers that it is busy', async () => Response.json({ data: { error_code: 2100004 } })],
  ['cannot be reached', () => Promise.reject(new TypeError('fetch failed'))],
];

describe('a hint whose platform', () => {
  let hexiao: HexiaoUnderTest;
  let trouble: (() => Promise<Response>) | null;
  const douyin = startDouyin();

  beforeEach(async () => {
    trouble = null;
    hexiao = await HexiaoUnderTest.start({
      fetch: (input, init) => {
        const isQuery = urlOf(input).includes('/certificate/query/');
        return isQuery && trouble !== null ? trouble() : douyin.fetch(input, init);
      },
    });
    await registerApp(hexiao);
  });

  afterEach(() => hexiao?.stop());

  const pipeline = () => hexiao.call<Pipeline>('GET', '/v1/pipeline');

  async function redeemOnce(): Promise<string> {
    const { world } = douyin;
    douyin.setNow(SAMPLE_TIME);
    const { accountId } = world.addMerchant({ name: '商家' });
    const { poiId } = world.addStore({ accountId, name: '店', city: '上海' });
    const { productId } = world.addProduct({ accountId, name: '套餐', priceFen: 5_000 });
    await registerProvider(hexiao, 'p1');
    await registerContract(hexiao, { providerId: 'p1', merchantId: accountId });
    const order = world.sell({ productId });
    world.takeOutbox();
    const voucherId = order.certificates[0]?.certificateId ?? '';
    world.redeem(voucherId, poiId);
    await postAll(hexiao, world.takeOutbox());
    return voucherId;
  }

  it.each(TROUBLES)(
    '%s waits, is counted, and is booked when it answers',
    async (_what, answer) => {
      trouble = answer;
      await redeemOnce();
      await hexiao.step('intake');

      expect(await pipeline()).toMatchObject({ hints: 1, parked: 0, quarantined: 0, idle: false });
      expect(await hexiao.entries()).toEqual([]);

      trouble = null;
      await hexiao.settleUntil(async () => (await pipeline()).idle);
      expect(await pipeline()).toMatchObject({ hints: 0, idle: true });
      const entries = await hexiao.entries();
      expect(entries.map((entry) => [entry.kind, entry.amountFen])).toContainEqual([
        'redemption',
        5_000,
      ]);
    },
  );

  it('is down for an hour is asked again within ten minutes, whenever it comes back', async () => {
    trouble = async () => new Response('', { status: 503 });
    await redeemOnce();
    await hexiao.step('intake');
    let nowMs = hexiao.normalizeDeps.now();
    const endMs = nowMs + 3_600_000;
    const waits: number[] = [];
    while (nowMs < endMs) {
      const [hint] = await Array.fromAsync(waitingHints(hexiao.table));
      if (hint === undefined) throw new Error('it waits');
      waits.push(hint.dueAtMs - nowMs);
      nowMs = hint.dueAtMs;
      const { deliveryId } = hint;
      const deps = { ...hexiao.normalizeDeps, now: () => nowMs };
      const message = { type: 'hint', v: MESSAGE_VERSION, deliveryId } as const;
      await normalize([{ message, fail: () => {} }], deps);
    }
    expect(waits.length).toBeGreaterThan(10);
    expect(Math.max(...waits)).toBeLessThanOrEqual(600_000 - 120_000);
  });

  it('answers only after the buyer was erased is booked without the buyer', async () => {
    // Prepare
    trouble = async () => new Response('', { status: 503 });
    const voucherId = await redeemOnce();
    await hexiao.step('intake');
    const [hint] = await Array.fromAsync(waitingHints(hexiao.table));
    const { order } = douyin.world.find(voucherId);
    const body = { platform: 'douyin', orderIds: [order.orderId], reason: '用户要求' };
    const erase = () => hexiao.call('POST', '/v1/erasures', body);
    // Act
    const before = await erase();
    trouble = null;
    await hexiao.settleUntil(async () => (await pipeline()).idle);
    const booked = await hexiao.entries();
    const after = await erase();
    // Assess
    expect(before).toMatchObject({ finishedAt: null, awaits: [hint?.deliveryId] });
    expect(after).toMatchObject({ finishedAt: expect.any(String), awaits: [] });
    const redemption = booked.find(({ kind }) => kind === 'redemption');
    expect(redemption).toMatchObject({ amountFen: 5_000, buyer: expect.any(String) });
    const left = await hexiao.entries();
    expect(left).toEqual(booked.map((entry) => ({ ...entry, buyer: null })));
    await hexiao.settle();
    expect(await hexiao.entries()).toEqual(left);
  });

  it.each([
    ['answers in an unknown shape', { certificates: [{}] }],
    ['refuses for good', { error_code: 2119005 }],
  ])('%s is queried less and less often', async (_what, data) => {
    trouble = async () => Response.json({ data: { error_code: 0, ...data } });
    await redeemOnce();
    const failures: (number | undefined)[] = [];
    for (const wait of [0, 1_200, 2_200]) {
      await sleep(wait);
      await hexiao.step('intake');
      const [hint] = await Array.fromAsync(waitingHints(hexiao.table));
      failures.push(hint?.failures);
    }
    // The third attempt came only after the first second and the two that followed.
    expect(failures).toEqual([1, 2, 3]);
  });

  it('does not answer is left alone after three failures, until some time has passed', async () => {
    let queries = 0;
    trouble = async () => {
      queries += 1;
      return new Response('', { status: 503 });
    };
    for (let times = 0; times < 5; times += 1) {
      await redeemOnceMore();
      await hexiao.step('intake');
    }

    expect(queries).toBe(3);
    expect(await pipeline()).toMatchObject({ hints: 5 });
  });

  async function redeemOnceMore(): Promise<void> {
    const { world } = douyin;
    const { accountId } = world.addMerchant({ name: '商家' });
    const { poiId } = world.addStore({ accountId, name: '店', city: '上海' });
    const { productId } = world.addProduct({ accountId, name: '套餐', priceFen: 5_000 });
    const order = world.sell({ productId });
    world.takeOutbox();
    world.redeem(order.certificates[0]?.certificateId ?? '', poiId);
    await postAll(hexiao, world.takeOutbox());
  }

  it('is slow holds up no other app and no payment', async () => {
    await hexiao.call('PUT', '/v1/apps/douyin-life/slow', {
      secrets: { clientSecret: CLIENT_SECRET },
      settings: { apiBaseUrl: 'http://slow.test', factsSince: '2025-01-01' },
    });
    let answerSlowly: (response: Response) => void = () => {};
    const slow = new Promise<Response>((resolve) => {
      answerSlowly = resolve;
    });
    const { fetch } = hexiao.normalizeDeps;
    const deps = {
      ...hexiao.normalizeDeps,
      fetch: (input: string | URL | Request, init?: RequestInit) =>
        urlOf(input).startsWith('http://slow.test') ? slow : fetch(input, init),
    };
    hexiao.use(deps);
    const voucherId = await redeemOnce();
    await postTo(
      hexiao,
      'slow',
      JSON.stringify({
        event: 'life_trade_certificate_notify',
        content: JSON.stringify({
          action: 'verify',
          msg_time: SAMPLE_TIME / 1000,
          certificate: { certificate_id: '1', order_id: '2', account_id: '3' },
        }),
      }),
    );

    const step = hexiao.step('intake');
    const events = () =>
      readEvents(hexiao.table, { of: 'voucher', platform: 'douyin', id: voucherId });
    await expect.poll(async () => (await events()).length).toBe(1);
    answerSlowly(new Response('', { status: 503 }));
    await step;

    expect(await pipeline()).toMatchObject({ hints: 1 });
  });
});
