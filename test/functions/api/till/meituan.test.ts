import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MeituanSandbox } from '../../../../lib/integrations/meituan/sandbox/server.ts';
import { ask } from '../support.ts';
import { done, MERCHANT_SETTINGS, problemOf, STORE, Till, worth } from './support.ts';

const CODE = '0123456789012';
const SECOND = '0123456789013';
const DEVELOPER = { developerId: '100888', signKey: 'a sign key', dianpingSecret: 'a secret' };

let nowMs: number;
let sandbox: MeituanSandbox;
let till: Till;

async function open(desk: 'retail' | 'dining' | 'dianping'): Promise<void> {
  nowMs = Date.now();
  const now = () => nowMs;
  sandbox = new MeituanSandbox({ ...DEVELOPER, dianpingAppKey: 'dianping', now });
  for (const code of [CODE, SECOND]) {
    const voucher = { code, orderId: 'o1', dealId: '700', priceYuan: 99, platformYuan: '5.00' };
    sandbox.till.sell(voucher);
  }
  const { developerId: appKey, signKey, dianpingSecret } = DEVELOPER;
  const tokens = { [`appAuthToken:${STORE}`]: 'token', dianpingSession: 'session' };
  const shop = {
    ...({ integration: 'meituan', platform: 'meituan', appKey } as const),
    secrets: { signKey, dianpingSecret, ...tokens },
    settings: { ...MERCHANT_SETTINGS, till: desk, dianpingAppKey: 'dianping' },
  };
  till = await Till.open(shop, sandbox.app, now);
  const dianpingApiBaseUrl = till.url;
  await till.hexiao.call('PUT', `/v1/apps/meituan/${appKey}`, {
    secrets: shop.secrets,
    settings: { ...shop.settings, apiBaseUrl: till.url, dianpingApiBaseUrl },
  });
}

afterEach(() => till?.close());

const asked = { requestId: 'request-1', code: CODE, storeId: STORE };

