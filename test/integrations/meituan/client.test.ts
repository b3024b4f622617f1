import { describe, expect, test } from 'vitest';
import type { EventOf } from '../../../lib/events/event.ts';
import { PlatformError } from '../../../lib/integrations/kit/platform-error.ts';
import { MeituanClient } from '../../../lib/integrations/meituan/client.ts';
import type { ClientContext } from '../../../lib/integrations/meituan/context.ts';
import { MeituanCouponClient } from '../../../lib/integrations/meituan/coupons.ts';
import { DianpingClient } from '../../../lib/integrations/meituan/dianping.ts';
import { listedEvent } from '../../../lib/integrations/meituan/listed.ts';
import { MeituanSandbox } from '../../../lib/integrations/meituan/sandbox/index.ts';
import { meituanSettingsSchema } from '../../../lib/integrations/meituan/settings.ts';
import { timeLimitsOf } from '../../support/time-limits.ts';
import {
  answerSamples,
  appWith,
  callSamples,
  DEVELOPER,
  KEY,
  ORDER,
  recorded,
  VOUCHER,
} from './support.ts';

const NOW = 1_795_317_600_000;
const STORE = { appAuthToken: 'tok_test', storeId: 'op_test_0001' };
const SHOP = { session: 'sess_test', shop: { openShopUuid: 'uuid_test_01' } };
const account = { id: 'u1', name: 'store01' };
const USE = { requestId: 'req-0001', receiptCode: VOUCHER, count: 1, account };
const COUPON = { couponCode: VOUCHER, count: 1, employee: account, ownOrderId: 'own-1' };
const SECRETS = { signKey: KEY, dianpingSecret: 'test_secret_dp' };

function platform(settings: Readonly<Record<string, unknown>> = {}) {
  const clock = { nowMs: NOW };
  const now = () => clock.nowMs;
  const sandbox = new MeituanSandbox({
    ...{ developerId: DEVELOPER, signKey: KEY },
    ...{ dianpingAppKey: 'k0001', dianpingSecret: 'test_secret_dp', now },
  });
  const sell = (code: string) =>
    sandbox.till.sell({
      ...{ code, orderId: ORDER, dealId: '700000001' },
      ...{ priceYuan: 99.0, platformYuan: '5.00' },
    });
  const app = appWith({ dianpingAppKey: 'k0001', ...settings }, SECRETS);
  const context: ClientContext = { app, fetch: sandbox.fetch, now };
  return {
    ...{ sandbox, sell, context, clock },
    retail: new MeituanClient(context),
    coupons: new MeituanCouponClient(context),
    dianping: new DianpingClient(context),
  };
}

/** A platform that answers this to everything. */
const answering = (
  answer: unknown,
  settings: Readonly<Record<string, unknown>> = {},
): ClientContext => ({
  app: appWith(settings, SECRETS),
  fetch: async () =>
    answer instanceof Response ? answer.clone() : new Response(JSON.stringify(answer)),
  now: () => NOW,
});

const RECORD = {
  orderId: ORDER,
  receiptCode: VOUCHER,
  dealId: 700000001,
  dealPrice: 99.0,
  flowId: 'f0001',
  platformAmount: '5.00',
  merchantAmount: '1.00',
};

const consumed = async (fields: object, settings: Readonly<Record<string, unknown>> = {}) => {
  const answer = { code: 'OP_SUCCESS', data: { result: [{ ...RECORD, ...fields }] } };
  const done = await new MeituanClient(answering(answer, settings)).consume(STORE, USE);
  return { ...done, event: done.events[0] as EventOf<'voucher.redeemed'> | undefined };
};

