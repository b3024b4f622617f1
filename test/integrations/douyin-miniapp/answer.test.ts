import { describe, expect, test } from 'vitest';
import { douyinMiniapp } from '../../../lib/integrations/douyin-miniapp/index.ts';
import { tradeBody } from '../../../lib/integrations/douyin-miniapp/sandbox/index.ts';
import type { Answer } from '../../../lib/integrations/kit/integration.ts';
import { MemoryCallbackRecords, type Policy } from '../records.ts';
import { APP_ID, app, RECEIVED_AT, sample, signed } from './support.ts';

const ORDER = 'ots72811774181890317381806';
const PIECE = 'ots72811774181890677829806';
const REFUND = 'ot7057416814925531429';
const GOODS = '7280791528300103735';

const ANSWERS = {
  order: {
    payExpireSeconds: 900,
    entry: { path: 'pages/order/detail', params: { id: '{orderId}', no: '{outOrderNo}' } },
    merchantUid: '72789245768543290000',
  },
  refund: { entry: { path: 'pages/refund/detail', params: { id: '{refundId}' } } },
  booking: { result: 1, acceptType: 2 },
};

const world = (settings: object = { answers: ANSWERS }, policy: Policy = () => false) => {
  const records = new MemoryCallbackRecords({ platform: 'douyin', policy });
  const parsed = douyinMiniapp.settings.parse({ ...settings });
  const ask = async (body: string): Promise<Answer | undefined> =>
    douyinMiniapp.answer?.(signed(body), app(undefined, parsed), records);
  return { records, ask };
};

const wordsOf = (answer: Answer | undefined): { data?: Record<string, unknown> } => {
  expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } });
  return JSON.parse(answer?.body ?? '') as { data?: Record<string, unknown> };
};

function changed(name: string, fields: Record<string, unknown>, version = '2.0'): string {
  const { msg, type } = JSON.parse(sample(name).body) as { msg: string; type: string };
  const body = JSON.parse(tradeBody(type, { ...(JSON.parse(msg) as object), ...fields })) as object;
  return JSON.stringify({ ...body, version });
}

describe('an order before it is paid', () => {
  test('gets a number, a page and its receiving merchant', async () => {
    // Act
    const words = wordsOf(await world().ask(sample('pre-create-order').body));
    // Assess
    const outOrderNo = words.data?.out_order_no;
    expect(outOrderNo).toMatch(/^[0-9A-Za-z]{32}$/);
    expect(words).toEqual({
      err_no: 0,
      err_tips: 'success',
      data: {
        out_order_no: outOrderNo,
        pay_expire_seconds: 900,
        order_entry_schema: {
          path: 'pages/order/detail',
          params: JSON.stringify({ id: ORDER, no: outOrderNo }),
        },
        order_goods_info: [{ goods_id: GOODS, merchant_uid: '72789245768543290000' }],
      },
    });
  });

  test('gets the same number again, and another order another', async () => {
    const { ask, records } = world();
    const number = async (fields: object) =>
      wordsOf(await ask(changed('pre-create-order', { ...fields }))).data?.out_order_no;
    expect(await number({ total_amount: 17_601 })).toBe(await number({}));
    expect(await number({ order_id: 'ots1' })).not.toBe(await number({}));
    expect(records.written).toEqual([]);
  });

  test('with 64-bit goods as numbers keeps their digits', async () => {
    const body = changed('pre-create-order', { sku_list: null, item_order_info_list: [] }).replace(
      String.raw`\"item_order_info_list\":[]`,
      String.raw`\"item_order_info_list\":[{\"goods_id\":7280791528300103735}]`,
    );
    expect(wordsOf(await world().ask(body)).data?.order_goods_info).toEqual([
      { goods_id: GOODS, merchant_uid: '72789245768543290000' },
    ]);
  });

  test('is only acknowledged where its own server answers, or where it does not fit', async () => {
    expect(await world({}).ask(sample('pre-create-order').body)).toBeUndefined();
    expect(await world().ask(changed('pre-create-order', { order_id: '' }))).toBeUndefined();
    expect(await world().ask('{"version":"2.0","type":"pre_create_order","msg":"{"}')).toBe(
      undefined,
    );
  });

  test.each([
    { order: { ...ANSWERS.order, entry: { path: '/pages/x' } } },
    { order: { ...ANSWERS.order, entry: { path: 'p', params: { a: '{orderId}'.repeat(5) } } } },
    { order: { ...ANSWERS.order, payExpireSeconds: 0 } },
    { ordr: ANSWERS.order },
  ])('is not answered with what the platform would not take: %j', (answers) => {
    expect(douyinMiniapp.settings.safeParse({ answers }).success).toBe(false);
  });
});

