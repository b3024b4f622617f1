import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { WebhookMessage } from '../../../lib/integrations/douyin-life/sandbox/index.ts';
import {
  type DouyinUnderTest,
  post,
  postAll,
  registerApp,
  SAMPLE_TIME,
  startDouyin,
} from '../../support/douyin.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import {
  ask,
  Clock,
  contractBody,
  cookieOf,
  fresh,
  gmvAnswer,
  MINUTE_MS,
  makeMerchant,
  makeProvider,
  read,
  redemptionsAnswer,
  storesAnswer,
  voucherAnswer,
  WINDOW,
} from './support.ts';

const clock = new Clock();
let hexiao: HexiaoUnderTest;
let douyin: DouyinUnderTest;
let asked: number;

beforeAll(async () => {
  douyin = startDouyin();
  hexiao = await HexiaoUnderTest.start({
    now: clock.now,
    fetch: async (input, init) => {
      asked += 1;
      return douyin.fetch(input, init);
    },
  });
});

beforeEach(async () => {
  asked = 0;
  douyin.setNow(SAMPLE_TIME);
  await registerApp(hexiao, { enrichment: 'none' });
});

afterAll(() => hexiao?.stop());

/** A provider's merchant with one voucher sold and redeemed, told and booked without asking. */
async function bookedByHintAlone() {
  const { world } = douyin;
  const { accountId: merchantId } = world.addMerchant({ name: '商家' });
  const { poiId } = world.addStore({ accountId: merchantId, name: '一店', city: '成都' });
  const { productId } = world.addProduct({ accountId: merchantId, name: '券', priceFen: 12_800 });
  const providerId = fresh('provider');
  const token = await makeProvider(hexiao, providerId);
  await makeMerchant(hexiao, merchantId);
  await hexiao.call('POST', '/v1/contracts', contractBody({ providerId, merchantId }));
  const voucherId = world.sell({ productId }).certificates[0]?.certificateId ?? '';
  const redemptionId = world.redeem(voucherId, poiId);
  const messages = world.takeOutbox();
  await postAll(hexiao, messages);
  await hexiao.settle();
  return { token, poiId, voucherId, redemptionId, messages, see: () => seen(token, voucherId) };
}

async function seen(token: string, voucherId: string) {
  const get = (path: string) => ask(hexiao, 'GET', path, { token });
  const redemptionsAt = async (storeId: string) =>
    read(await get(`/v1/stores/douyin/${storeId}/redemptions?${WINDOW}`), redemptionsAnswer)
      .redemptions;
  return {
    total: read(await get(`/v1/gmv?${WINDOW}`), gmvAnswer).total,
    stores: read(await get(`/v1/stores?${WINDOW}`), storesAnswer).stores,
    entries: read(await get(`/v1/vouchers/douyin/${voucherId}`), voucherAnswer).entries,
    redemptionsAt,
  };
}

/** The same message in other bytes, as when it is sent again by hand. */
async function tellAgain(messages: readonly WebhookMessage[]): Promise<void> {
  for (const { body } of messages) expect((await post(hexiao, `${body} `)).status).toBe(200);
  await hexiao.settle();
}

describe('an app that may not ask the platform', () => {
  it('has a redemption counted once, with 0 fen, at no known store, and not complete', async () => {
    const { messages, see } = await bookedByHintAlone();
    await postAll(hexiao, messages);
    await tellAgain(messages);
    const { total, stores, entries, redemptionsAt } = await see();
    expect(asked).toBe(0);
    expect(total).toMatchObject({
      paidFen: 12_800,
      redeemedCount: 1,
      redeemedFen: 0,
      commissionFen: 0,
    });
    expect(stores).toMatchObject([
      { storeId: 'unknown', name: null, redeemedCount: 1, redeemedFen: 0 },
    ]);
    expect(entries).toMatchObject([
      { kind: 'redemption', count: 1, amountFen: 0, complete: false },
    ]);
    expect(await redemptionsAt('unknown')).toMatchObject([{ amountFen: 0, status: 'provisional' }]);
  });

  it('has the redemption taken back when the message says so', async () => {
    const { redemptionId, see } = await bookedByHintAlone();
    douyin.setNow(SAMPLE_TIME + 10 * MINUTE_MS);
    douyin.world.cancel(redemptionId);
    await postAll(hexiao, douyin.world.takeOutbox());
    await hexiao.settle();
    const { total, redemptionsAt } = await see();
    expect(total).toMatchObject({ redeemedCount: 0, redeemedFen: 0 });
    expect(await redemptionsAt('unknown')).toMatchObject([{ status: 'reversed' }]);
  });

  it('shows its store on the page in words', async () => {
    const { token } = await bookedByHintAlone();
    const headers = await cookieOf(hexiao, token);
    const { text } = await ask(hexiao, 'GET', `/stores?${WINDOW}`, { token: null, headers });
    expect(text).toContain('未知门店');
  });
});

describe('an app that may ask from now on', () => {
  it('has the redemption replaced by the platform’s own record when a message comes again', async () => {
    const { poiId, redemptionId, messages, see } = await bookedByHintAlone();
    await registerApp(hexiao, { enrichment: 'pull' });
    await tellAgain(messages);
    expect(asked).toBeGreaterThan(0);
    const { total, stores, entries, redemptionsAt } = await see();
    expect(total).toEqual({
      paidFen: 12_800,
      redeemedFen: 12_800,
      reversedFen: 0,
      refundedFen: 0,
      redeemedCount: 1,
      commissionFen: 640,
    });
    expect(stores).toMatchObject([{ storeId: poiId, name: '一店', redeemedCount: 1 }]);
    expect(await redemptionsAt('unknown')).toEqual([]);
    expect(await redemptionsAt(poiId)).toMatchObject([{ redemptionId, amountFen: 12_800 }]);
    const booked = entries.toSorted((a, b) => a.amountFen - b.amountFen || b.count - a.count);
    expect(
      booked.map(({ kind, count, amountFen, complete }) => [kind, count, amountFen, complete]),
    ).toEqual([
      ['redemption', 1, 0, false],
      ['supersession', -1, 0, true],
      ['redemption', 1, 12_800, true],
    ]);
  });

  it('stays at one redemption however often and in whichever way it is told', async () => {
    const { messages, see } = await bookedByHintAlone();
    await registerApp(hexiao, { enrichment: 'pull' });
    await tellAgain(messages);
    const before = (await see()).total;
    await postAll(hexiao, messages);
    await tellAgain(messages);
    await registerApp(hexiao, { enrichment: 'none' });
    for (const { body } of messages) await post(hexiao, `${body}\n`);
    await hexiao.settle();
    expect((await see()).total).toEqual(before);
    expect(before.redeemedCount).toBe(1);
  });

  it('gets nothing again for the same bytes: they are the same delivery', async () => {
    const { messages, see } = await bookedByHintAlone();
    await registerApp(hexiao, { enrichment: 'pull' });
    await postAll(hexiao, messages);
    await hexiao.settle();
    expect(asked).toBe(0);
    expect((await see()).total).toMatchObject({ redeemedCount: 1, redeemedFen: 0 });
  });
});

describe('a voucher with the longest id there is', () => {
  it('is booked by its hint alone and found again', async () => {
    const { token, voucherId, messages } = await bookedByHintAlone();
    const long = '7'.repeat(128);
    const verify = messages.find((message) => message.action === 'verify')?.body ?? '';
    await post(hexiao, verify.replaceAll(voucherId, long));
    await hexiao.settle();
    expect((await seen(token, long)).entries).toMatchObject([{ kind: 'redemption', count: 1 }]);
  });
});