describe('a use of a voucher (58)', () => {
  test('that is answered as documented is a redemption by its flow', async () => {
    // Prepare
    const [sample] = answerSamples;
    const context = { ...answering({}), fetch: async () => new Response(sample?.body) };
    // Act
    const { events, unread } = await new MeituanClient(context).consume(STORE, USE);
    // Assess
    expect(unread).toBe(0);
    expect(events).toEqual([
      {
        kind: 'voucher.redeemed',
        eventId: 'redeemed:f0001',
        merchantId: DEVELOPER,
        orderId: ORDER,
        voucherId: VOUCHER,
        occurredAt: '2026-11-22T11:20:00.000+08:00',
        isTimeEstimated: true,
        complete: true,
        redemptionId: 'f0001',
        storeId: 'op_test_0001',
        productName: '双人下午茶',
        amounts: {
          paidFen: 9_400,
          platformDiscountFen: 500,
          merchantDiscountFen: 0,
          paymentDiscountFen: 0,
          originalFen: 9_900,
        },
        sale: {
          productId: '700000001',
          channel: 'unknown',
          channelRaw: null,
          creatorId: null,
          contentId: null,
          cps: null,
          buyer: null,
        },
      },
    ]);
  });

  test('of two vouchers of one order counts the order’s payment for neither', async () => {
    // Prepare
    const { retail, sell } = platform();
    sell(VOUCHER);
    sell('0112345678902');
    // Act
    const { events } = await retail.consume(STORE, { ...USE, count: 2 });
    // Assess
    const paid = events.map((event) => event.kind === 'voucher.redeemed' && event.amounts.paidFen);
    expect(paid).toEqual([9_400, 9_400]);
    expect(recorded(events)).toHaveLength(2);
    expect(events.map((event) => event.voucherId)).toEqual([VOUCHER, '0112345678902']);
  });

  test('that is requested again is the same use', async () => {
    const { retail, sell, clock } = platform();
    sell(VOUCHER);
    const first = await retail.consume(STORE, USE);
    clock.nowMs += 1_000;
    const again = await retail.consume(STORE, USE);
    expect(again.events.map((one) => one.eventId)).toEqual(first.events.map((one) => one.eventId));
  });

  test('is what the buyer, the platform and the merchant paid of it', async () => {
    expect((await consumed({})).event?.amounts).toEqual({
      paidFen: 9_300,
      platformDiscountFen: 500,
      merchantDiscountFen: 100,
      paymentDiscountFen: 0,
      originalFen: 9_900,
    });
  });

  test('of a card is worth one use of it', async () => {
    for (const card of [{ tgTimesCardFlag: true }, { bizType: 205 }]) {
      const { event } = await consumed({ ...card, dealPrice: 500, timesCardUnitPrice: '50.00' });
      expect(event).toMatchObject({ complete: true, amounts: { originalFen: 5_000 } });
      const untold = await consumed({ ...card, dealPrice: 500 });
      expect(untold.event).toMatchObject({ complete: false, amounts: { originalFen: 0 } });
    }
  });

  test.each([
    ['no price', { dealPrice: null }],
    ['more subsidy than price', { platformAmount: '100.00' }],
  ])('that tells %s is incomplete: no amount is guessed', async (_what, fields) => {
    const { event } = await consumed(fields);
    expect(event).toMatchObject({
      complete: false,
      amounts: { paidFen: 0, platformDiscountFen: 0, originalFen: 0 },
    });
  });

  test('without a told subsidy has none, or is incomplete, as the settings say', async () => {
    const untold = { platformAmount: null, merchantAmount: undefined };
    const zero = await consumed(untold);
    expect(zero.event).toMatchObject({ complete: true, amounts: { paidFen: 9_900 } });
    const unknown = await consumed(untold, { absentSubsidy: 'unknown' });
    expect(unknown.event).toMatchObject({ complete: false, amounts: { paidFen: 0 } });
    const free = await consumed(
      { platformAmount: 0, merchantAmount: 0 },
      { absentSubsidy: 'unknown' },
    );
    expect(free.event).toMatchObject({ complete: true, amounts: { paidFen: 9_900 } });
  });

  test('without a flow is named by our call, and gives way to the platform’s record', async () => {
    const { event } = await consumed({ flowId: '' });
    expect(event).toMatchObject({
      eventId: `redeemed:~${VOUCHER}@req-0001`,
      redemptionId: `~${VOUCHER}@req-0001`,
      complete: false,
      amounts: { paidFen: 9_300 },
    });
  });

  test.each([
    ['a record without its order', { result: [{ ...RECORD, orderId: null }] }],
    ['a record without its voucher', { result: [{ ...RECORD, receiptCode: [] }] }],
    ['a record in another shape', { result: ['x'] }],
    ['no list', { result: 'x' }],
    ['nothing', null],
  ])('whose answer has %s has happened, to the voucher that was requested', async (_what, data) => {
    const context = answering({ code: 'OP_SUCCESS', data });
    const done = await new MeituanClient(context).consume(STORE, USE);
    expect(done).toMatchObject({
      events: [{ kind: 'voucher.redeemed', voucherId: VOUCHER, occurredAt: expect.any(String) }],
      unread: 0,
    });
  });

  test.each([
    ['an amount of more places', { dealPrice: '99.001' }],
    ['an eighth of a yuan', { dealPrice: 88.125 }],
    ['an amount below nothing', { dealPrice: -1 }],
    ['a subsidy that is none', { platformAmount: 'abc' }],
    ['a subsidy in another shape', { merchantAmount: { yuan: 1 } }],
    ['a flag that is none', { tgTimesCardFlag: 'maybe' }],
    ['a kind that is none', { tgTimesCardFlag: null, bizType: {} }],
  ])('of which a field is unreadable (%s) waits for its worth', async (_what, fields) => {
    const { event, unread } = await consumed(fields);
    expect(unread).toBe(0);
    expect(event).toMatchObject({
      ...{ complete: false, unpriced: true, redemptionId: 'f0001', orderId: ORDER },
      amounts: { paidFen: 0, originalFen: 0 },
    });
  });

  test.each([
    ['a 32-bit float', { dealPrice: 19.899999618530273 }, 1_990],
    ['a large 32-bit float', { dealPrice: Math.fround(9_999.99) }, 999_999],
    ['a sum of floats', { dealPrice: 0.1 + 0.2 }, 30],
    ['a flag as a text', { tgTimesCardFlag: 'false' }, 9_900],
  ])('reads %s', async (_what, fields, originalFen) => {
    const { event } = await consumed({ platformAmount: 0, merchantAmount: 0, ...fields });
    expect(event).toMatchObject({ complete: true, amounts: { originalFen, paidFen: originalFen } });
  });

  test('that is answered with an empty list is no refusal: it is requested again', async () => {
    const context = answering({ code: 'OP_SUCCESS', data: { result: [] } });
    const act = new MeituanClient(context).consume(STORE, USE);
    await expect(act).rejects.toMatchObject({ retryable: true });
  });

  test.each([0, 101, 1.5])('of %d vouchers is refused before anything is sent', async (count) => {
    const { retail, sandbox } = platform();
    await expect(retail.consume(STORE, { ...USE, count })).rejects.toThrow('1 to 100');
    expect(sandbox.calls).toEqual([]);
  });

  test('keeps 64-bit ids', async () => {
    const text = JSON.stringify({ code: 'OP_SUCCESS', data: { result: [RECORD] } });
    const body = text.replace(`"${ORDER}"`, '9223372036854775807');
    const context = { ...answering({}), fetch: async () => new Response(body) };
    const { events } = await new MeituanClient(context).consume(STORE, USE);
    expect(events[0]?.orderId).toBe('9223372036854775807');
  });
});