describe('redeeming at the till of a shop (服务零售)', () => {
  beforeEach(() => open('retail'));

  it('books what the platform’s answer reports, platform’s part and all', async () => {
    // Act
    const answer = done(await till.redeem(asked));
    // Assess
    expect(answer.acts).toEqual([{ voucherId: CODE, redemptionId: 'f1', orderId: 'o1' }]);
    expect(await till.gmv()).toMatchObject({ redeemedFen: 9_900, redeemedCount: 1 });
    expect(await till.hexiao.call('GET', `/v1/vouchers/meituan/${CODE}`)).toMatchObject({
      events: [{ complete: true, amounts: { paidFen: 9_400, platformDiscountFen: 500 } }],
    });
  });

  it('redeems as many as were requested', async () => {
    // Act
    const answer = done(await till.redeem({ ...asked, count: 2 }));
    // Assess
    expect(answer.acts.map((act) => act.voucherId)).toEqual([CODE, SECOND]);
    expect(await till.gmv()).toMatchObject({ redeemedFen: 19_800, redeemedCount: 2 });
  });

  it('is one redemption when the answer got lost, and the request comes again', async () => {
    // Prepare
    till.loses = { what: 'answer', of: '/consume' };
    const lost = await till.redeem(asked);
    till.loses = null;
    // Act
    done(await till.redeem(asked));
    // Assess
    expect(problemOf(lost)).toMatchObject({ status: 503, code: 'platform-unavailable' });
    expect(sandbox.till.used()).toHaveLength(1);
    expect(await till.gmv()).toMatchObject({ redeemedFen: 9_900, redeemedCount: 1 });
  });

  it('takes an empty getconsumed for no answer, and not for a use that stands', async () => {
    // Prepare
    done(await till.redeem(asked));
    const back = { requestId: 'reversal-1', voucherId: CODE };
    till.loses = { what: 'answer', of: '/reverseconsume' };
    await till.reverse(back);
    till.loses = null;
    till.replaces = { of: '/getconsumed', with: { code: 'OP_SUCCESS', data: {} } };
    // Act
    const empty = await till.reverse(back);
    const again = await till.reverse(back);
    // Assess
    expect(problemOf(empty)).toMatchObject({ status: 503, code: 'platform-unavailable' });
    done(again);
    expect(await till.gmv()).toMatchObject({ redeemedFen: 0 });
  });

  it('refuses a code that is used up, and a store that gave no token', async () => {
    // Prepare
    done(await till.redeem({ ...asked, count: 2 }));
    // Act
    const used = await till.redeem({ ...asked, requestId: 'request-2' });
    await till.hexiao.call('PUT', `/v1/apps/meituan/${DEVELOPER.developerId}`, {
      secrets: { signKey: DEVELOPER.signKey },
      settings: MERCHANT_SETTINGS,
    });
    const strange = await till.redeem({ ...asked, requestId: 'request-3' });
    // Assess
    expect(problemOf(used)).toMatchObject({ status: 422, code: 'platform-refused' });
    expect(problemOf(used).detail).toContain('OP_USED');
    expect(used.text).not.toContain(CODE);
    expect(problemOf(strange).detail).toContain('appAuthToken');
  });

  it('takes a use back within the window, and not after it', async () => {
    // Prepare
    done(await till.redeem({ ...asked, count: 2 }));
    await till.hexiao.settle();
    nowMs += 9 * 60_000;
    // Act
    const soon = await till.reverse({ requestId: 'reversal-1', voucherId: CODE });
    nowMs += 2 * 60_000;
    const late = await till.reverse({ requestId: 'reversal-2', voucherId: SECOND });
    // Assess
    expect(done(soon).acts).toEqual([{ voucherId: CODE, redemptionId: 'f1', orderId: 'o1' }]);
    expect(problemOf(late)).toMatchObject({ status: 422, code: 'platform-refused' });
    expect(problemOf(late).detail).toContain('OP_TOO_LATE');
    expect(await till.gmv()).toMatchObject({ redeemedFen: 9_900 });
  });

  it('takes the same use back once, however often it is requested', async () => {
    // Prepare
    done(await till.redeem(asked));
    await till.hexiao.settle();
    const back = { requestId: 'reversal-1', voucherId: CODE };
    // Act
    const first = await till.reverse(back);
    const again = await till.reverse(back);
    // Assess
    expect(again.text).toBe(first.text);
    expect(await till.gmv()).toMatchObject({ redeemedFen: 0 });
    expect(await till.hexiao.entries()).toHaveLength(2);
  });
});

describe('a use of ours whose price nobody can read', () => {
  const priced = { ...asked, requestId: 'request-2', amounts: worth(9_900) };

  it('gets its worth from a later request, which the platform refuses', async () => {
    // Prepare
    await open('retail');
    const record = { orderId: 'o1', receiptCode: CODE, dealId: 700, flowId: 'f1' };
    const result = [{ ...record, dealPrice: 'about a hundred' }];
    till.replaces = { of: '/consume', with: { code: 'OP_SUCCESS', data: { result } } };
    done(await till.redeem(asked));
    expect(await till.gmv()).toMatchObject({ redeemedFen: 0, redeemedCount: 0 });
    sandbox.fails.push('OP_USED', 'OP_USED');
    // Act
    const bare = await till.redeem({ ...asked, requestId: 'request-3' });
    const reply = await till.redeem(priced);
    // Assess
    expect(problemOf(bare).detail).toContain('OP_USED');
    expect(problemOf(reply)).toMatchObject({ status: 422, code: 'platform-refused' });
    expect(problemOf(reply).detail).toContain('are this request’s from now on');
    expect(await till.gmv()).toMatchObject({ redeemedFen: 9_900, redeemedCount: 1 });
    expect(await till.hexiao.call('GET', `/v1/vouchers/meituan/${CODE}`)).toMatchObject({
      events: [{ redemptionId: 'f1', complete: true, amounts: { paidFen: 9_900 } }],
    });
  });

  it('gets it where only our call names the use, and keeps the first that it got', async () => {
    // Prepare
    await open('dining');
    done(await till.redeem({ ...asked, count: 2 }));
    expect(await till.gmv()).toMatchObject({ redeemedFen: 0, redeemedCount: 0 });
    // Act
    const reply = await till.redeem(priced);
    const first = await till.gmv();
    const other = await till.redeem({ ...priced, requestId: 'request-3', amounts: worth(1) });
    // Assess
    expect(problemOf(reply).detail).toContain('are this request’s from now on');
    expect(first).toMatchObject({ redeemedFen: 9_900, redeemedCount: 1 });
    expect(problemOf(other)).toMatchObject({ status: 422 });
    expect(problemOf(other).detail).not.toContain('are this request’s from now on');
    expect(await till.gmv()).toMatchObject({ redeemedFen: 9_900, redeemedCount: 1 });
  });

  it('gets none where nobody of us used it', async () => {
    // Prepare
    await open('retail');
    sandbox.fails.push('OP_USED');
    // Act
    const reply = await till.redeem(priced);
    // Assess
    expect(problemOf(reply).detail).toContain('OP_USED');
    expect(await till.gmv()).toMatchObject({ redeemedFen: 0, redeemedCount: 0 });
  });
});

