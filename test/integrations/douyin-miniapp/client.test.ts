import { describe, expect, test } from 'vitest';
import { DouyinMiniappClient } from '../../../lib/integrations/douyin-miniapp/client.ts';
import { sandboxApp, World } from '../../../lib/integrations/douyin-miniapp/sandbox/index.ts';
import type { App } from '../../../lib/integrations/kit/app.ts';
import { codesOf, GENERAL_CODES, TRADE_CODES } from '../../../lib/integrations/kit/douyin/codes.ts';
import { failureOf, urlOf } from '../../support/platform-fetch.ts';
import { only, readText, stamped } from './support.ts';

const AT = 1_795_281_241_545;
const POI = { shopName: '山月火锅', poiId: '6601136930455291912', ownShopId: 'S1' };
const AMOUNTS = {
  paidFen: 8_300,
  platformDiscountFen: 0,
  merchantDiscountFen: 0,
  paymentDiscountFen: 0,
  originalFen: 8_800,
};

const PIECE = {
  itemOrderId: 'ots1-1',
  certificateId: '71',
  orderId: 'ots1',
  outOrderNo: 'S1',
  code: '123456789012',
  priceFen: 8_800,
  creator: { douyinId: 'chef', contentId: '7049587675082263815' },
};
const SECOND = { ...PIECE, itemOrderId: 'ots1-2', certificateId: '72', code: '223456789012' };

let apps = 0;

/** A platform of its own, with two pieces sold, and a client at it: tokens are kept by app. */
function platform(over: { settings?: Record<string, unknown>; fetch?: typeof fetch } = {}) {
  apps += 1;
  let nowMs = AT;
  const appId = `tt-client-${apps}`;
  const world = new World(() => nowMs);
  world.sell(PIECE);
  world.sell(SECOND);
  const sandbox = sandboxApp({ world, appId, clientSecret: 'newest' });
  const { app: server, revokeTokens, answerWith } = sandbox;
  const calls: Request[] = [];
  const app: App = {
    integration: 'douyin-miniapp',
    appKey: appId,
    secrets: { clientSecret: ['newest', 'older'] },
    settings: { enrichment: 'none', apiBaseUrl: 'http://platform.test/', ...over.settings },
  };
  const client = new DouyinMiniappClient({
    app,
    now: () => nowMs,
    deadlineMs: nowMs + 3 * 3_600_000,
    fetch:
      over.fetch ??
      (async (input, init) => {
        const request = new Request(input, init);
        calls.push(request.clone());
        return server.fetch(request);
      }),
  });
  const paths = () => calls.map((call) => new URL(call.url).pathname);
  const wait = (ms: number) => {
    nowMs += ms;
  };
  return { client, calls, paths, world, wait, revokeTokens, answerWith, appId, app };
}

const TOKEN = '/oauth/client_token/';
const V2 = '/api/apps/trade/v2';

