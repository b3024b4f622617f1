import { describe, expect, test } from 'vitest';
import { NO_AMOUNTS } from '../../../lib/events/event.ts';
import type { Settings } from '../../../lib/integrations/kit/app.ts';
import { PlatformError } from '../../../lib/integrations/kit/platform-error.ts';
import { KuaishouMiniappClient } from '../../../lib/integrations/kuaishou-miniapp/client.ts';
import { originOf } from '../../../lib/integrations/kuaishou-miniapp/origin.ts';
import { nextUse } from '../../../lib/integrations/kuaishou-miniapp/reports.ts';
import { startSandbox } from '../../../lib/integrations/kuaishou-miniapp/sandbox/index.ts';
import { signCall } from '../../../lib/integrations/kuaishou-miniapp/sign-call.ts';
import {
  answering,
  failureOf,
  TROUBLES,
  type Trouble,
  urlOf,
} from '../../support/platform-fetch.ts';
import { sampleText } from '../../support/sample-files.ts';
import { timeLimitsOf } from '../../support/time-limits.ts';
import { APP_ID, APP_SECRET, appOf } from './make.ts';

const NOW_MS = 1_795_312_800_000;
const ACCESS_TOKEN = 'test_access_token';

function harness(settings: Partial<Settings> = {}, fetch?: typeof globalThis.fetch) {
  const sandbox = startSandbox({
    appId: APP_ID,
    appSecret: APP_SECRET,
    accessToken: ACCESS_TOKEN,
  });
  const calls: { url: URL; body: unknown }[] = [];
  const client = new KuaishouMiniappClient({
    app: appOf({ appSecret: [APP_SECRET, 'older'] }, settings),
    accessToken: ACCESS_TOKEN,
    fetch:
      fetch ??
      (async (input, init) => {
        calls.push({ url: new URL(urlOf(input)), body: init?.body });
        return sandbox.app.request(urlOf(input), init);
      }),
    now: () => NOW_MS,
    deadlineMs: NOW_MS + 10_000,
  });
  return { sandbox, client, calls };
}

describe('the signature of a call', () => {
  test('is the documented one', () => {
    const sample = JSON.parse(sampleText('kuaishou-miniapp', 'call-query-order'));
    expect(signCall(sample.fields, sample.secrets.appSecret)).toBe(sample.sign);
    expect(sample.sign).toBe('46c55ce3d917392f005f1e3219fcf7f9');
  });

  test('leaves out sign, the token and what is empty, and does not mind the order', () => {
    const fields = { out_order_no: 'T20261122000001', app_id: APP_ID };
    const noise = { sign: 'x', access_token: 'y', attach: '', a: undefined, b: null };
    expect(signCall({ ...noise, ...fields }, APP_SECRET)).toBe('46c55ce3d917392f005f1e3219fcf7f9');
  });

  test('signs nested values as their JSON, sorts by ASCII, and 0 is not empty', () => {
    const fields = { b: [{ copies: 2 }], a: 0, B: false };
    expect(signCall(fields, 's')).toBe(signCall({ B: 'false', a: '0', b: '[{"copies":2}]' }, 's'));
    expect(signCall(fields, 's')).not.toBe(signCall({ ...fields, a: '' }, 's'));
  });
});