describe('redeeming at the till of a restaurant (到店餐饮), whose answer reports no worth', () => {
  beforeEach(() => open('dining'));

  it('books what the till reports, and takes it back', async () => {
    // Act
    const worth = { paidFen: 9_400, platformDiscountFen: 500, merchantDiscountFen: 0 };
    const amounts = { ...worth, paymentDiscountFen: 0, originalFen: 9_900 };
    const [act] = done(await till.redeem({ ...asked, amounts })).acts;
    // Assess
    expect(act).toMatchObject({ voucherId: CODE, redemptionId: `~${CODE}@request-1` });
    expect(await till.gmv()).toMatchObject({ redeemedFen: 9_900, redeemedCount: 1 });
    done(await till.reverse({ requestId: 'reversal-1', voucherId: CODE }));
    expect(await till.gmv()).toMatchObject({ redeemedFen: 0 });
  });
});

describe('redeeming at a desk that is still with 点评北极星', () => {
  beforeEach(() => open('dianping'));

  it('books the price that its answer reports, and takes it back', async () => {
    // Act
    done(await till.redeem(asked));
    // Assess
    expect(await till.gmv()).toMatchObject({ redeemedFen: 9_900, redeemedCount: 1 });
    done(await till.reverse({ requestId: 'reversal-1', voucherId: CODE }));
    expect(await till.gmv()).toMatchObject({ redeemedFen: 0 });
  });
});

describe('a code that a guest shows', () => {
  it.each([
    ['retail', { title: '双人下午茶', worthFen: 9_900 }],
    // Business 1 answers the market's price, which is nobody's worth.
    ['dining', { title: null, worthFen: null }],
    ['dianping', { title: null, worthFen: 9_900 }],
  ] as const)('stands for what %s says of it, and is redeemed by that', async (desk, says) => {
    await open(desk);
    const body = {
      storeId: STORE,
      platform: 'meituan',
      code: `${CODE.slice(0, 4)} ${CODE.slice(4)}`,
    };
    const reply = await ask(till.hexiao, 'POST', '/v1/redemptions/prepare', { body });
    expect(reply.status, reply.text).toBe(200);
    const shown = JSON.parse(reply.text) as { prepareId: string; vouchers: object[] };
    expect(shown.vouchers).toMatchObject([
      { voucherId: CODE, usable: true, reason: null, ...says },
    ]);
    const choice = { prepareId: shown.prepareId, voucherIds: [CODE], storeId: STORE };
    const chosen = { body: { ...choice, requestId: 'request-of-choice' } };
    const redeemed = done(await ask(till.hexiao, 'POST', '/v1/redemptions', chosen));
    expect(redeemed.acts).toMatchObject([{ voucherId: CODE }]);
    const again = await ask(till.hexiao, 'POST', '/v1/redemptions/prepare', { body });
    expect(problemOf(again).code).toBe('platform-refused');
  });
});