describe('a request for a refund', () => {
  const FILE = sample('pre-create-refund').body;

  test('is filed, gets a number, and waits for the operator', async () => {
    // Prepare
    const { ask, records } = world();
    // Act
    const { data } = wordsOf(await ask(FILE));
    // Assess
    expect(data).toEqual({
      out_refund_no: expect.stringMatching(/^[0-9A-Za-z]{32}$/) as string,
      order_entry_schema: {
        path: 'pages/refund/detail',
        params: JSON.stringify({ id: REFUND }),
      },
    });
    expect(records.refunds.get(REFUND)).toMatchObject({
      platform: 'douyin',
      integration: 'douyin-miniapp',
      appKey: APP_ID,
      merchantId: APP_ID,
      refundId: REFUND,
      orderId: ORDER,
      voucherIds: [PIECE],
      requestedFen: 8_300,
      decideBy: '2026-11-25T01:14:01.545+08:00',
      reference: { version: '2.0', outRefundNo: data?.out_refund_no },
      status: 'pending',
      notifiedAt: null,
    });
  });

  test('asked again gets the same number and is filed once', async () => {
    const { ask, records } = world();
    const first = await ask(FILE);
    expect(await ask(FILE)).toEqual(first);
    expect(await ask(changed('pre-create-refund', { refund_total_amount: 1 }))).toEqual(first);
    expect(records.written).toEqual([`refund:${REFUND}`]);
  });

  test('that the policy approves is told by the audit call, not by the answer', async () => {
    const { ask, records } = world(undefined, () => true);
    await ask(FILE);
    expect(records.refunds.get(REFUND)).toMatchObject({ status: 'approved', notifiedAt: null });
  });

  test.each([2, '2', 0, undefined])(
    'that nobody audits (%j) is approved and told',
    async (need) => {
      const { ask, records } = world();
      await ask(changed('pre-create-refund', { need_refund_audit: need }));
      expect(records.refunds.get(REFUND)).toMatchObject({
        status: 'approved',
        notifiedAt: RECEIVED_AT,
      });
    },
  );

  test('of a whole order names no voucher; one without a deadline has none', async () => {
    const { ask, records } = world({});
    const fields = { refund_item_detail: null, refund_audit_deadline: 'soon' };
    const words = wordsOf(await ask(changed('pre-create-refund', fields)));
    expect(Object.keys(words.data ?? {})).toEqual(['out_refund_no']);
    expect(records.refunds.get(REFUND)).toMatchObject({ voucherIds: [], decideBy: null });
  });

  test('that does not fit is not filed', async () => {
    const { ask, records } = world();
    expect(await ask(changed('pre-create-refund', { refund_id: null }))).toBeUndefined();
    expect(records.written).toEqual([]);
  });

  test.each([
    ['SUCCESS', 'approved'],
    ['FAIL', 'refused'],
    ['HALF', 'pending'],
  ])('whose result is %s is then %s, and the platform need not be told', async (status, became) => {
    const { ask, records } = world();
    await ask(FILE);
    expect(await ask(changed('refund', { status }))).toBeUndefined();
    expect(records.refunds.get(REFUND)).toMatchObject({ status: became });
    expect(records.refunds.get(REFUND)?.notifiedAt === null).toBe(became === 'pending');
  });

  test('that the platform was notified of stays as it was decided when its result comes', async () => {
    const { ask, records } = world();
    await ask(changed('pre-create-refund', { need_refund_audit: 2 }));
    await ask(changed('refund', { status: 'FAIL' }));
    expect(records.refunds.get(REFUND)).toMatchObject({ status: 'approved', decidedBy: 'policy' });
  });
});

describe('a booking without an answer', () => {
  test('is answered as the operator says, else only acknowledged', async () => {
    const body = sample('book-accept-timeout').body;
    expect(wordsOf(await world().ask(body)).data).toEqual({ result: 1, msg: '', accept_type: 2 });
    expect(await world({}).ask(body)).toBeUndefined();
  });
});

describe('everything else', () => {
  test.each(['payment-signed', 'settle', 'coupon-verify', 'ecpay-payment', 'third-party-ticket'])(
    '%s asks nothing',
    async (name) => {
      const { ask, records } = world();
      expect(await ask(sample(name).body)).toBeUndefined();
      expect(records.written).toEqual([]);
    },
  );

  test.each(['calculate_price', 'query_marketing_info', 'made_up'])(
    '%s, whose answer nobody knows, is acknowledged',
    async (type) => expect(await world().ask(tradeBody(type, {}))).toBeUndefined(),
  );
});

describe('when something failed here', () => {
  test('the platform is asked to ask again, in its own envelope', () => {
    const words = (body: string) => douyinMiniapp.busy?.(signed(body))?.body;
    expect(words(sample('pre-create-refund').body)).toBe(
      '{"err_no":1,"err_tips":"busy, ask again"}',
    );
    expect(words(sample('ecpay-payment').body)).toBe('{"err_no":1,"err_tips":"busy, ask again"}');
    expect(words('{"version":"3.0","type":"/ext/waimai/order/notify_pay","msg":"{}"}')).toBe(
      '{"error_code":1,"description":"busy, ask again"}',
    );
    expect(words(sample('third-party-ticket').body)).toBeUndefined();
  });
});
