import { describe, expect, test } from 'vitest';
import { douyinLife } from '../../../lib/integrations/douyin-life/index.ts';
import type { CallLimit } from '../../../lib/integrations/kit/call-budget.ts';
import type { Resolution } from '../../../lib/integrations/kit/integration.ts';
import { PlatformError } from '../../../lib/integrations/kit/platform-error.ts';
import {
  at,
  CERTIFICATES,
  type Endpoint,
  eventOf,
  hint,
  instant,
  kindsOf,
  MERCHANT,
  ORDER,
  ORDERS,
  order,
  POIS,
  platform,
  RECORDS,
  refused,
  STORE,
  TOKEN,
  used,
  VOUCHER,
} from './platform.ts';

describe('a redemption', () => {
  test('costs one question about the voucher and one about the order, and none to the arbiter', async () => {
    // Prepare
    const { one, calls } = platform();
    // Act
    const resolution = await one(hint('redeemed', 0));
    // Assess
    expect(resolution).toMatchObject({ outcome: 'resolved', stores: [] });
    expect(calls.map((call) => call.path)).toEqual([TOKEN, CERTIFICATES, ORDERS]);
  });

  test('becomes the event with store, amounts, channel and creator, beside its payment', async () => {
    // Act
    const resolution = await platform().one(hint('redeemed', 0));
    // Assess
    const stream = { merchantId: MERCHANT, orderId: ORDER };
    expect(resolution.events).toEqual([
      {
        kind: 'order.paid',
        eventId: `paid:${ORDER}`,
        ...stream,
        voucherId: null,
        occurredAt: instant(-60),
        complete: true,
        amounts: {
          paidFen: 9_900,
          platformDiscountFen: 0,
          merchantDiscountFen: 0,
          paymentDiscountFen: 0,
          originalFen: 10_900,
        },
        storeId: null,
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
      {
        kind: 'voucher.redeemed',
        eventId: 'redeemed:v1',
        ...stream,
        voucherId: VOUCHER,
        occurredAt: instant(0),
        complete: true,
        redemptionId: 'v1',
        storeId: STORE,
        amounts: {
          paidFen: 9_900,
          platformDiscountFen: 1_000,
          merchantDiscountFen: 0,
          paymentDiscountFen: 0,
          originalFen: 10_900,
        },
        worthFen: 10_900,
        sale: {
          productId: '1805000000000001',
          channel: 'live',
          channelRaw: '直播',
          creatorId: '99',
          contentId: null,
          cps: null,
          buyer: null,
        },
      },
    ]);
  });

  test('is queried with the order’s ids and a token in the header, never in the address', async () => {
    // Prepare
    const { one, calls } = platform();
    // Act
    await one(hint('redeemed', 0));
    // Assess
    const [token, certificates, orders] = calls;
    expect(JSON.parse(token?.body ?? '')).toEqual({
      client_key: expect.stringMatching(/^aw-resolve-/),
      client_secret: 'newest',
      grant_type: 'client_credential',
    });
    expect(token?.query.size).toBe(0);
    expect(Object.fromEntries(certificates?.query ?? [])).toEqual({
      account_id: MERCHANT,
      order_id: ORDER,
    });
    expect(orders?.query.get('order_id')).toBe(ORDER);
    expect(certificates?.headers.get('access-token')).toBe('clt.1');
  });

  test('of two vouchers of one order costs what one costs', async () => {
    // Prepare
    const other = used({
      certificate_id: '75',
      verify: { verify_id: 'v2', verify_time: at(1), poi_id: STORE },
    });
    const { resolve, calls } = platform({
      [CERTIFICATES]: () => ({ certificates: [used(), other] }),
    });
    // Act
    const resolutions = await resolve(hint('redeemed', 0), hint('redeemed', 1, '75'));
    // Assess
    expect(resolutions.map((one) => one.outcome)).toEqual(['resolved', 'resolved']);
    expect(calls).toHaveLength(3);
  });

  test('whose ids are numbers beyond 2^53 keeps every digit', async () => {
    // Prepare
    const body = `{"data":{"error_code":0,"certificates":[{"certificate_id":${VOUCHER},"status":2,
      "sku":{"sku_id":1805000000000000001},"amount":{"pay_amount":9900},
      "verify":{"verify_id":7500000000000000001,"verify_time":${at(0)},"poi_id":${STORE}}}]}}`;
    const { one } = platform({ [CERTIFICATES]: () => new Response(body) });
    // Act
    const resolution = await one(hint('redeemed', 0));
    // Assess
    expect(resolution.outcome).toBe('resolved');
    expect(eventOf(resolution, 'voucher.redeemed')).toMatchObject({
      voucherId: VOUCHER,
      redemptionId: '7500000000000000001',
      storeId: STORE,
      sale: { productId: '1805000000000000001' },
    });
  });

  test('told after it was reversed already is both', async () => {
    // Prepare
    const row = {
      verify_id: 'v1',
      certificate_id: VOUCHER,
      verify_time: at(0),
      status: 2,
      cancel_time: at(30),
    };
    const { one } = platform({
      [CERTIFICATES]: () => ({ certificates: [used({ status: 1 })] }),
      [RECORDS]: () => ({ records: [row] }),
    });
    // Act
    const resolution = await one(hint('redeemed', 0));
    // Assess
    expect(resolution.outcome).toBe('resolved');
    expect(kindsOf(resolution)).toEqual([
      'order.paid',
      'voucher.redeemed',
      'voucher.redemption_reversed',
    ]);
  });

  test('is booked without a channel where the app may not ask for orders', async () => {
    // Prepare
    const { one } = platform({ [ORDERS]: () => refused(2190004) });
    // Act
    const resolution = await one(hint('redeemed', 0));
    // Assess
    expect(resolution.outcome).toBe('resolved');
    expect(kindsOf(resolution)).toEqual(['voucher.redeemed']);
    expect(eventOf(resolution, 'voucher.redeemed')).toMatchObject({
      sale: {
        channel: 'unknown',
        channelRaw: null,
        creatorId: null,
        contentId: null,
        cps: null,
        buyer: null,
      },
    });
  });

  test('waits while the order query is down: its channel would be lost', async () => {
    const { one } = platform({ [ORDERS]: () => new Response('', { status: 500 }) });
    expect(await one(hint('redeemed', 0))).toMatchObject({
      outcome: 'wait',
      unavailable: true,
      events: [],
    });
  });

  test('waits while the platform does not tell its amount', async () => {
    const { one } = platform({
      [CERTIFICATES]: () => ({ certificates: [used({ amount: null })] }),
    });
    expect(await one(hint('redeemed', 0))).toMatchObject({ outcome: 'wait', events: [] });
  });
});

describe('a reversal', () => {
  const unused = () => ({ certificates: [used({ status: 1 })] });
  const row = (fields: object = {}) => ({
    verify_id: 'v1',
    certificate_id: VOUCHER,
    verify_time: at(0),
    status: 2,
    cancel_time: at(29),
    ...fields,
  });

  test('is at the time that the arbiter reports', async () => {
    // Prepare
    const { one, calls } = platform({
      [CERTIFICATES]: unused,
      [RECORDS]: () => ({ records: [row({ certificate_id: 'another', verify_id: 'v9' }), row()] }),
    });
    // Act
    const resolution = await one(hint('reversed', 30));
    // Assess
    expect(resolution.outcome).toBe('resolved');
    expect(eventOf(resolution, 'voucher.redemption_reversed')).toMatchObject({
      eventId: 'reversed:v1',
      redemptionId: 'v1',
      occurredAt: instant(29),
      complete: true,
    });
    const asked = calls.find((call) => call.path === RECORDS)?.query;
    expect(Number(asked?.get('start_time'))).toBeLessThanOrEqual(at(0));
    expect(Number(asked?.get('end_time'))).toBeGreaterThanOrEqual(at(0));
    expect(asked?.get('account_id')).toBe(MERCHANT);
  });

  test.each([
    ['is not there', () => new Response('', { status: 404 })],
    ['is not for this app', () => refused(2190004)],
    ['knows nothing of it', () => ({ records: [] })],
  ])('is deduced from its message where the arbiter %s', async (_what, arbiter) => {
    // Prepare
    const { one } = platform({ [CERTIFICATES]: unused, [RECORDS]: arbiter });
    // Act
    const resolution = await one(hint('reversed', 30));
    // Assess
    expect(resolution.outcome).toBe('resolved');
    expect(eventOf(resolution, 'voucher.redemption_reversed')).toMatchObject({
      occurredAt: instant(30),
      complete: true,
    });
  });

  test('waits while the arbiter is down, and is not deduced', async () => {
    const { one } = platform({
      [CERTIFICATES]: unused,
      [RECORDS]: () => new Response('', { status: 503 }),
    });
    expect(await one(hint('reversed', 30))).toMatchObject({
      outcome: 'wait',
      unavailable: true,
      events: [],
    });
  });

  test('of a voucher that no longer shows its use is found in the arbiter’s records of the hour', async () => {
    // Prepare
    const { one, calls } = platform({
      [CERTIFICATES]: () => ({ certificates: [used({ status: 1, verify: undefined })] }),
      [RECORDS]: () => ({ records: [row()] }),
    });
    // Act
    const resolution = await one(hint('reversed', 30));
    // Assess
    expect(kindsOf(resolution)).toEqual([
      'order.paid',
      'voucher.redeemed',
      'voucher.redemption_reversed',
    ]);
    const asked = calls.find((call) => call.path === RECORDS)?.query;
    expect(Number(asked?.get('start_time'))).toBeLessThanOrEqual(at(-30));
    expect(Number(asked?.get('end_time'))).toBeGreaterThanOrEqual(at(30));
  });

  test('and a redemption after it are distinguished', async () => {
    // Prepare
    const acts = [
      { verify_id: 'v2', verify_time: at(40), poi_id: STORE },
      { verify_id: 'v1', verify_time: at(0), poi_id: STORE },
    ];
    const { resolve } = platform({
      [CERTIFICATES]: () => ({ certificates: [used({ verify: acts[0], verify_records: acts })] }),
      [RECORDS]: () => ({
        records: [row(), row({ verify_id: 'v2', verify_time: at(40), status: 1 })],
      }),
    });
    // Act
    const resolutions = await resolve(
      hint('redeemed', 0),
      hint('reversed', 30),
      hint('redeemed', 40),
    );
    // Assess
    expect(resolutions.map((one) => one.outcome)).toEqual(['resolved', 'resolved', 'resolved']);
    expect(resolutions[0]?.events.map((event) => event.eventId)).toEqual([
      `paid:${ORDER}`,
      'redeemed:v1',
      'redeemed:v2',
      'reversed:v1',
    ]);
  });
});

describe('a refund', () => {
  const refundedItem = (fields: object = {}) =>
    order({
      certificate: [
        {
          certificate_id: VOUCHER,
          item_status: 301,
          refund_amount: 9_900,
          refund_time: at(1_500),
          ...fields,
        },
      ],
    });

  test('before use takes nothing from any store', async () => {
    // Prepare
    const { one } = platform({
      [CERTIFICATES]: () => ({ certificates: [used({ status: 4, verify: undefined })] }),
      [ORDERS]: () => ({ orders: [refundedItem()] }),
    });
    // Act
    const resolution = await one(hint('refunded', 1_500));
    // Assess
    expect(resolution.outcome).toBe('resolved');
    expect(kindsOf(resolution)).toEqual(['order.paid', 'voucher.refunded']);
    expect(eventOf(resolution, 'voucher.refunded')).toMatchObject({
      takesBack: [],
      unusedFen: 9_900,
      refundedFen: 9_900,
      occurredAt: instant(1_500),
    });
  });

  test('after use takes back the use, which stays a redemption', async () => {
    // Prepare
    const { one } = platform({
      [CERTIFICATES]: () => ({ certificates: [used({ status: 4 })] }),
      [ORDERS]: () => ({ orders: [refundedItem()] }),
      [RECORDS]: () => ({
        records: [{ verify_id: 'v1', certificate_id: VOUCHER, verify_time: at(0), status: 1 }],
      }),
    });
    // Act
    const resolution = await one(hint('refunded', 1_500));
    // Assess
    expect(kindsOf(resolution)).toEqual(['order.paid', 'voucher.redeemed', 'voucher.refunded']);
    expect(eventOf(resolution, 'voucher.refunded')).toMatchObject({
      takesBack: [{ redemptionId: 'v1', paidFen: null }],
      unusedFen: 0,
    });
  });

  test('of a times card in part takes what was left, then from the latest use', async () => {
    // Prepare
    const card = used({
      time_card: { times_count: 3, times_used: 2 },
      amount: { pay_amount: 9_000 },
      verify: { verify_id: 'v2', verify_time: at(20), poi_id: STORE },
      verify_records: [
        { verify_id: 'v1', verify_time: at(0), poi_id: STORE },
        { verify_id: 'v2', verify_time: at(20), poi_id: STORE },
      ],
    });
    const { one } = platform({
      [CERTIFICATES]: () => ({ certificates: [card] }),
      [ORDERS]: () => ({ orders: [refundedItem({ item_status: 401, refund_amount: 4_500 })] }),
    });
    // Act
    const resolution = await one(hint('refunded', 1_500));
    // Assess
    expect(resolution.outcome).toBe('resolved');
    expect(eventOf(resolution, 'voucher.refunded')).toMatchObject({
      refundedFen: 4_500,
      unusedFen: 3_000,
      takesBack: [{ redemptionId: 'v2', paidFen: 1_500 }],
    });
  });

  test('without the order query is of the whole voucher, at the time of the message', async () => {
    // Prepare
    const { one } = platform({
      [CERTIFICATES]: () => ({ certificates: [used({ status: 4, verify: undefined })] }),
      [ORDERS]: () => refused(2190004),
    });
    // Act
    const resolution = await one(hint('refunded', 1_501));
    // Assess
    expect(eventOf(resolution, 'voucher.refunded')).toMatchObject({
      occurredAt: instant(1_501),
      refundedFen: null,
      unusedFen: 9_900,
    });
  });

  test('of an amount that is not told yet waits, and is of all that is left in the end', async () => {
    const endpoints = {
      [CERTIFICATES]: () => ({ certificates: [used({ status: 4 })] }),
      [ORDERS]: () => ({ orders: [refundedItem({ refund_amount: null })] }),
    };
    const early = await platform(endpoints, { answers: 5 }).one(hint('refunded', 1_500));
    const late = await platform(endpoints, { answers: 6 }).one(hint('refunded', 1_500));
    expect(early).toMatchObject({ outcome: 'wait', answered: true });
    expect(kindsOf(early)).toEqual(['order.paid', 'voucher.redeemed']);
    expect(late.outcome).toBe('resolved');
    expect(eventOf(late, 'voucher.refunded')).toMatchObject({ refundedFen: null, complete: false });
    // Without a message of its own nobody asks again: the guess is told at once.
    const other = await platform(endpoints).one(hint('redeemed', 0));
    expect(kindsOf(other)).toContain('voucher.refunded');
  });

  test('that the platform does not show yet waits', async () => {
    expect(await platform().one(hint('refunded', 1_500))).toMatchObject({
      outcome: 'wait',
      answered: true,
    });
  });
});

describe('a platform that does not answer', () => {
  const down: [string, Endpoint][] = [
    ['answers 429', () => new Response('', { status: 429 })],
    ['answers 408', () => new Response('', { status: 408 })],
    ['answers 500', () => new Response('{}', { status: 500 })],
    ['answers 502 with a page', () => new Response('<html>', { status: 502 })],
    ['answers nothing', () => new Response('')],
    ['answers a page', () => new Response('<html>maintenance</html>')],
    ['answers half an answer', () => new Response('{"data":{"certificates":[{')],
    ['answers two answers', () => new Response('{"data":{}}{"data":{}}')],
    ['answers bytes that are no text', () => new Response(Uint8Array.from([0xff, 0xfe]))],
    [
      'hangs up',
      () => {
        throw new TypeError('fetch failed');
      },
    ],
  ];

  test.each(down)('is waited for when it %s, and left alone meanwhile', async (_what, endpoint) => {
    for (const path of [CERTIFICATES, TOKEN]) {
      // Act
      const resolution = await platform({ [path]: endpoint }).one(hint('redeemed', 0));
      // Assess
      expect(resolution).toMatchObject({ outcome: 'wait', unavailable: true, events: [] });
      expect(resolution.answered ?? false).toBe(false);
    }
  });

  test('is waited for when it takes longer than there is time', async () => {
    // Prepare
    const never: Endpoint = (_call, { signal }) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(new Error('aborted')));
      });
    const { context } = platform({ [CERTIFICATES]: never });
    const hurried = { ...context, deadlineMs: context.now() + 80 };
    // Act
    const [resolution] = await douyinLife.resolve([hint('redeemed', 0)], hurried);
    // Assess
    expect(resolution).toMatchObject({ outcome: 'wait', unavailable: true });
  });

  test('is not even asked when the time is over', async () => {
    // Prepare
    const { context, calls } = platform();
    // Act
    const late = { ...context, deadlineMs: context.now() - 1 };
    const [resolution] = await douyinLife.resolve([hint('redeemed', 0)], late);
    // Assess
    expect(resolution).toMatchObject({ outcome: 'wait', unavailable: false });
    expect(calls).toEqual([]);
  });

  test.each([
    ['3', 3_000],
    ['100000', 900_000],
    ['soon', undefined],
    ['-5', undefined],
  ])('that says Retry-After %s is asked again after %s ms', async (header, retryAfterMs) => {
    // Prepare
    const busy = () => new Response('', { status: 429, headers: { 'retry-after': header } });
    // Act
    const resolution = await platform({ [CERTIFICATES]: busy }).one(hint('redeemed', 0));
    // Assess
    expect(resolution.retryAfterMs).toBe(retryAfterMs);
  });

  test.each([
    ['that it is busy', () => refused(2100004)],
    ['an unknown error', () => refused(2100001)],
    ['that the app may not ask', () => refused(2190004)],
    ['that the merchant has not authorised the app', () => refused(2119005)],
    ['no data', () => Response.json({ extra: { error_code: 0 } })],
    ['certificates of an unknown shape', () => ({ certificates: [{ certificate_id: ['x'] }] })],
    ['a list for an answer', () => Response.json([])],
    [
      'an impossible time',
      () => ({
        certificates: [used({ verify: { verify_id: 'v1', verify_time: Number.MAX_SAFE_INTEGER } })],
      }),
    ],
    [
      'an error in extra only',
      () => Response.json({ data: { certificates: [] }, extra: { error_code: 2100004 } }),
    ],
  ])('%s is something it said: its hint waits, others do not', async (_what, endpoint) => {
    // Act
    const resolution = await platform({ [CERTIFICATES]: endpoint }).one(hint('redeemed', 0));
    // Assess
    expect(resolution).toMatchObject({ outcome: 'wait', unavailable: false, events: [] });
    expect(resolution.answered ?? false).toBe(false);
  });

  test('is not quoted: its words may be anybody’s data', async () => {
    // Prepare
    const phone = '13800138000';
    const answers: Endpoint[] = [
      () => new Response(phone, { status: 500 }),
      () => new Response(`${phone}x`),
      () => Response.json({ data: { error_code: 2100005, description: phone } }),
      () => ({ certificates: [{ certificate_id: { [phone]: 1 }, [phone]: phone }] }),
      () => {
        throw new Error(phone);
      },
    ];
    for (const answer of answers) {
      // Act
      const { why } = await platform({ [CERTIFICATES]: answer }).one(hint('redeemed', 0));
      // Assess
      expect(why).toBeTruthy();
      expect(why).not.toContain(phone);
    }
  });
});