describe('a use that is taken back (58)', () => {
  const reversal = { receiptCode: VOUCHER, dealId: '700000001', account };

  test('is the reversal of that use, within ten minutes', async () => {
    // Prepare
    const { retail, sell, clock } = platform();
    sell(VOUCHER);
    await retail.consume(STORE, USE);
    const redemption = { redemptionId: 'f1', orderId: ORDER };
    clock.nowMs += 600_000;
    // Act
    const { events } = await retail.reverseConsume(STORE, { ...reversal, redemption });
    // Assess
    expect(events).toEqual([
      {
        kind: 'voucher.redemption_reversed',
        eventId: 'reversed:f1',
        merchantId: DEVELOPER,
        orderId: ORDER,
        voucherId: VOUCHER,
        occurredAt: '2026-11-22T11:30:00.000+08:00',
        isTimeEstimated: true,
        complete: false,
        redemptionId: 'f1',
      },
    ]);
  });

  test('later than that is refused by the platform', async () => {
    const { retail, sell, clock } = platform();
    sell(VOUCHER);
    await retail.consume(STORE, USE);
    clock.nowMs += 600_001;
    const redemption = { redemptionId: 'f1', orderId: ORDER };
    const late = retail.reverseConsume(STORE, { ...reversal, redemption });
    await expect(late).rejects.toMatchObject({ retryable: false });
    await expect(late).rejects.toThrow('OP_TOO_LATE');
  });

  test('that only our call named takes back whatever record took its place', async () => {
    const context = answering({ code: 'OP_SUCCESS', data: {} });
    const redemption = { redemptionId: `~${VOUCHER}@req-0001`, orderId: ORDER };
    const done = new MeituanClient(context).reverseConsume(STORE, { ...reversal, redemption });
    expect((await done).events).toMatchObject([
      { eventId: `reversed:~${VOUCHER}@req-0001`, redemptionId: null },
    ]);
  });

  test('is signed as documented', async () => {
    // Prepare
    const sample = callSamples.find(({ scheme }) => scheme === 'meituan');
    const { context, sandbox } = platform();
    const retail = new MeituanClient({ ...context, now: () => 1_795_312_800_999 });
    const redemption = { redemptionId: 'f1', orderId: ORDER };
    // Act
    await retail.reverseConsume(STORE, { ...reversal, redemption }).catch(() => undefined);
    // Assess
    expect(sandbox.calls).toEqual([
      {
        path: '/ddzh/tuangou/receipt/reverseconsume',
        params: { ...sample?.params, sign: sample?.sign },
      },
    ]);
  });
});