describe('a code at the till', () => {
  test('is prepared, redeemed where the caller says, and told as an event', async () => {
    // Prepare
    const { client, paths, appId, world } = platform();
    // Act
    const prepared = await client.deliveryPrepare({ code: PIECE.code });
    const worth = new Map([[PIECE.itemOrderId, { amounts: AMOUNTS }]]);
    const { events, unredeemed, answer } = await client.deliveryVerify(prepared, {
      poi: POI,
      worth,
    });
    // Assess
    expect(paths()).toEqual([
      TOKEN,
      `${V2}/fulfillment/delivery_prepare`,
      `${V2}/fulfillment/delivery_verify`,
    ]);
    expect(unredeemed).toEqual([]);
    expect(answer).toMatchObject({ err_no: 0 });
    expect(JSON.parse(world.acts()[0]?.poiInfo ?? '')).toEqual({
      shop_name: '山月火锅',
      ext_valid_shop_id: 'S1',
      valid_poi_id_str: '6601136930455291912',
    });
    expect(events).toEqual([
      {
        kind: 'voucher.redeemed',
        eventId: 'redeemed:v1',
        merchantId: appId,
        orderId: 'ots1',
        voucherId: 'ots1-1',
        occurredAt: '2026-11-22T01:14:01.000+08:00',
        complete: true,
        redemptionId: 'v1',
        storeId: '6601136930455291912',
        amounts: AMOUNTS,
        sale: {
          productId: null,
          channel: 'unknown',
          channelRaw: null,
          creatorId: null,
          contentId: null,
          cps: null,
          buyer: null,
        },
      },
    ]);
    for (const event of events) stamped(event);
  });

  test('names its buyer where the caller knows one', async () => {
    const { client } = platform();
    const prepared = await client.deliveryPrepare({ encryptedData: PIECE.code });
    const { events } = await client.deliveryVerify(prepared, { poi: POI, buyerId: '_000EXAMPLE' });
    expect(events).toMatchObject([{ eventId: 'redeemed:v1', buyerId: '_000EXAMPLE' }]);
  });

  test('redeemed twice with one verify token is one act', async () => {
    const { client, world } = platform();
    const prepared = await client.deliveryPrepare({ encryptedData: PIECE.code });
    const first = await client.deliveryVerify(prepared, { poi: POI });
    const second = await client.deliveryVerify(prepared, { poi: POI });
    expect(second.events).toEqual(first.events);
    expect(world.acts()).toHaveLength(1);
  });

  test('of unknown worth is incomplete, so that it waits for who tells it', async () => {
    const { client } = platform();
    const prepared = await client.deliveryPrepare({ code: PIECE.code });
    const { events } = await client.deliveryVerify(prepared, { poi: {} });
    expect(events).toMatchObject([
      { complete: false, storeId: null, amounts: { paidFen: 0, originalFen: 0 } },
    ]);
  });

  test('is at the developer’s own store id only where the operator takes it for the store', async () => {
    const { client } = platform({ settings: { storeFrom: { field: 'ext_valid_shop_id' } } });
    const prepared = await client.deliveryPrepare({ code: PIECE.code });
    const { events } = await client.deliveryVerify(prepared, { poi: { ownShopId: 'S1' } });
    expect(events).toMatchObject([{ storeId: 'S1' }]);
  });

  test('that is used, unknown or without its app’s secret is refused for good', async () => {
    // Prepare
    const { client } = platform();
    const prepared = await client.deliveryPrepare({ code: PIECE.code });
    await client.deliveryVerify(prepared, { poi: POI });
    // Act, Assess
    const used = await failureOf(client.deliveryPrepare({ code: PIECE.code }));
    expect(used).toMatchObject({
      retryable: false,
      message: 'delivery_prepare answered error 20000',
    });
    expect(used.message).not.toContain(PIECE.code);
  });

  test('of a native coupon is the very event that the notice of it becomes', async () => {
    // Prepare
    const { client, app } = platform();
    const prepared = await client.deliveryPrepare({ code: PIECE.code });
    // Act
    const { events } = await client.deliveryVerify(prepared, { poi: POI, isNativeCoupon: true });
    const msg = {
      order_info: { order_id: 'ots1', order_source: 'fulfillment_tool' },
      poi_id: POI.poiId,
      coupon_verify_results: [
        {
          result_code: 0,
          certificate_id: '71',
          verify_id: 'v1',
          verify_time: Math.floor(AT / 1000),
        },
      ],
    };
    const body = JSON.stringify({
      version: '2.0',
      msg: JSON.stringify(msg),
      type: 'coupon_verify',
    });
    // Assess
    expect(events).toEqual([only(readText(body, app))]);
  });
});

describe('the developer’s own codes', () => {
  const push = { orderId: 'ots1', outOrderNo: 'S1', poi: POI, token: 't1' };

  test('are pushed, some or all, each an event', async () => {
    const { client } = platform();
    const one = await client.pushDelivery({ ...push, itemOrderIds: ['ots1-1'] });
    expect(one.events).toMatchObject([{ voucherId: 'ots1-1', eventId: 'redeemed:v1' }]);
    const all = await client.pushDelivery({ ...push, token: 't2', itemOrderIds: 'all' });
    expect(all.events).toMatchObject([{ voucherId: 'ots1-2', eventId: 'redeemed:v2' }]);
    expect(all.unredeemed).toEqual([{ voucherId: 'ots1-1', code: 1 }]);
  });

  test('are at most 100 a call, and the call is not made otherwise', async () => {
    const { client, calls } = platform();
    for (const itemOrderIds of [[], Array.from({ length: 101 }, (_, index) => `${index}`)]) {
      const error = await failureOf(client.pushDelivery({ ...push, itemOrderIds }));
      expect(error.retryable).toBe(false);
    }
    const long = { ...push, poi: { shopName: '火'.repeat(400) }, itemOrderIds: ['ots1-1'] };
    expect((await failureOf(client.pushDelivery(long))).message).toMatch(/1024/);
    expect(calls).toEqual([]);
  });
});

