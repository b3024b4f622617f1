import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebhookMessage } from '../../lib/integrations/douyin-life/sandbox/index.ts';
import type { Rollup } from '../../lib/ledger/rollup.ts';
import {
  type DouyinUnderTest,
  postAll,
  registerApp,
  registerContract,
  registerProvider,
  SAMPLE_TIME,
  startDouyin,
} from '../support/douyin.ts';
import { HexiaoUnderTest } from '../support/hexiao.ts';
import { IS_LONG, some } from '../support/long.ts';

const WINDOW = 'from=2025-10-01&to=2025-10-31';

type Total = Omit<Rollup, 'entryCount' | 'reversedCount'>;

let hexiao: HexiaoUnderTest;
let douyin: DouyinUnderTest;

beforeAll(async () => {
  douyin = startDouyin();
  hexiao = await HexiaoUnderTest.start({ fetch: douyin.fetch });
  await registerApp(hexiao);
});

afterAll(() => hexiao?.stop());

/** One merchant with one store and one provider, who alone sees what happens there. */
async function oneMerchant(contract: { shareBp?: number; rateBp?: number } = {}) {
  const { world } = douyin;
  douyin.setNow(SAMPLE_TIME);
  const { accountId } = world.addMerchant({ name: '商家' });
  const { poiId } = world.addStore({ accountId, name: '一店', city: '成都' });
  const meal = world.addProduct({ accountId, name: '套餐', priceFen: 12_800 });
  const providerId = `p-${accountId}`;
  const token = await registerProvider(hexiao, providerId);
  await registerContract(hexiao, { providerId, merchantId: accountId, ...contract });
  return { accountId, poiId, meal, providerId, token };
}

async function totalOf(token: string): Promise<Total> {
  const gmv = await hexiao.call<{ total: Total }>('GET', `/v1/gmv?${WINDOW}`, undefined, token);
  return gmv.total;
}

/** verify, cancel, verify again and refund of one voucher; the world is then in its last state. */
function fullStory(place: { meal: { productId: string }; poiId: string }): WebhookMessage[] {
  const certificateId = redeemedTwice(place);
  douyin.setNow(SAMPLE_TIME + 86_400_000);
  douyin.world.refund(certificateId);
  return douyin.world.takeOutbox();
}

/** verify, cancel and verify again of one voucher. @returns its id */
function redeemedTwice(place: { meal: { productId: string }; poiId: string }): string {
  const { world } = douyin;
  const order = world.sell({ productId: place.meal.productId, platformDiscountFen: 1_000 });
  const { certificateId } = order.certificates[0] ?? { certificateId: '' };
  douyin.setNow(SAMPLE_TIME + 60_000);
  const first = world.redeem(certificateId, place.poiId);
  douyin.setNow(SAMPLE_TIME + 120_000);
  world.cancel(first);
  douyin.setNow(SAMPLE_TIME + 180_000);
  world.redeem(certificateId, place.poiId);
  return certificateId;
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, index) =>
    permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
  );
}

describe('a redemption on its way to its provider', () => {
  it('is seen per store with exact fen, and named by the platform', async () => {
    const place = await oneMerchant({ rateBp: 333 });
    const order = douyin.world.sell({
      productId: place.meal.productId,
      platformDiscountFen: 1_000,
      merchantTicketFen: 300,
      channel: '直播',
    });
    douyin.world.redeem(order.certificates[0]?.certificateId ?? '', place.poiId);

    await postAll(hexiao, douyin.world.takeOutbox());
    await hexiao.settle();

    const { stores } = await hexiao.call<{ stores: object[] }>(
      'GET',
      `/v1/stores?${WINDOW}`,
      undefined,
      place.token,
    );
    expect(stores).toEqual([
      {
        platform: 'douyin',
        storeId: place.poiId,
        name: '一店',
        merchantId: place.accountId,
        redeemedCount: 1,
        redeemedFen: 12_500,
        reversedCount: 0,
        refundedFen: 0,
        commissionFen: 416,
      },
    ]);
    const path = `/v1/stores/douyin/${place.poiId}/redemptions?${WINDOW}`;
    const { redemptions } = await hexiao.call<{ redemptions: object[] }>(
      'GET',
      path,
      undefined,
      place.token,
    );
    expect(redemptions).toMatchObject([
      {
        status: 'final',
        amountFen: 12_500,
        channel: 'live',
        redeemedAt: '2025-10-09T16:53:20.000+08:00',
      },
    ]);
    expect(await totalOf(place.token)).toMatchObject({ paidFen: 11_500, redeemedFen: 12_500 });
  });

  it('that was verified, cancelled and verified again with one Msg-Id is one redemption', async () => {
    const place = await oneMerchant();
    redeemedTwice(place);
    const story = douyin.world.takeOutbox();
    const verifies = story.filter((message) => message.action === 'verify');
    expect(verifies).toHaveLength(2);
    expect(new Set(verifies.map((message) => message.msgId)).size).toBe(1);

    await postAll(hexiao, story);
    await hexiao.settle();

    expect(await totalOf(place.token)).toEqual({
      paidFen: 11_800,
      redeemedFen: 12_800,
      reversedFen: 12_800,
      refundedFen: 0,
      redeemedCount: 1,
      commissionFen: 640,
    });
  });
});