describe('a look at vouchers (58)', () => {
  const settings = meituanSettingsSchema.parse({});
  const ABOUT = { app: appWith(), settings, storeId: STORE.storeId };
  const DAY = { date: '2026-11-22', bizType: 0, offset: 0, limit: 50 };

  test('of a day are incomplete rows, which the record of our own call completes', async () => {
    // Prepare
    const { retail, sell, sandbox } = platform();
    sell(VOUCHER);
    const { events } = await retail.consume(STORE, USE);
    // Act
    const listed = await retail.queryListByDate(STORE, DAY);
    // Assess: one act by one id, of which the list knows neither order nor payment
    const [full] = events;
    const drafts = listed.uses.map((use) => listedEvent(use, ABOUT));
    expect(drafts).toMatchObject([
      {
        ...{
          eventId: full?.eventId,
          voucherId: VOUCHER,
          complete: false,
          occurredAt: full?.occurredAt,
        },
        amounts: { paidFen: 0, originalFen: 9_900 },
      },
    ]);
    expect(recorded(drafts)).toHaveLength(1);
    expect(JSON.parse(sandbox.calls.at(-1)?.params.biz ?? '')).toEqual(DAY);
  });

  test('of a day are requested by kind, which the platform refuses to do without', async () => {
    const { retail } = platform();
    const without = { ...DAY, bizType: undefined as unknown as number };
    await expect(retail.queryListByDate(STORE, without)).rejects.toThrow('OP_PARAM_ERROR');
    await expect(retail.queryListByDate(STORE, { ...DAY, limit: 301 })).rejects.toThrow('300');
  });

  test('of a day are those that were used, as rows that tell when', async () => {
    const list = (row: object) =>
      new MeituanClient(
        answering({ code: 'OP_SUCCESS', data: { totalCount: 1, records: [row] } }),
      ).queryListByDate(STORE, DAY);
    const row = { receiptCode: VOUCHER, verifyTime: '2026-11-22 10:00:00', dealGroupId: 6 };
    expect(await list({ receiptCode: VOUCHER })).toMatchObject({
      ...{ uses: [], unread: [{ field: 'verifyTime', voucherId: VOUCHER }] },
    });
    expect(await list({ ...row, refundStatus: 4 })).toMatchObject({ uses: [], unread: [] });
    expect(await list({ ...row, refundStatus: 0 })).toMatchObject({ uses: [], unread: [] });
    for (const refundStatus of [1, 6, undefined]) {
      const { uses, unread } = await list({ ...row, refundStatus });
      expect(unread).toEqual([]);
      expect(uses.map((use) => listedEvent(use, ABOUT))).toMatchObject([
        { eventId: `redeemed:${VOUCHER}@2026-11-22T10:00:00.000+08:00`, complete: false },
      ]);
    }
  });

  test('of a day that the platform does not list are requested again, not none', async () => {
    const listed = new MeituanClient(answering({ code: 'OP_SUCCESS', data: {} }));
    await expect(listed.queryListByDate(STORE, DAY)).rejects.toMatchObject({ retryable: true });
    const empty = answering({ code: 'OP_SUCCESS', data: { totalCount: 0, records: [] } });
    expect(await new MeituanClient(empty).queryListByDate(STORE, DAY)).toMatchObject({
      ...{ uses: [], unread: [], total: 0 },
    });
  });

  test.each([
    ['a state that no page names', { refundStatus: 5 }, 'refundStatus'],
    ['a code that is none', { receiptCode: null }, 'receiptCode'],
    ['an amount of three places', { dealPrice: '9.999' }, 'dealPrice'],
    ['another day', { verifyTime: '2026-11-23 00:00:00' }, 'verifyTime'],
  ])('of a day name the field of a row with %s, and keep the others', async (_what, odd, field) => {
    const row = { receiptCode: VOUCHER, verifyTime: '2026-11-22 10:00:00', dealPrice: 99 };
    const records = [row, { ...row, ...odd }];
    const context = answering({ code: 'OP_SUCCESS', data: { totalCount: 2, records } });
    const { uses, unread } = await new MeituanClient(context).queryListByDate(STORE, DAY);
    expect(uses).toMatchObject([{ receiptCode: VOUCHER, dealPriceFen: 9_900 }]);
    expect(unread).toMatchObject([{ field: expect.stringContaining(field) }]);
  });

  test('that the platform is too busy for are an error to repeat, where the operator says so', async () => {
    const told = platform({ codes: { OP_BUSY: 'busy' } });
    told.sell(VOUCHER);
    for (const [code, wanted] of [
      ['OP_BUSY', { retryable: true, meaning: 'busy' }],
      ['OP_WHAT', { retryable: false, code: 'OP_WHAT', meaning: 'unknown' }],
    ] as const) {
      told.sandbox.fails.push(code);
      await expect(told.retail.consume(STORE, USE)).rejects.toMatchObject(wanted);
    }
    told.sandbox.fails.push('OP_WHAT');
    await expect(told.retail.queryListByDate(STORE, DAY)).rejects.toMatchObject({
      ...{ retryable: true, meaning: 'unknown' },
    });
    expect((await told.retail.consume(STORE, USE)).events).toHaveLength(1);
  });

  test('before and after its use is the platform’s answer', async () => {
    const { retail, sell, sandbox } = platform();
    sell(VOUCHER);
    const before = await retail.prepare(STORE, VOUCHER);
    await retail.consume(STORE, USE);
    const after = await retail.getConsumed(STORE, VOUCHER);
    expect(before).toMatchObject({ data: { result: [{ receiptCode: VOUCHER }] } });
    // One flat object.
    expect(after).toMatchObject({ data: { receiptCode: VOUCHER, dealPrice: 99 } });
    await expect(retail.prepare(STORE, VOUCHER)).rejects.toMatchObject({ code: 'OP_NO_SUCH' });
    expect(sandbox.calls.map(({ path }) => path)).toEqual([
      '/ddzh/tuangou/receipt/prepare',
      '/ddzh/tuangou/receipt/consume',
      '/ddzh/tuangou/receipt/getconsumed',
      '/ddzh/tuangou/receipt/prepare',
    ]);
  });
});