describe('a redemption taken back', () => {
  const act = { orderId: 'ots1', certificateId: '71', verifyId: 'v1', voucherId: 'ots1-1' };

  test('is an event of the same act', async () => {
    // Prepare
    const { client, wait } = platform();
    const prepared = await client.deliveryPrepare({ code: PIECE.code });
    await client.deliveryVerify(prepared, { poi: POI });
    wait(60_000);
    // Act
    const { events } = await client.verifyCancel(act);
    // Assess
    expect(events).toMatchObject([
      {
        kind: 'voucher.redemption_reversed',
        eventId: 'reversed:v1',
        voucherId: 'ots1-1',
        redemptionId: 'v1',
        occurredAt: '2026-11-22T01:15:01.545+08:00',
        complete: false,
      },
    ]);
    for (const event of events) stamped(event);
  });

  test('more than an hour later is refused and no event', async () => {
    const { client, wait } = platform();
    const prepared = await client.deliveryPrepare({ code: PIECE.code });
    await client.deliveryVerify(prepared, { poi: POI });
    wait(3_600_001);
    expect((await failureOf(client.verifyCancel(act))).retryable).toBe(false);
  });
});

describe('questions', () => {
  test('about an order are asked by either of its numbers', async () => {
    const { client, calls } = platform();
    expect(await client.queryOrder({ orderId: 'ots1' })).toMatchObject({
      data: { out_order_no: 'S1' },
    });
    await client.queryItemOrderInfo({ outOrderNo: 'S1' });
    expect(await calls.at(-1)?.json()).toEqual({ out_order_no: 'S1' });
  });

  test('about its creators keep the video’s 64-bit id and the rate in 1/10000', async () => {
    const { client } = platform();
    const { items } = await client.queryCps({ orderId: 'ots1' });
    expect(items[0]).toEqual({
      itemOrderId: 'ots1-1',
      sellFen: 8_800,
      commissionFen: 880,
      rateBp: 1_000,
      contentId: '7049587675082263815',
      creatorId: 'chef',
      creatorName: '达人',
      taskId: null,
    });
  });

  test('about creators read a video’s id that came as a number', async () => {
    const text =
      '{"err_no":0,"data":{"access_token":"t","error_code":0,"cps_item_list":[{"item_id":7049587675082263815,"commission_rate":2500}]}}';
    const { client } = platform({ fetch: async () => new Response(text) });
    const { items } = await client.queryCps({ orderId: 'ots1' });
    expect(items).toMatchObject([{ contentId: '7049587675082263815', rateBp: 2_500 }]);
  });
});

describe('the token', () => {
  test('is requested once, with the newest secret, and sent in a header alone', async () => {
    const { client, calls, paths, appId } = platform();
    await Promise.all([
      client.queryOrder({ orderId: 'ots1' }),
      client.queryOrder({ orderId: 'ots1' }),
    ]);
    await client.queryOrder({ orderId: 'ots1' });
    expect(paths().filter((path) => path === TOKEN)).toHaveLength(1);
    const asked = (await calls[0]?.json()) as object;
    expect(asked).toEqual({
      client_key: appId,
      client_secret: 'newest',
      grant_type: 'client_credential',
    });
    for (const call of calls.slice(1)) {
      expect(call.headers.get('access-token')).toBe('clt.sandbox1');
      expect(call.url + (await call.text())).not.toContain('clt.');
    }
  });

  test('is requested anew before it ends, and once when the platform takes it no longer', async () => {
    const { client, paths, wait, revokeTokens } = platform();
    await client.queryOrder({ orderId: 'ots1' });
    wait(7_150_000);
    await client.queryOrder({ orderId: 'ots1' });
    expect(paths().filter((path) => path === TOKEN)).toHaveLength(2);
    revokeTokens();
    await client.queryOrder({ orderId: 'ots1' });
    expect(paths().filter((path) => path === TOKEN)).toHaveLength(3);
  });

  test('that is never taken ends the asking, and may be tried again later', async () => {
    let calls = 0;
    const { client } = platform({
      fetch: async (input) => {
        calls += 1;
        return Response.json(
          urlOf(input).includes('oauth')
            ? { data: { access_token: 't', error_code: 0 } }
            : { err_no: 2190008 },
        );
      },
    });
    const error = await failureOf(client.queryOrder({ orderId: '1' }));
    expect(error).toMatchObject({ retryable: true, message: 'query_order answered error 2190008' });
    expect(calls).toBe(4);
  });

  test('is not requested without a secret', async () => {
    const { app, calls } = platform();
    const bare = new DouyinMiniappClient({
      app: { ...app, secrets: {} },
      now: () => AT,
      deadlineMs: AT + 1_000,
      fetch: () => Promise.reject(new Error('nobody may call')),
    });
    expect((await failureOf(bare.queryOrder({ orderId: '1' }))).retryable).toBe(false);
    expect(calls).toEqual([]);
  });
});