describe('every order of verify, cancel, verify and refund, with doubles', () => {
  const expected: Total = {
    paidFen: 11_800,
    redeemedFen: 0,
    reversedFen: 12_800,
    refundedFen: 12_800,
    redeemedCount: 0,
    commissionFen: 0,
  };

  it('ends in the same totals when the messages come late and in any order', async () => {
    for (const order of some(permutations([0, 1, 2, 3]))) {
      const place = await oneMerchant();
      const [paid, ...acts] = fullStory(place);
      const shuffled = order.flatMap((index) => acts.slice(index, index + 1));

      await postAll(hexiao, [...shuffled, ...(paid === undefined ? [] : [paid])]);
      await hexiao.settle();
      await postAll(hexiao, [...shuffled.slice(0, 2), ...shuffled.slice(2)]);
      await hexiao.settle();

      expect(await totalOf(place.token), `order ${order.join()}`).toEqual(expected);
    }
  });

  it('ends in the same totals when each is queried as it happens', async () => {
    const place = await oneMerchant();
    const { world } = douyin;
    const order = world.sell({ productId: place.meal.productId, platformDiscountFen: 1_000 });
    const certificateId = order.certificates[0]?.certificateId ?? '';
    const tell = async () => {
      const messages = world.takeOutbox();
      await postAll(hexiao, [...messages, ...messages]);
      await hexiao.settle();
    };
    await tell();
    const first = world.redeem(certificateId, place.poiId);
    await tell();
    expect(await totalOf(place.token)).toMatchObject({ redeemedCount: 1, redeemedFen: 12_800 });
    douyin.setNow(SAMPLE_TIME + 60_000);
    world.cancel(first);
    await tell();
    expect(await totalOf(place.token)).toMatchObject({ redeemedCount: 0, reversedFen: 12_800 });
    douyin.setNow(SAMPLE_TIME + 120_000);
    world.redeem(certificateId, place.poiId);
    await tell();
    expect(await totalOf(place.token)).toMatchObject({ redeemedCount: 1, redeemedFen: 12_800 });
    douyin.setNow(SAMPLE_TIME + 86_400_000);
    world.refund(certificateId);
    await tell();

    expect(await totalOf(place.token)).toEqual(expected);
  });
});

describe('totals', () => {
  it('equal the sum of the entries, for every provider and in every breakdown', async () => {
    const entries = await hexiao.entries();
    const providers = new Set(entries.map((entry) => entry.providerId));
    expect(entries.length).toBeGreaterThan(IS_LONG ? 100 : 30);
    for (const providerId of providers) {
      const own = entries.filter((entry) => entry.providerId === providerId);
      const sum = (kinds: string[], of: 'amountFen' | 'count' | 'commissionFen') =>
        own.filter((e) => kinds.includes(e.kind)).reduce((total, e) => total + e[of], 0);
      const expected = {
        paidFen: sum(['payment', 'unused_refund'], 'amountFen'),
        redeemedFen: sum(['redemption', 'reversal', 'refund', 'supersession'], 'amountFen'),
        reversedFen: 0 - sum(['reversal'], 'amountFen'),
        refundedFen: 0 - sum(['refund'], 'amountFen'),
        redeemedCount: own.reduce((total, e) => total + e.count, 0),
        commissionFen: own.reduce((total, e) => total + e.commissionFen, 0),
      };
      for (const by of ['day', 'store', 'platform']) {
        const path = `/v1/gmv?${WINDOW}&by=${by}&providerId=${encodeURIComponent(providerId)}`;
        const gmv = await hexiao.call<{ total: Total; rows: Total[] }>('GET', path);
        expect(gmv.total).toEqual(expected);
        const rows = gmv.rows.reduce((total, row) => total + row.redeemedFen, 0);
        expect(rows).toBe(expected.redeemedFen);
        expect(gmv.rows.reduce((total, row) => total + row.paidFen, 0)).toBe(expected.paidFen);
      }
    }
  });

  it('lose nothing when nobody has a contract: it is unattributed', async () => {
    const { world } = douyin;
    douyin.setNow(SAMPLE_TIME);
    const before = await hexiao.call<{ total: Total }>(
      'GET',
      `/v1/gmv?${WINDOW}&providerId=unattributed`,
    );
    const { accountId } = world.addMerchant({ name: '无合同' });
    const { poiId } = world.addStore({ accountId, name: '店', city: '上海' });
    const product = world.addProduct({ accountId, name: '券', priceFen: 777 });
    const order = world.sell({ productId: product.productId });
    world.redeem(order.certificates[0]?.certificateId ?? '', poiId);

    await postAll(hexiao, world.takeOutbox());
    await hexiao.settle();

    const after = await hexiao.call<{ total: Total }>(
      'GET',
      `/v1/gmv?${WINDOW}&providerId=unattributed`,
    );
    expect(after.total.redeemedFen - before.total.redeemedFen).toBe(777);
    expect(after.total.redeemedCount - before.total.redeemedCount).toBe(1);
  });
});