describe('a coupon of a restaurant (1)', () => {
  test('is used without an amount, and its reversal takes back that use', async () => {
    // Prepare
    const { coupons, sell } = platform();
    sell(VOUCHER);
    // Act
    const { events, unread } = await coupons.consume(STORE, COUPON);
    // Assess
    expect(unread).toBe(0);
    expect(events).toMatchObject([
      {
        kind: 'voucher.redeemed',
        eventId: `redeemed:~${VOUCHER}@own-1`,
        orderId: 'own-1',
        voucherId: VOUCHER,
        // It waits for the till's or the platform's word rather than count one of nothing.
        ...{ complete: false, unpriced: true },
        amounts: { paidFen: 0, originalFen: 0 },
        sale: { productId: '700000001' },
      },
    ]);
    const redemption = { redemptionId: `~${VOUCHER}@own-1`, orderId: 'own-1' };
    const cancel = { couponCode: VOUCHER, employee: account, redemption };
    expect(recorded(events)).toHaveLength(1);
    expect(recorded((await coupons.cancel(STORE, cancel)).events)).toMatchObject([
      { eventId: `reversed:~${VOUCHER}@own-1`, redemptionId: null },
    ]);
    await expect(coupons.cancel(STORE, cancel)).rejects.toThrow('answered an error');
  });

  test('is sent with the documented fields', async () => {
    const { coupons, sandbox } = platform();
    await coupons.consume(STORE, COUPON).catch(() => undefined);
    const redemption = { redemptionId: 'x', orderId: 'y' };
    const cancel = { couponCode: VOUCHER, employee: account, redemption };
    await coupons.cancel(STORE, cancel).catch(() => undefined);
    expect(sandbox.calls.map(({ params }) => [params.businessId, params.biz])).toEqual([
      [
        '1',
        `{"couponCode":"${VOUCHER}","count":1,"eId":"u1","eName":"store01","eOrderId":"own-1"}`,
      ],
      ['1', `{"couponCode":"${VOUCHER}","type":"1","eId":"u1","eName":"store01"}`],
    ]);
  });
});