describe('the token', () => {
  test('is requested once, and shared by questions at the same time', async () => {
    // Prepare
    const { resolve, countOf } = platform();
    // Act
    await Promise.all([
      resolve(hint('redeemed', 0)),
      resolve(hint('redeemed', 0)),
      resolve(hint('redeemed', 0)),
    ]);
    await resolve(hint('redeemed', 0));
    // Assess
    expect(countOf(TOKEN)).toBe(1);
    expect(countOf(CERTIFICATES)).toBe(4);
  });

  test.each([2190002, 2190008])('is renewed once when the platform says %i', async (code) => {
    // Prepare
    const { one, countOf, calls } = platform({
      [CERTIFICATES]: ({ headers }) =>
        headers.get('access-token') === 'clt.1' ? refused(code) : { certificates: [used()] },
    });
    // Act
    const resolution = await one(hint('redeemed', 0));
    // Assess
    expect(resolution.outcome).toBe('resolved');
    expect(countOf(TOKEN)).toBe(2);
    expect(calls.at(-1)?.headers.get('access-token')).toBe('clt.2');
  });

  test('is not renewed again and again when the platform takes none', async () => {
    // Prepare
    const { one, countOf } = platform({ [CERTIFICATES]: () => refused(2190008) });
    // Act
    const resolution = await one(hint('redeemed', 0));
    // Assess
    expect(resolution.outcome).toBe('wait');
    expect(countOf(TOKEN)).toBe(2);
    expect(countOf(CERTIFICATES)).toBe(2);
  });

  test('that the platform does not give is waited for, and requested again next time', async () => {
    // Prepare
    let answers = 0;
    const { one, countOf } = platform({
      [TOKEN]: () => {
        answers += 1;
        return answers === 1 ? refused(2100004) : { access_token: 'clt', expires_in: 7_200 };
      },
    });
    // Act
    const outcomes = [await one(hint('redeemed', 0)), await one(hint('redeemed', 0))];
    // Assess
    expect(outcomes.map((resolution) => resolution.outcome)).toEqual(['wait', 'resolved']);
    expect(countOf(TOKEN)).toBe(2);
  });

  test('is renewed before it ends', async () => {
    // Prepare: it lives two minutes
    let nowMs = at(600) * 1000;
    const { resolve, countOf } = platform(
      { [TOKEN]: () => ({ access_token: 'clt', expires_in: 120 }) },
      { now: () => nowMs, deadlineMs: Number.MAX_SAFE_INTEGER },
    );
    await resolve(hint('redeemed', 0));
    // Act
    nowMs += 50_000;
    await resolve(hint('redeemed', 0));
    const before = countOf(TOKEN);
    nowMs += 50_000;
    await resolve(hint('redeemed', 0));
    // Assess
    expect([before, countOf(TOKEN)]).toEqual([1, 2]);
  });
});

