import { describe, expect, test } from 'vitest';
import type { Integration } from '../../../lib/integrations/kit/integration.ts';
import { meituan } from '../../../lib/integrations/meituan/index.ts';
import { MemoryCallbackRecords, type Policy } from '../records.ts';
import {
  appWith,
  DEVELOPER,
  form,
  ORDER,
  pushSample,
  pushSamples,
  readText,
  recorded,
  request,
  VOUCHER,
} from './support.ts';

/** The rules an operator would write; every name within messages and answers is made up. */
const RULES = {
  messages: {
    5910031: { orderId: 'orderNo', count: 'num', productId: 'deal' },
    5910029: { refundId: 'refundNo', amount: { field: 'fee', unit: 'yuan' } },
    5910105: { orders: 'list', orderId: 'no' },
    5910027: { refundId: 'refundNo', amount: 'whole' },
    5910083: {
      refundId: 'refundNo',
      amount: 'whole',
      when: { field: 'status', in: ['2'] },
    },
  },
  answers: {
    110029: { fields: { vendorOrderId: 'ownOrderId', orderNo: 'orderId' } },
    5910031: { fields: { codes: 'codes' } },
    5910035: { fields: { code: 'code' } },
    5910105: {
      list: 'orders',
      fields: { no: 'orderId', state: 'state' },
      states: { unused: 1, redeemed: 2, refunded: 3 },
    },
  },
};

const SEND = JSON.stringify({ orderNo: ORDER, num: 2, deal: 7 });

const world = (settings: object = RULES, policy: Policy = () => false) => {
  const pools = { [DEVELOPER]: ['c1', 'c2', 'c3'] };
  const records = new MemoryCallbackRecords({ platform: 'meituan', pools, policy });
  const app = appWith({ ...settings });
  const ask = async (msgType: string, message: string): Promise<unknown> => {
    const answer = await meituan.answer?.(request(form(msgType, message)), app, records);
    return answer && (JSON.parse(answer.body) as unknown);
  };
  return { ask, records, app };
};

describe('a question', () => {
  test('about an order of the till’s gets our number of it, the same each time, as an object', async () => {
    const { ask } = world();
    const first = await ask('110029', `{"orderId":"${ORDER}"}`);
    expect(first).toEqual({
      code: 0,
      message: 'success',
      data: {
        vendorOrderId: expect.stringMatching(/^M[0-9a-f]{31}$/) as string,
        orderNo: ORDER,
      },
    });
    expect(await ask('110029', `{"orderId":${ORDER},"more":1}`)).toEqual(first);
  });

  test('about a code gets that of the order, as a string of JSON', async () => {
    const { ask } = world();
    await ask('5910031', SEND);
    expect(await ask('5910035', `{"orderId":"${ORDER}"}`)).toEqual({
      code: 0,
      message: 'success',
      data: '{"code":"c1"}',
    });
    expect(await ask('5910035', `{"orderId":"${ORDER}","receiptCode":"c2"}`)).toMatchObject({
      data: '{"code":"c2"}',
    });
  });

  test('about a code that is not the order’s is refused', async () => {
    const { ask } = world();
    await ask('5910031', SEND);
    for (const message of [`{"orderId":"${ORDER}","receiptCode":"c3"}`, '{"orderId":"other"}']) {
      expect(await ask('5910035', message)).toEqual({
        code: 1,
        message: 'no codes of this order are here',
      });
    }
  });

  test('about several orders tells those that we know, in the platform’s words', async () => {
    const { ask, records } = world();
    await ask('5910031', SEND);
    await ask('5910031', '{"orderNo":"o2","num":1,"deal":7}');
    records.events.push(...recordedUse('c3', 'o2'));
    expect(await ask('5910105', `{"list":["${ORDER}",{"no":"o2"},"o3"]}`)).toEqual({
      code: 0,
      message: 'success',
      data: JSON.stringify({
        orders: [
          { no: ORDER, state: 1 },
          { no: 'o2', state: 2 },
        ],
      }),
    });
  });

  test.each([
    ['{"list":"x"}', 'did not fit: message.list'],
    ['{"list":[{}]}', 'did not fit: message.list.no'],
    ['{"list":[""]}', 'did not fit: message.list.no'],
    [JSON.stringify({ list: Array.from({ length: 101 }, String) }), 'at most 100 orders at once'],
  ])('about several orders that is %s is refused', async (message, why) => {
    expect(await world().ask('5910105', message)).toEqual({ code: 1, message: why });
  });

  test.each([
    ['110029', 'settings.answers.110029'],
    ['5910035', 'settings.answers.5910035'],
    ['5910105', 'settings.answers.5910105'],
    ['5910031', 'settings.answers.5910031'],
    ['5910029', 'settings.messages.5910029.refundId'],
  ])(
    '%s without a word of the operator is refused, and names the setting',
    async (type, setting) => {
      const { ask, records } = world({});
      const message = `{"orderId":"${ORDER}"}`;
      expect(await ask(type, message)).toEqual({ code: 1, message: `did not fit: ${setting}` });
      expect(records.written).toEqual([]);
    },
  );

  test.each(Object.keys(RULES.answers))('%s may be left to somebody else', async (type) => {
    const { ask, records } = world({ answers: { [type]: 'acknowledge' } });
    expect(await ask(type, SEND)).toBeUndefined();
    expect(records.written).toEqual([]);
  });

  test('needs the platform’s words for a state', () => {
    const answers = { 5910105: { list: 'orders', fields: { s: 'state' } } };
    expect(meituan.settings.safeParse({ answers }).success).toBe(false);
  });
});