describe('Dianping', () => {
  test('is called as documented, to the minute of its clock', async () => {
    const sample = callSamples.find(({ scheme }) => scheme === 'dianping');
    const { dianping, sandbox } = platform();
    await dianping.consume(SHOP, USE).catch(() => undefined);
    expect(sandbox.calls).toEqual([
      {
        path: '/router/tuangou/receipt/consume',
        params: { ...sample?.params, sign: sample?.sign },
      },
    ]);
  });

  test('tells uses, without subsidies and flows', async () => {
    // Prepare
    const { dianping, sell } = platform();
    sell(VOUCHER);
    // Act
    const { events } = await dianping.consume(SHOP, USE);
    // Assess
    expect(events).toMatchObject([
      {
        eventId: `redeemed:~${VOUCHER}@req-0001`,
        storeId: 'uuid_test_01',
        complete: false,
        amounts: { paidFen: 9_900, originalFen: 9_900 },
      },
    ]);
    const redemption = { redemptionId: `~${VOUCHER}@req-0001`, orderId: ORDER };
    const reversal = { receiptCode: VOUCHER, dealId: '700000001', account, redemption };
    expect((await dianping.reverseConsume(SHOP, reversal)).events).toMatchObject([
      { kind: 'voucher.redemption_reversed', redemptionId: null },
    ]);
  });

  test('tells a day’s uses by a read, in whatever form the records come', async () => {
    const record = {
      ...{ order_id: ORDER, receipt_code: VOUCHER, deal_id: 7, deal_price: 99.5 },
      verify_time: '2026-11-22 10:00:00',
    };
    for (const data of [[record], { total_count: 1, records: [record] }, record]) {
      const dianping = new DianpingClient(answering({ code: 200, data }));
      const day = { date: '2026-11-22', offset: 0, limit: 50 };
      expect(await dianping.queryListByDate(SHOP, day)).toMatchObject({
        events: [{ complete: true, amounts: { paidFen: 9_950 }, sale: { productId: '7' } }],
        unread: 0,
      });
    }
  });

  test('knows a shop by either id, and is read by GET', async () => {
    const { dianping, sandbox } = platform();
    const shop = { session: 's', shop: { appShopId: 'mine' } };
    await dianping.queryListByDate(shop, { date: '2026-11-22', offset: 0, limit: 50 });
    expect(sandbox.calls[0]?.params).toMatchObject({
      ...{ app_shop_id: 'mine', date: '2026-11-22', offset: '0', limit: '50' },
    });
  });

  test.each([
    [{ code: 403, msg: 'a word of theirs' }, 'answered 403', false],
    [{ data: [] }, 'unknown shape', true],
  ])('that answers %j is an error', async (answer, why, retryable) => {
    const failed = new DianpingClient(answering(answer)).consume(SHOP, USE);
    await expect(failed).rejects.toThrow(why);
    await expect(failed).rejects.toMatchObject({ retryable });
    await expect(failed).rejects.not.toThrow('word of theirs');
  });
});