describe('queries', () => {
  test.each(['json', 'form'])('tell the platform’s word, asked as %s', async (epayBody) => {
    // Prepare
    const { sandbox, client, calls } = harness({ epayBody });
    sandbox.payments.set('T1', { pay_status: 'TIMEOUT' });
    sandbox.refunds.set('R1', { refund_status: 'REFUND_SUCCESS' });
    // Act
    const order = await client.queryOrder('T1');
    const refund = await client.queryRefund('R1');
    // Assess
    expect(order.status).toBe('TIMEOUT');
    expect(refund).toMatchObject({
      status: 'REFUND_SUCCESS',
      answer: { refund_info: { refund_status: 'REFUND_SUCCESS' } },
    });
    expect(calls.map(({ url }) => url.origin + url.pathname)).toEqual([
      'https://open.kuaishou.com/openapi/mp/developer/epay/query_order',
      'https://open.kuaishou.com/openapi/mp/developer/epay/query_refund',
    ]);
    expect(Object.fromEntries(calls[0]?.url.searchParams ?? [])).toEqual({
      app_id: APP_ID,
      access_token: ACCESS_TOKEN,
    });
  });

  test('are sent where the settings say', async () => {
    const urls: string[] = [];
    const { client } = harness(
      { apiBaseUrl: 'http://platform.test/', epayPath: '/openapi/mp/tp/epay' },
      async (input) => {
        urls.push(urlOf(input));
        return Response.json({ result: 1, payment_info: { pay_status: 'SUCCESS' } });
      },
    );
    await client.queryOrder('T1');
    expect(urls[0]).toMatch(/^http:\/\/platform\.test\/openapi\/mp\/tp\/epay\/query_order\?/);
  });

  test('keep ids of 64 bits as their digits', async () => {
    const { client } = harness(
      {},
      answering('{"result":1,"payment_info":{"pay_status":"SUCCESS","n":9223372036854775807}}'),
    );
    expect((await client.queryOrder('T1')).answer).toMatchObject({
      payment_info: { n: '9223372036854775807' },
    });
  });
});

describe('a report', () => {
  const order = {
    outBizOrderNo: 'B000001',
    outOrderNo: 'T000001',
    openId: 'o1',
    createdAtMs: 1_795_312_700_000,
    poiId: '6724900000000000001',
    productId: 'p1',
  };
  const act = { redemptionId: '126@1', ksOrderNo: '126', at: '2026-11-22T02:00:00Z' };
  const amounts = { ...NO_AMOUNTS, paidFen: 9_900, originalFen: 9_900 };
  const payment = {
    attach: 'shop=SH001',
    extra_info: '{"item_type":"LIVE","author_id":880001}',
  };

  test('that an order was used tells the platform 11, and us a redemption', async () => {
    // Prepare
    const { sandbox, client, calls } = harness();
    // Act
    const { events, answer } = await client.reportUsed(order, { ...act, amounts, payment });
    // Assess
    expect(answer).toMatchObject({ result: 1 });
    expect(sandbox.reports).toEqual([
      {
        out_biz_order_no: 'B000001',
        out_order_no: 'T000001',
        open_id: 'o1',
        order_create_time: 1_795_312_700_000,
        order_status: 11,
        poi_id: '6724900000000000001',
        product_id: 'p1',
      },
    ]);
    expect(calls[0]?.url.pathname).toBe('/openapi/mp/developer/order/v1/report');
    expect(events).toEqual([
      {
        kind: 'voucher.redeemed',
        eventId: 'redeemed:126@1',
        merchantId: APP_ID,
        orderId: '126',
        voucherId: '126',
        occurredAt: '2026-11-22T10:00:00.000+08:00',
        complete: true,
        redemptionId: '126@1',
        storeId: '6724900000000000001',
        amounts,
        sale: {
          productId: 'p1',
          channel: 'live',
          channelRaw: 'LIVE',
          creatorId: '880001',
          contentId: null,
          cps: null,
          buyer: null,
        },
        buyerId: order.openId,
      },
    ]);
  });

  test.each([
    ['nothing is known of', [], '126@1'],
    ['is used', ['+126@1'], '126@1'],
    ['was used and taken back', ['+126@1', '-126@1'], '126@2'],
    ['was taken back before we heard of its use', ['-126@1'], '126@2'],
    ['is used again', ['+126@1', '-126@1', '+126@2'], '126@2'],
    ['was used twice and taken back twice', ['-126@2', '+126@2', '-126@1', '+126@1'], '126@3'],
  ])('of an order that %s is about one use, whoever asks', (_what, acts, wanted) => {
    const known = acts.map((act) => ({
      kind: act.startsWith('+') ? 'voucher.redeemed' : 'voucher.redemption_reversed',
      redemptionId: act.slice(1),
    }));
    expect(nextUse('126', known)).toBe(wanted);
    expect(nextUse('126', known.toReversed())).toBe(wanted);
  });

  test.each([
    [100_200_500, { retryable: true }],
    [100_200_100, { retryable: false }],
    [77, { retryable: false, code: '77' }],
  ])('that is answered %i is an error that says whether to repeat', async (code, wanted) => {
    const { sandbox, client } = harness();
    sandbox.fails.push(code);
    await expect(client.reportUsed(order, { ...act, amounts })).rejects.toMatchObject(wanted);
    expect(sandbox.reports).toEqual([]);
  });

  test.each([
    ['success as a text', '{"result":"1"}', true],
    ['what is no number', '{"result":"ok"}', false],
    ['nothing', '{}', false],
  ])('whose answer has %s is reported, or to be reported again', async (_what, body, isDone) => {
    const { client } = harness({}, answering(body));
    const reported = client.reportUsed(order, { ...act, amounts });
    if (isDone) expect((await reported).events).toHaveLength(1);
    else await expect(reported).rejects.toMatchObject({ retryable: true });
  });

  test('reported twice is one event', async () => {
    const { client } = harness();
    const first = await client.reportUsed(order, { ...act, amounts });
    const second = await client.reportUsed(order, { ...act, amounts });
    expect(second.events).toEqual(first.events);
  });

  test.each([
    ['the redeeming store', { storeId: 'S9' }, order, 'S9'],
    ['the reported POI', {}, order, '6724900000000000001'],
    ['the payment’s attach', {}, { ...order, poiId: '' }, ''],
  ])('takes %s for the store', async (_what, more, reported, storeId) => {
    const { client } = harness({ storeFrom: { field: 'attach', template: 'shop={store}' } });
    const { poiId, ...without } = reported;
    const sent = poiId === '' ? without : reported;
    const { events } = await client.reportUsed(sent, { ...act, amounts, payment, ...more });
    expect(events).toMatchObject([{ storeId: storeId === '' ? 'SH001' : storeId }]);
  });

  test('that an order waits again tells the platform 10, and us a reversal', async () => {
    const { sandbox, client } = harness();
    const first = await client.reportUnused(order);
    const again = await client.reportUnused(order, { ...act, at: '2026-11-22T10:05:00+08:00' });
    expect(sandbox.reports.map(({ order_status }) => order_status)).toEqual([10, 10]);
    expect(first.events).toEqual([]);
    expect(again.events).toMatchObject([
      {
        kind: 'voucher.redemption_reversed',
        eventId: 'reversed:126@1',
        redemptionId: '126@1',
        occurredAt: '2026-11-22T10:05:00.000+08:00',
      },
    ]);
  });

  test('is signed when the setting says so', async () => {
    // Prepare
    const { sandbox, client } = harness({ signReports: true });
    // Act: the sandbox refuses a wrong one
    await client.reportUnused(order);
    // Assess
    expect(sandbox.reports).toMatchObject([{ sign: expect.stringMatching(/^[0-9a-f]{32}$/) }]);
  });

  test('that cannot be an event is not sent', async () => {
    const { sandbox, client } = harness();
    const report = client.reportUsed(order, { ...act, at: 'yesterday', amounts });
    await expect(report).rejects.toThrow(RangeError);
    expect(sandbox.reports).toEqual([]);
  });

  test('that the platform refuses gives no event', async () => {
    const { client } = harness({}, answering('{"result":10000006}'));
    const error = await failureOf(client.reportUsed(order, { ...act, amounts }));
    expect(error).toMatchObject({ code: '10000006', retryable: false });
  });
});

