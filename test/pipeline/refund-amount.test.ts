import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type DouyinUnderTest,
  post,
  registerApp,
  registerContract,
  registerProvider,
  SAMPLE_TIME,
  startDouyin,
} from '../support/douyin.ts';
import { HexiaoUnderTest } from '../support/hexiao.ts';
import { urlOf } from '../support/platform-fetch.ts';

const HOUR_MS = 3_600_000;

/** A used voucher's refund whose amount the platform tells later than the refund itself. */
describe('a refund whose amount is not told yet', () => {
  let hexiao: HexiaoUnderTest;
  let douyin: DouyinUnderTest;
  let isRefunded: boolean;
  let tellsAmount: boolean;

  beforeEach(async () => {
    isRefunded = false;
    tellsAmount = false;
    douyin = startDouyin();
    hexiao = await HexiaoUnderTest.start({
      fetch: async (input, init) => {
        const answer = await douyin.fetch(input, init);
        if (!isRefunded || !urlOf(input).includes('/order/query')) return answer;
        // Done with, as 抖音 shows a voucher of which a part was given back.
        const text = (await answer.text()).replaceAll('"item_status":401', '"item_status":301');
        const shown = tellsAmount
          ? text
          : text.replaceAll(/"refund_amount":\d+/g, '"refund_amount":null');
        return new Response(shown, answer);
      },
    });
    await registerApp(hexiao);
  });

  afterEach(() => hexiao?.stop());

  /** The message of the use, again and in other bytes: whatever it is about, the voucher is looked at anew. */
  async function repeat(message: string): Promise<void> {
    const reply = await post(hexiao, message);
    expect(reply.status).toBe(200);
    await hexiao.settle();
  }

  /** Sold for 90.00 and used; of which 30.00 are refunded two hours later, and its message is lost. */
  async function refundAPart() {
    const { world } = douyin;
    const { accountId } = world.addMerchant({ name: '商家' });
    const { poiId } = world.addStore({ accountId, name: '一店', city: '成都' });
    const meal = world.addProduct({ accountId, name: '套餐', priceFen: 9_000 });
    await registerProvider(hexiao, 'p1');
    await registerContract(hexiao, { providerId: 'p1', merchantId: accountId });
    const { certificateId = '' } = world.sell({ productId: meal.productId }).certificates[0] ?? {};
    douyin.setNow(SAMPLE_TIME + 60_000);
    world.takeOutbox();
    world.redeem(certificateId, poiId);
    const [{ body: use } = { body: '' }] = world.takeOutbox();
    await repeat(use);
    douyin.setNow(SAMPLE_TIME + 2 * HOUR_MS);
    world.refund(certificateId, 3_000);
    isRefunded = true;
    world.takeOutbox();
    await repeat(`${use} `);
    return { path: `/v1/vouchers/douyin/${certificateId}`, use };
  }

  const refundOf = async (path: string) => {
    const { events } = await hexiao.call<{ events: { kind: string }[] }>('GET', path);
    return events.find(({ kind }) => kind === 'voucher.refunded');
  };

  const redeemedFen = async () =>
    (await hexiao.entries()).reduce(
      (sum, { kind, amountFen }) =>
        kind === 'redemption' || kind === 'refund' ? sum + amountFen : sum,
      0,
    );

  it('takes all that stands as a guess, and what it was once that is told', async () => {
    // Prepare: nobody tells how much
    const { path, use } = await refundAPart();
    expect(await refundOf(path)).toMatchObject({ refundedFen: null, complete: false });
    expect(await redeemedFen()).toBe(0);
    const guessed = (await hexiao.entries()).filter(({ kind }) => kind === 'refund');
    expect(guessed).toMatchObject([{ amountFen: -9_000, complete: false }]);
    // Act: the next message about the voucher finds the amount
    tellsAmount = true;
    await repeat(`${use}  `);
    // Assess: the guess is corrected by an entry of its own
    expect(await refundOf(path)).toMatchObject({ refundedFen: 3_000, complete: true });
    const refunds = (await hexiao.entries()).filter(({ kind }) => kind === 'refund');
    expect(refunds.map(({ amountFen }) => amountFen).toSorted((a, b) => a - b)).toEqual([
      -9_000, -3_000, 9_000,
    ]);
    expect(await redeemedFen()).toBe(6_000);
  });
});