describe('what the platform does instead of answering', () => {
  const headers = { 'retry-after': '7' };

  test.each([
    ['another code', { code: 'OP_SYSTEM_ERROR', msg: 'x' }, { retryable: false }],
    ['a code of its own length', { code: 'a word, of theirs' }, { retryable: true }],
    ['an older error', { error: { code: 1 } }, { retryable: false }],
    ['nothing', {}, { retryable: true }],
    ['a list', [], { retryable: true }],
    ['no JSON', new Response('<html>'), { retryable: true, down: true }],
    ['HTTP 503', new Response('', { status: 503 }), { retryable: true, down: true }],
    ['HTTP 403', new Response('', { status: 403 }), { retryable: false, down: false }],
    ['HTTP 302', new Response('', { status: 302 }), { retryable: false }],
    ['HTTP 429', new Response('', { status: 429, headers }), { retryAfterMs: 7_000 }],
  ])('(%s) is a PlatformError without its words', async (_what, answer, error) => {
    const failed = new MeituanClient(answering(answer)).prepare(STORE, VOUCHER);
    await expect(failed).rejects.toBeInstanceOf(PlatformError);
    await expect(failed).rejects.toMatchObject(error);
    await expect(failed).rejects.not.toThrow(/of theirs|0112345678901|tok_test/);
  });

  test('and when it is silent, the call ends after 2.5 s', async () => {
    // Prepare
    const fetch: ClientContext['fetch'] = (_url, init) =>
      new Promise((_answered, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
      });
    const { context } = platform();
    // Act, Assess
    const limits = await timeLimitsOf(async () => {
      const silent = new MeituanClient({ ...context, fetch }).prepare(STORE, VOUCHER);
      await expect(silent).rejects.toMatchObject({ retryable: true, down: true });
    });
    expect(limits).toEqual([2_500]);
  });

  test('no call is made without its secret, or when there is no time left', async () => {
    const { context, sandbox } = platform();
    const bare = { ...context, app: { ...context.app, secrets: {} } };
    await expect(new MeituanClient(bare).prepare(STORE, VOUCHER)).rejects.toThrow('signKey');
    await expect(new DianpingClient(bare).consume(SHOP, USE)).rejects.toThrow('dianpingSecret');
    const late = new MeituanClient({ ...context, deadlineMs: NOW });
    await expect(late.prepare(STORE, VOUCHER)).rejects.toThrow('no time left');
    expect(sandbox.calls).toEqual([]);
  });

  test('a call with another key is refused by the platform', async () => {
    const { context } = platform();
    const app = { ...context.app, secrets: { signKey: ['wrong'], dianpingSecret: ['wrong'] } };
    const retail = new MeituanClient({ ...context, app });
    await expect(retail.prepare(STORE, VOUCHER)).rejects.toThrow('OP_SIGN_ERROR');
    const dianping = new DianpingClient({ ...context, app });
    await expect(dianping.consume(SHOP, USE)).rejects.toThrow('answered 401');
  });
});