describe('a redemption whose store is not reported', () => {
  const nowhere = () => ({
    certificates: [used({ verify: { verify_id: 'v1', verify_time: at(0) } })],
  });
  const row = { verify_id: 'v1', certificate_id: VOUCHER, verify_time: at(0), status: 1 };
  const stores = (count: number) => Array.from({ length: count }, (_, index) => `s${index}`);
  /** The arbiter of a platform that filters by store. */
  const arbiterOf =
    (storeId: string): Endpoint =>
    ({ query }) => {
      const asked = query.get('poi_ids');
      const isThere = asked === null || asked.split(',').includes(storeId);
      return { records: isThere ? [row] : [] };
    };
  const storeOf = (resolution: Resolution) => {
    const event = eventOf(resolution, 'voucher.redeemed');
    return event?.kind === 'voucher.redeemed' ? event.storeId : undefined;
  };

  test.each([
    [1, 's0'],
    [2, 's1'],
    [7, 's3'],
    [16, 's15'],
    [50, 's49'],
    [51, 's50'],
    [120, 's77'],
  ])('of %i stores is found at %s by halving', async (count, storeId) => {
    // Prepare
    const { one, countOf } = platform(
      { [CERTIFICATES]: nowhere, [RECORDS]: arbiterOf(storeId) },
      { storesOf: async () => stores(count) },
    );
    // Act
    const resolution = await one(hint('redeemed', 0));
    // Assess
    expect(resolution.outcome).toBe('resolved');
    expect(storeOf(resolution)).toBe(storeId);
    const blocks = Math.ceil(count / 50);
    expect(countOf(RECORDS)).toBeLessThanOrEqual(blocks + 6 + 1);
  });

  test.each([
    ['the platform ignores the filter', () => ({ records: [row] }), stores(8)],
    ['it was in none of the stores we know', arbiterOf('elsewhere'), stores(8)],
    ['we know no store', arbiterOf('s0'), []],
    ['the platform refuses to say', () => refused(2190004), stores(8)],
    ['the platform has no arbiter', () => new Response('', { status: 404 }), stores(8)],
  ])('is booked at no store when %s', async (_what, arbiter, known) => {
    // Prepare
    const { one } = platform(
      { [CERTIFICATES]: nowhere, [RECORDS]: arbiter },
      { storesOf: async () => known },
    );
    // Act
    const resolution = await one(hint('redeemed', 0));
    // Assess
    expect(resolution.outcome).toBe('resolved');
    expect(storeOf(resolution)).toBeNull();
  });

  test('waits while the platform cannot say where it was', async () => {
    const { one } = platform(
      { [CERTIFICATES]: nowhere, [RECORDS]: () => new Response('', { status: 503 }) },
      { storesOf: async () => stores(8) },
    );
    expect(await one(hint('redeemed', 0))).toMatchObject({ outcome: 'wait', unavailable: true });
  });
});

