import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MeituanSandbox } from '../../../../lib/integrations/meituan/sandbox/server.ts';
import type { Reply } from '../support.ts';
import { done, MERCHANT_SETTINGS, problemOf, STORE, Till, worth } from './support.ts';

const CODES = ['0123456789012', '0123456789013', '0123456789014'] as const;
const [CODE, SECOND] = CODES;
const DEVELOPER = { developerId: '100888', signKey: 'a sign key' };

let nowMs: number;
let sandbox: MeituanSandbox;
let till: Till;

beforeEach(async () => {
  nowMs = Date.now();
  const now = () => nowMs;
  const keys = { ...DEVELOPER, dianpingAppKey: 'dianping', dianpingSecret: 'a secret' };
  sandbox = new MeituanSandbox({ ...keys, now });
  for (const code of CODES) {
    sandbox.till.sell({ code, orderId: 'o1', dealId: '700', priceYuan: 99, platformYuan: '5.00' });
  }
  const { developerId: appKey, signKey } = DEVELOPER;
  const shop = {
    ...({ integration: 'meituan', platform: 'meituan', appKey } as const),
    secrets: { signKey, appAuthToken: 'token' },
    settings: { ...MERCHANT_SETTINGS, till: 'retail' },
  };
  till = await Till.open(shop, sandbox.app, now);
});

afterEach(() => till?.close());

const asked = { requestId: 'request-1', code: CODE, storeId: STORE };

/** What the platform answers to the next consume, instead of what it would. */
function answers(records: readonly object[]): void {
  till.replaces = { of: '/consume', with: { code: 'OP_SUCCESS', data: { result: records } } };
}

const record = (code: string, more: object = {}) => ({
  ...{ orderId: 'o1', receiptCode: code, dealId: 700, dealPrice: 99, bizType: 0 },
  ...{ tgTimesCardFlag: false, platformAmount: '5.00', merchantAmount: '0.00', ...more },
});

describe('several uses in one answer', () => {
  it('are as many redemptions under one flow: the voucher is part of what an act is', async () => {
    // Prepare
    answers(CODES.map((code) => record(code, { flowId: 'f1' })));
    // Act
    const { acts } = done(await till.redeem({ ...asked, count: 3 }));
    // Assess
    expect(acts.map((act) => act.voucherId)).toEqual(CODES);
    expect(await till.gmv()).toMatchObject({ redeemedFen: 29_700, redeemedCount: 3 });
  });

  it('are as many where one voucher is used twice and nobody names the act', async () => {
    // Prepare
    const card = { bizType: 205, tgTimesCardFlag: true, timesCardUnitPrice: 33 };
    answers([record(CODE, card), record(CODE, card)]);
    // Act
    const { acts } = done(await till.redeem({ ...asked, count: 2, amounts: worth(3_300) }));
    // Assess
    expect(new Set(acts.map((act) => act.redemptionId)).size).toBe(2);
    expect(await till.gmv()).toMatchObject({ redeemedCount: 2 });
  });

  it('tells what was requested and not done', async () => {
    // Prepare
    answers([record(CODE, { flowId: 'f1' })]);
    // Act
    const answer = done(await till.redeem({ ...asked, count: 3 }));
    // Assess
    expect(answer.acts).toHaveLength(1);
    expect(answer.notDone).toMatchObject([{ code: 'not-told' }, { code: 'not-told' }]);
  });
});

describe('taking back', () => {
  it('finds the till’s own redemption while the pipeline is behind', async () => {
    // Prepare
    done(await till.redeem(asked));
    // Act, nothing having been read from the queue
    const back = done(await till.reverse({ requestId: 'reversal-1', voucherId: CODE }));
    // Assess
    expect(back.acts).toMatchObject([{ redemptionId: 'f1' }]);
    expect(sandbox.till.used()).toEqual([]);
    expect(await till.gmv()).toMatchObject({ redeemedFen: 0 });
  });

  it('is one truth for eight presses at once', async () => {
    // Prepare
    done(await till.redeem(asked));
    // Act
    const presses = Array.from({ length: 8 }, () =>
      till.reverse({ requestId: 'reversal-1', voucherId: CODE }),
    );
    const replies = await Promise.all(presses);
    // Assess
    expect(new Set(replies.map(textOf)).size).toBe(1);
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200));
  });

  it('refuses another use than the last, before anything is done', async () => {
    // Prepare
    const first = done(await till.redeem(asked)).acts[0]?.redemptionId;
    done(await till.reverse({ requestId: 'reversal-1', voucherId: CODE }));
    nowMs += 1_000;
    done(await till.redeem({ ...asked, requestId: 'request-2' }));
    const calls = till.callCount;
    // Act
    const back = { requestId: 'reversal-2', voucherId: CODE, redemptionId: first };
    const reply = await till.reverse(back);
    // Assess
    expect(problemOf(reply)).toMatchObject({ status: 422, code: 'platform-refused' });
    expect(till.callCount).toBe(calls);
    expect(sandbox.till.used()).toHaveLength(1);
  });

  it('refuses the first of two uses of a card, which the platform cannot undo', async () => {
    // Prepare
    const card = { bizType: 205, tgTimesCardFlag: true, timesCardUnitPrice: 33 };
    answers([record(CODE, { ...card, flowId: 'c1' })]);
    done(await till.redeem(asked));
    nowMs += 1_000;
    answers([record(CODE, { ...card, flowId: 'c2' })]);
    done(await till.redeem({ ...asked, requestId: 'request-2' }));
    const calls = till.callCount;
    // Act
    const reply = await till.reverse({
      ...{ requestId: 'reversal-1', voucherId: CODE, redemptionId: 'c1' },
    });
    // Assess
    expect(problemOf(reply).detail).toContain('last use only');
    expect(till.callCount).toBe(calls);
  });
});

describe('what a till may name', () => {
  it('is a registered store of the merchant, unless a setting says otherwise', async () => {
    // Prepare
    await till.hexiao.call('PUT', '/v1/merchants/meituan/m2', { name: '别家' });
    const others = { merchantId: 'm2', name: '别家店' };
    await till.hexiao.call('PUT', '/v1/stores/meituan/7701', others);
    // Act
    const strange = await till.redeem({ ...asked, storeId: '9999' });
    const foreign = await till.redeem({ ...asked, requestId: 'request-2', storeId: '7701' });
    // Assess
    for (const reply of [strange, foreign]) {
      expect(problemOf(reply)).toMatchObject({ status: 422, code: 'store-unknown' });
    }
    expect(till.callCount).toBe(0);
    const settings = { ...till.shop.settings, apiBaseUrl: till.url, tillStores: 'any' };
    const path = `/v1/apps/meituan/${DEVELOPER.developerId}`;
    await till.hexiao.call('PUT', path, { secrets: till.shop.secrets, settings });
    done(await till.redeem({ ...asked, storeId: '9999' }));
  });

  it('is each voucher once', async () => {
    const vouchers = [{ voucherId: SECOND }, { voucherId: SECOND }];
    const { code: _code, ...rest } = asked;
    const reply = await till.redeem({ ...rest, vouchers });
    expect(problemOf(reply)).toMatchObject({ status: 400, code: 'request-invalid' });
  });
});

function textOf({ text }: Reply): string {
  return text;
}