describe('where an order came from', () => {
  const saleOf = (extra_info: unknown) => originOf({ extra_info }, {}).sale;

  test.each([
    ['{"item_type":"LIVE","author_id":"1"}', 'live', 'LIVE', '1', null],
    [
      '{"item_type":"VIDEO","item_id":"5","author_id":"880001"}',
      'short_video',
      'VIDEO',
      '880001',
      '5',
    ],
    ['{"item_type":"UNKNOWN","author_id":""}', 'unknown', 'UNKNOWN', null, null],
    [
      '{"item_type":"CARD","author_id":9223372036854775807}',
      'unknown',
      'CARD',
      '9223372036854775807',
      null,
    ],
    ['{"item_type":7,"author_id":"2"}', 'unknown', null, '2', null],
    ['{"item_type":"LIVE","author_id":[1]}', 'live', 'LIVE', null, null],
    ['{"item_id":[1],"author_id":"2"}', 'unknown', null, '2', null],
    ['{"item_type":"constructor"}', 'unknown', 'constructor', null, null],
  ])('%s', (extraInfo, channel, channelRaw, creatorId, contentId) => {
    expect(saleOf(extraInfo)).toEqual({
      productId: null,
      channel,
      channelRaw,
      creatorId,
      contentId,
      cps: null,
      buyer: null,
    });
  });

  test.each([
    ['""', ''],
    ['no JSON', '{'],
    ['a list', '[]'],
    ['a number', 5],
    ['nothing', undefined],
  ])('is not known from %s', (_what, extraInfo) => {
    expect(saleOf(extraInfo)).toMatchObject({ channel: 'unknown', creatorId: null });
  });

  test('its store is in the field that the settings name', () => {
    const storeFrom = { field: 'attach', template: 'shop={store}' };
    const storeOf = (attach: unknown) => originOf({ attach }, { storeFrom }).storeId;
    expect(storeOf('shop=SH001')).toBe('SH001');
    expect(storeOf('tenant=1')).toBeNull();
    expect(storeOf(undefined)).toBeNull();
    expect(originOf({ attach: 'SH001' }, {}).storeId).toBeNull();
  });
});