describe('the name of a store', () => {
  const poi = (name: string) => ({ pois: [{ poi: { poi_id: STORE, poi_name: name } }] });

  test('is requested when the store is seen for the first time, and only then', async () => {
    // Prepare
    const known = new Set<string>();
    const { one, countOf } = platform(
      { [POIS]: () => poi('人民广场店') },
      { isKnownStore: async (storeId) => known.has(storeId) },
    );
    // Act
    const first = await one(hint('redeemed', 0));
    known.add(STORE);
    const second = await one(hint('redeemed', 0));
    // Assess
    expect(first.stores).toEqual([{ storeId: STORE, merchantId: MERCHANT, name: '人民广场店' }]);
    expect(second.stores).toEqual([]);
    expect(countOf(POIS)).toBe(1);
  });

  test.each([
    ['is down', () => new Response('', { status: 500 })],
    ['refuses', () => refused(2190004)],
    ['does not know it', () => ({ pois: [] })],
    ['answers for another store', () => ({ pois: [{ poi: { poi_id: '1', poi_name: 'x' } }] })],
  ])('is a courtesy: nothing waits when the platform %s', async (_what, endpoint) => {
    // Prepare
    const { one } = platform({ [POIS]: endpoint }, { isKnownStore: async () => false });
    // Act
    const resolution = await one(hint('redeemed', 0));
    // Assess
    expect(resolution).toMatchObject({ outcome: 'resolved', stores: [] });
  });
});