describe('发券', () => {
  test('gives the order codes of the pool, the same each time', async () => {
    const { ask, records } = world();
    const first = await ask('5910031', SEND);
    expect(first).toEqual({ code: 0, message: 'success', data: '{"codes":["c1","c2"]}' });
    expect(await ask('5910031', SEND)).toEqual(first);
    expect(records.written).toEqual([`codes:${ORDER}`]);
  });

  test('is refused in words when there are too few, and nothing is given', async () => {
    const { ask, records } = world();
    expect(await ask('5910031', JSON.stringify({ orderNo: ORDER, num: 4, deal: 7 }))).toEqual({
      code: 1,
      message: 'not enough codes are left',
    });
    expect(records.written).toEqual([]);
    const stranger = world({ ...RULES, merchantId: 'another' });
    expect(await stranger.ask('5910031', SEND)).toMatchObject({ code: 1 });
  });

  test.each([0, -1, 1.5, 'two', null, 1_001])('of %j pieces is refused', async (num) => {
    expect(await world().ask('5910031', JSON.stringify({ orderNo: ORDER, num, deal: 7 }))).toEqual({
      code: 1,
      message: 'did not fit: message.num',
    });
  });

  test('of our own codes is kept when it is read: it names no voucher', () => {
    const app = appWith({ ...RULES });
    expect(readText(form('5910031', SEND), app)).toEqual({ outcome: 'kept', kind: '5910031' });
  });
});

describe('退券', () => {
  const REQUEST = JSON.stringify({
    orderId: ORDER,
    receiptCode: VOUCHER,
    refundNo: 'r1',
    fee: '99',
  });

  test('is filed once, and acknowledged', async () => {
    const { ask, records } = world();
    expect(await ask('5910029', REQUEST)).toBeUndefined();
    expect(await ask('5910029', REQUEST)).toBeUndefined();
    expect(records.written).toEqual(['refund:r1']);
    expect(records.refunds.get('r1')).toMatchObject({
      ...{ platform: 'meituan', integration: 'meituan', appKey: DEVELOPER, merchantId: DEVELOPER },
      ...{ refundId: 'r1', orderId: ORDER, voucherIds: [VOUCHER], requestedFen: 9_900 },
      ...{ decideBy: null, status: 'pending' },
    });
  });

  test('that the policy approves has still to be told, and no call can tell it', async () => {
    const { ask, records, app } = world(RULES, () => true);
    await ask('5910029', REQUEST);
    const filed = records.refunds.get('r1');
    if (filed === undefined) throw new Error('not filed');
    expect(filed).toMatchObject({ status: 'approved', notifiedAt: null });
    const context = { app, fetch: globalThis.fetch, now: () => 0 };
    expect(await (meituan as Integration).auditRefund?.(filed, context)).toMatchObject({
      outcome: 'refused',
    });
  });

  test.each([
    ['5910027', {}, 'approved'],
    ['5910083', { status: 2 }, 'approved'],
    ['5910083', { status: 3 }, 'pending'],
    ['5910083', {}, 'pending'],
  ])('is closed by news of the refund (%s with %j): %s', async (type, more, status) => {
    const { ask, records } = world();
    await ask('5910029', REQUEST);
    expect(await ask(type, JSON.stringify({ orderId: ORDER, refundNo: 'r1', ...more }))).toBe(
      undefined,
    );
    expect(records.refunds.get('r1')).toMatchObject({ status });
  });

  test('is not closed by news that the operator has no rule for, or that may be of a failure', async () => {
    const { when: _when, ...noResult } = RULES.messages[5910083];
    const { 5910083: _rule, ...others } = RULES.messages;
    for (const rules of [{}, { 5910083: 'keep' }, { 5910083: noResult }]) {
      const { ask, records } = world({ ...RULES, messages: { ...others, ...rules } });
      await ask('5910029', REQUEST);
      await ask('5910083', JSON.stringify({ orderId: ORDER, refundNo: 'r1', status: 2 }));
      expect(records.refunds.get('r1')).toMatchObject({ status: 'pending' });
    }
  });
});

describe('everything else', () => {
  const ASKING = new Set([
    'till-order',
    'dynamic-code-query',
    'coupon-issue',
    'coupon-refund-request',
  ]);

  test.each(pushSamples.filter(({ name }) => !ASKING.has(name)))(
    '$name asks nothing',
    async ({ body }) => {
      const { records, app } = world({});
      expect(await meituan.answer?.(request(body), app, records)).toBeUndefined();
      expect(records.written).toEqual([]);
    },
  );

  test('when something failed here, the platform is asked to ask again', () => {
    const words = (name: string) => meituan.busy?.(request(pushSample(name).body))?.body;
    expect(words('coupon-issue')).toBe('{"code":1,"message":"busy, ask again"}');
    expect(words('store-map')).toBeUndefined();
  });

  test('what is no form, or no JSON within, is answered all the same', async () => {
    const { records, app, ask } = world();
    expect(await meituan.answer?.(request('a=1&a=2'), app, records)).toBeUndefined();
    expect(await ask('5910035', '{')).toEqual({ code: 1, message: 'message: no JSON' });
    expect(await ask('5910027', '{')).toBeUndefined();
  });
});

const recordedUse = (voucherId: string, orderId: string) => {
  const app = appWith({
    messages: {
      5810147: { ...{ redemptionId: 'act', at: 'at' }, amount: { field: 'fee', unit: 'fen' } },
    },
  });
  const body = form(
    '5810147',
    JSON.stringify({ orderId, receiptCode: voucherId, act: 'a1', at: 1_795_312_800, fee: 1 }),
  );
  const reading = readText(body, app);
  if (reading.outcome !== 'events') throw new Error(reading.outcome);
  return recorded(reading.events);
};