describe('a platform that does not answer', () => {
  test.each<Trouble>([
    ...TROUBLES,
    ['a list', answering('[]'), { retryable: true }],
    ['success without what was asked', answering('{"result":1}'), { retryable: true }],
    ['a wrong parameter', answering('{"result":100200100}'), { retryable: false }],
    ['its own fault', answering('{"result":100200500}'), { retryable: true, meaning: 'busy' }],
    ['an ended token', answering('{"result":100200108}'), { retryable: true, meaning: 'token' }],
    ['a number nobody knows', answering('{"result":100}'), { retryable: true, meaning: 'unknown' }],
    ['no number', answering('{"result":"x"}'), { retryable: true, meaning: 'unknown' }],
    ['a number as a text', answering('{"result":"100200500"}'), { meaning: 'busy' }],
  ])('%s is a PlatformError that says what to do', async (_what, fetch, expected) => {
    const { client } = harness({}, fetch);
    expect(await failureOf(client.queryOrder('T1'))).toMatchObject(expected);
  });

  test('is given 2.5 s', async () => {
    let signal: AbortSignal | null | undefined;
    const { client } = harness({}, (_input, init) => {
      signal = init?.signal;
      return new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(new Error('aborted')));
      });
    });
    const limits = await timeLimitsOf(async () => {
      expect(await failureOf(client.queryOrder('T1'))).toMatchObject({
        retryable: true,
        down: true,
      });
    });
    expect(limits).toEqual([2_500]);
    expect(signal?.aborted).toBe(true);
  });

  test('is not asked without time or secret, and no error tells a secret or a token', async () => {
    const { sandbox } = harness();
    const base = { fetch: answering('{}'), now: () => NOW_MS, accessToken: ACCESS_TOKEN };
    const late = new KuaishouMiniappClient({
      ...base,
      app: appOf({ appSecret: [APP_SECRET] }),
      deadlineMs: NOW_MS,
    });
    const bare = new KuaishouMiniappClient({ ...base, app: appOf({}), deadlineMs: NOW_MS + 1_000 });
    expect(await failureOf(late.queryOrder('T1'))).toMatchObject({ retryable: true });
    const error = await failureOf(bare.queryOrder('T1'));
    expect(error).toMatchObject({ retryable: false });
    expect(error.message).not.toMatch(/test_/);
    expect(sandbox.reports).toEqual([]);
  });

  test('refuses a wrong token or signature, as the sandbox does', async () => {
    const { sandbox } = harness();
    sandbox.payments.set('T1', { pay_status: 'SUCCESS' });
    const ask = (app: ReturnType<typeof appOf>, accessToken: string) =>
      new KuaishouMiniappClient({
        app,
        accessToken,
        fetch: async (input, init) => sandbox.app.request(urlOf(input), init),
        now: () => NOW_MS,
        deadlineMs: NOW_MS + 10_000,
      }).queryOrder('T1');
    const right = appOf({ appSecret: [APP_SECRET] });
    expect(await ask(right, ACCESS_TOKEN)).toMatchObject({ status: 'SUCCESS' });
    await expect(ask(right, 'other')).rejects.toThrow(PlatformError);
    await expect(ask(appOf({ appSecret: ['other'] }), ACCESS_TOKEN)).rejects.toThrow(PlatformError);
  });
});