describe('a hint that the platform does not bear out', () => {
  const unused = () => ({ certificates: [used({ status: 1, verify: undefined })] });

  test.each([
    ['redeemed', 0, unused],
    ['refunded', 9, () => ({ certificates: [used()] })],
    ['redeemed', 0, () => ({ certificates: [used({ certificate_id: 'another' })] })],
  ] as const)(
    '%s waits at first, and is contradicted in the end',
    async (action, minutes, certificates) => {
      // Act
      const endpoints = { [CERTIFICATES]: certificates };
      const at5 = await platform(endpoints, { answers: 5 }).one(hint(action, minutes));
      const at6 = await platform(endpoints, { answers: 6 }).one(hint(action, minutes));
      // Assess
      expect(at5).toMatchObject({ outcome: 'wait', answered: true });
      expect(at6.outcome).toBe('contradicted');
      expect(at6.why).toContain(action);
    },
  );

  test('still brings what the platform does show', async () => {
    // Act
    const resolution = await platform({}, { answers: 6 }).one(hint('refunded', 9));
    // Assess
    expect(resolution.outcome).toBe('contradicted');
    expect(kindsOf(resolution)).toEqual(['order.paid', 'voucher.redeemed']);
  });

  test('of an order that the platform does not show has more patience', async () => {
    // Prepare
    const none = { [CERTIFICATES]: () => ({ certificates: null }) };
    // Act
    const at6 = await platform(none, { answers: 6 }).one(hint('redeemed', 0));
    const at24 = await platform(none, { answers: 24 }).one(hint('redeemed', 0));
    // Assess
    expect(at6).toMatchObject({ outcome: 'wait', answered: true });
    expect(at24.outcome).toBe('contradicted');
  });

  test('is never contradicted by a platform that did not answer, however often', async () => {
    const down = { [CERTIFICATES]: () => new Response('', { status: 500 }) };
    const resolution = await platform(down, { answers: 1_000 }).one(hint('redeemed', 0));
    expect(resolution.outcome).toBe('wait');
  });
});

test('no hints are no questions', async () => {
  const { resolve, calls } = platform();
  expect(await resolve()).toEqual([]);
  expect(calls).toEqual([]);
});

test('the calls of one app stay under the platform’s rate', async () => {
  // Prepare: a budget of the questions about one hint
  let left = 0;
  const turn = async ({ name }: CallLimit) => {
    left -= 1;
    if (left >= 0) return;
    throw new PlatformError(`${name} is at its rate limit`, {
      ...{ retryable: true, retryAfterMs: 10_000 },
    });
  };
  const { resolve } = platform({}, { calls: { turn } });
  left = 5;
  // Act
  const first = await resolve(hint('redeemed', 0));
  left = 0;
  const second = await resolve(hint('redeemed', 0));
  // Assess
  expect(first[0]?.outcome).toBe('resolved');
  expect(second[0]).toMatchObject({ outcome: 'wait', unavailable: false, retryAfterMs: 10_000 });
});