describe('a platform that says busy', () => {
  const tables = [TRADE_CODES, GENERAL_CODES];

  test.each([...new Set(codesOf(tables, 'busy'))])('by %i is believed', async (code) => {
    // Prepare
    const { client, answerWith } = platform();
    answerWith({ code, times: 1 });
    // Act
    const error = await failureOf(client.queryOrder({ orderId: 'ots1' }));
    // Assess
    expect(error).toMatchObject({ retryable: true, down: false, code: String(code) });
    expect(await client.queryOrder({ orderId: 'ots1' })).toMatchObject({ err_no: 0 });
  });

  test.each([...new Set(codesOf(tables, 'refused'))])(
    'is not one that says no by %i',
    async (code) => {
      const { client, answerWith } = platform();
      answerWith({ code, times: 1 });
      const error = await failureOf(client.queryOrder({ orderId: 'ots1' }));
      expect(error).toMatchObject({ retryable: false, code: String(code) });
    },
  );
});

describe('a platform in trouble', () => {
  const answering = (answer: () => Response | Promise<Response>) =>
    platform({
      fetch: async (input) =>
        urlOf(input).includes('oauth')
          ? Response.json({ data: { access_token: 't', error_code: 0 } })
          : answer(),
    }).client.deliveryPrepare({ code: '1' });

  test.each([
    ['no answer', () => Promise.reject(new Error('secret words')), true, true],
    ['HTTP 500', () => new Response('', { status: 500 }), true, true],
    ['HTTP 403', () => new Response('', { status: 403 }), false, false],
    ['half a JSON value', () => new Response('{"err_no":0,'), true, true],
    ['a list', () => new Response('[]'), true, false],
    ['no code', () => new Response('{}'), true, false],
    ['a code that is none', () => new Response('{"err_no":"x"}'), true, false],
    ['no data', () => new Response('{"err_no":0}'), true, false],
    ['an error', () => new Response('{"err_no":20004,"err_msg":"secret words"}'), false, false],
    ['an error within', () => new Response('{"data":{"error_code":20001}}'), false, false],
    ['one beside', () => new Response('{"err_no":0,"extra":{"error_code":20001}}'), false, false],
    ['a number of no table', () => new Response('{"data":{"error_code":7}}'), true, false],
  ])(
    'that gives %s is a PlatformError without its words',
    async (_what, answer, retryable, down) => {
      const error = await failureOf(answering(answer));
      expect(error).toMatchObject({ retryable, down });
      expect(error.message).not.toContain('secret words');
    },
  );

  test('that says how long to wait is believed, up to 15 minutes', async () => {
    const busy = (seconds: string) =>
      answering(() => new Response('', { status: 429, headers: { 'retry-after': seconds } }));
    expect((await failureOf(busy('7'))).retryAfterMs).toBe(7_000);
    expect((await failureOf(busy('99999'))).retryAfterMs).toBe(900_000);
  });

  test('that redeemed but does not say which act is queried again, never taken for done', async () => {
    const redeem = async (results: object[]) => {
      const { client } = platform({
        fetch: async (input) =>
          Response.json(
            urlOf(input).includes('oauth')
              ? { data: { access_token: 't', error_code: 0 } }
              : { err_no: 0, data: { verify_results: results } },
          ),
      });
      return failureOf(
        client.pushDelivery({
          ...{ orderId: '1', outOrderNo: '2', poi: {}, token: 't', itemOrderIds: ['3'] },
        }),
      );
    };
    expect(await redeem([{ item_order_id: '3' }])).toMatchObject({ retryable: true });
    expect(await redeem([{ verify_id: 'v' }])).toMatchObject({ retryable: true });
  });

  test('is not called when there is no time left', async () => {
    const { app } = platform();
    const late = new DouyinMiniappClient({
      app,
      now: () => AT,
      deadlineMs: AT,
      fetch: () => Promise.reject(new Error('nobody may call')),
    });
    expect((await failureOf(late.queryOrder({ orderId: '1' }))).message).toMatch(/no time left/);
  });
});
