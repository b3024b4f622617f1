import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import {
  type AppOptions,
  createSender,
  Faults,
  IssuedTokens,
  REVERSAL_WINDOW_PASSED,
  Refusal,
  type Sandbox,
  sandboxApp,
  seededRandom,
  signWebhook,
  startSandbox,
  stock,
  type WebhookMessage,
  World,
} from '../../../lib/integrations/douyin-life/sandbox/index.ts';

const CLIENT_KEY = 'aw0000000000test';
const CLIENT_SECRET = 'test_client_secret_0001';
const HOUR_MS = 3_600_000;
/** 2025-10-09 16:53:20 in Shanghai. */
const START_MS = 1_760_000_000_000;

const CERTIFICATES = '/goodlife/v1/fulfilment/certificate/query/';
const RECORDS = '/goodlife/v1/fulfilment/certificate/verify_record/query/';
const ORDERS = '/goodlife/v1/trade/order/query/';
const STORES = '/goodlife/v1/shop/poi/query/';

function harness(options: Partial<AppOptions> = {}, startMs = START_MS) {
  const clock = { nowMs: startMs };
  const world = new World({ clientKey: CLIENT_KEY, now: () => clock.nowMs });
  const setAside = stock(world);
  const faults = new Faults();
  const tokens = new IssuedTokens(world.now);
  const slept: number[] = [];
  const app = sandboxApp({
    world,
    clientSecret: CLIENT_SECRET,
    faults,
    tokens,
    sleep: async (ms) => slept.push(ms),
    ...options,
  });
  const { token } = tokens.issue();
  const { accountId } = setAside.merchant;

  const raw = (path: string, query: Record<string, string> = {}, accessToken = token) =>
    app.request(`${path}?${new URLSearchParams(query).toString()}`, {
      headers: { 'access-token': accessToken },
    });
  const get = async (path: string, query: Record<string, string>, accessToken = token) =>
    answerSchema.parse(await (await raw(path, query, accessToken)).json());
  const post = async (path: string, body: unknown) => {
    const response = await app.request(path, { method: 'POST', body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const records = (query: Record<string, string> = {}) =>
    get(RECORDS, { account_id: accountId, cursor: '0', size: '20', ...query });
  const orders = (query: Record<string, string> = {}) =>
    get(ORDERS, { account_id: accountId, page_num: '1', page_size: '10', ...query });
  const certificates = async (orderId: string) =>
    (await get(CERTIFICATES, { account_id: accountId, order_id: orderId })).data.certificates ?? [];
  const sellMeal = () => {
    const order = world.sell({ productId: setAside.meal.productId });
    return { orderId: order.orderId, certificateId: order.certificates[0]?.certificateId ?? '' };
  };
  return {
    ...{ app, clock, world, setAside, faults, tokens, token, accountId, slept },
    ...{ raw, get, post, records, orders, certificates, sellMeal },
    poiId: setAside.stores[0].poiId,
  };
}

const row = z.record(z.string(), z.unknown());
const answerSchema = z.object({
  data: z.looseObject({
    error_code: z.number(),
    description: z.string(),
    certificates: z.array(row).optional(),
    records: z.array(row).optional(),
    orders: z.array(row).optional(),
    pois: z.array(row).optional(),
  }),
  extra: z.strictObject({
    error_code: z.number(),
    description: z.string(),
    sub_error_code: z.number(),
    sub_description: z.string(),
    logid: z.string(),
    now: z.int(),
  }),
});

function contentOf(message: WebhookMessage | undefined) {
  const envelope = JSON.parse(message?.body ?? '{}') as Record<string, string>;
  return { envelope, content: JSON.parse(envelope.content ?? '{}') as Record<string, unknown> };
}

describe('samples', () => {
  const folder = new URL('../../../lib/integrations/douyin-life/samples/', import.meta.url);
  // Those of SPI requests are signed otherwise: spi-verify.test.ts.
  const names = readdirSync(folder).filter((name) => /^(?!spi-).*\.json$/.test(name));
  const sampleSchema = z.strictObject({
    /** What the platform answers when it is asked about the message. */
    answers: z.looseObject({}).optional(),
    source: z.string(),
    secret: z.string(),
    body: z.string(),
    signature: z.string().regex(/^[0-9a-f]{40}$/),
  });

  test('there is one for every documented kind', () => {
    expect(names.length).toBeGreaterThanOrEqual(10);
  });

  test.each(names)('%s carries the signature of its exact bytes', (name) => {
    const sample = sampleSchema.parse(JSON.parse(readFileSync(new URL(name, folder), 'utf8')));
    const bytes = new TextEncoder().encode(sample.body);
    expect(signWebhook(sample.secret, bytes)).toBe(sample.signature);
    expect(signWebhook(sample.secret, sample.body)).toBe(sample.signature);
    expect(signWebhook(sample.secret, `${sample.body} `)).not.toBe(sample.signature);
  });
});

describe('world', () => {
  test('a sale makes the documented paid message', () => {
    const { world, setAside, accountId } = harness();
    const order = world.sell({
      productId: setAside.meal.productId,
      platformDiscountFen: 1_000,
      merchantTicketFen: 1_500,
      paymentDiscountFen: 400,
      buyerOpenId: '_000buyer',
    });
    const { envelope, content } = contentOf(world.outbox[0]);
    expect(Object.keys(envelope)).toEqual([
      'event',
      'client_key',
      'from_user_id',
      'content',
      'log_id',
      'msg_id',
    ]);
    expect(envelope).toMatchObject({
      event: 'life_trade_order_notify',
      client_key: CLIENT_KEY,
      from_user_id: '_000buyer',
    });
    expect(envelope.msg_id).toMatch(/^[0-9a-f]{32}$/);
    expect(content).toEqual({
      action: 'pay_success',
      msg_time: 1_760_000_000,
      order: {
        order_id: order.orderId,
        account_id: accountId,
        pay_amount: 9_900,
        original_amount: 12_800,
        create_time: 1_760_000_000,
        pay_time: 1_760_000_000,
      },
    });
  });

  test('verify, cancel, verify: the second verify has the same msg_id and another msg_time', () => {
    const { world, clock, sellMeal, poiId } = harness();
    const { certificateId, orderId } = sellMeal();
    world.takeOutbox();
    const first = world.redeem(certificateId, poiId);
    clock.nowMs += 60_000;
    world.cancel(first);
    clock.nowMs += 60_000;
    const second = world.redeem(certificateId, poiId);
    expect(second).not.toBe(first);

    const told = world.takeOutbox();
    const [verify, cancel, again] = told.map((message) => contentOf(message).content);
    expect(told.map((message) => message.msgId)[2]).toBe(told[0]?.msgId);
    expect(told[1]?.msgId).not.toBe(told[0]?.msgId);
    expect(verify).toEqual({
      action: 'verify',
      msg_time: 1_760_000_000,
      certificate: {
        certificate_id: certificateId,
        order_id: orderId,
        account_id: world.orders.get(orderId)?.accountId,
      },
    });
    expect(cancel).toMatchObject({ action: 'verify_cancel', msg_time: 1_760_000_060 });
    expect(again).toMatchObject({ action: 'verify', msg_time: 1_760_000_120 });
  });

  test('a redemption can be cancelled for exactly an hour', () => {
    const { world, clock, sellMeal, poiId } = harness();
    const [early, late] = [sellMeal(), sellMeal()].map(({ certificateId }) =>
      world.redeem(certificateId, poiId),
    );
    clock.nowMs += HOUR_MS;
    world.cancel(early ?? '');
    clock.nowMs += 1;
    const before = world.outbox.length;
    const refusal = refusalOf(() => world.cancel(late ?? ''));
    expect(refusal.subErrorCode).toBe(REVERSAL_WINDOW_PASSED);
    expect(world.outbox).toHaveLength(before);
  });

  test('what is used, refunded, unknown or of another merchant is refused', () => {
    const { world, sellMeal, poiId } = harness();
    const stranger = world.addMerchant({ name: '别家' });
    const elsewhere = world.addStore({ ...stranger, name: '别店', city: '北京' });
    const { certificateId } = sellMeal();
    refusalOf(() => world.redeem(certificateId, elsewhere.poiId));
    refusalOf(() => world.redeem('no-such', poiId));
    refusalOf(() => world.cancel('no-such'));
    refusalOf(() => world.sell({ productId: 'no-such' }));
    refusalOf(() => world.requestRefund(certificateId));
    const verifyId = world.redeem(certificateId, poiId);
    refusalOf(() => world.redeem(certificateId, poiId));
    world.cancel(verifyId);
    refusalOf(() => world.cancel(verifyId));
    world.refund(certificateId);
    refusalOf(() => world.refund(certificateId));
    refusalOf(() => world.redeem(certificateId, poiId));
  });

  test('amounts that are no whole fen from 0 are refused', () => {
    const { world, setAside } = harness();
    const { productId } = setAside.meal;
    for (const payFen of [-1, 0.5, Number.NaN, 2 ** 60]) {
      refusalOf(() => world.sell({ productId, payFen }));
    }
    refusalOf(() => world.sell({ productId, platformDiscountFen: 999_999 }));
    refusalOf(() => world.sell({ productId, count: 0 }));
  });

  test('an order deals its amounts out over its certificates to the fen', () => {
    const { world, setAside } = harness();
    const order = world.sell({
      productId: setAside.card.productId,
      count: 3,
      payFen: 10_000,
      platformDiscountFen: 1,
      merchantTicketFen: 7,
    });
    const sum = (fens: number[]) => fens.reduce((a, b) => a + b, 0);
    expect(sum(order.certificates.map((one) => one.amounts.payFen))).toBe(10_000);
    expect(sum(order.certificates.map((one) => one.amounts.merchantTicketFen))).toBe(7);
    for (const { amounts, serialAmounts } of order.certificates) {
      expect(serialAmounts).toHaveLength(5);
      expect(sum(serialAmounts.map((use) => use.payFen))).toBe(amounts.payFen);
    }
  });

  test('a times card refunds its unused rest and keeps its uses', async () => {
    const { world, setAside, poiId, certificates, orders } = harness();
    const order = world.sell({ productId: setAside.card.productId, payFen: 10_003 });
    const certificateId = order.certificates[0]?.certificateId ?? '';
    const first = world.redeem(certificateId, poiId);
    world.redeem(certificateId, poiId);
    world.cancel(first);
    world.redeem(certificateId, poiId);
    expect((await certificates(order.orderId))[0]).toMatchObject({
      status: 1,
      time_card: { times_count: 5, times_used: 2 },
      verify_records: [
        { times_card_serial_num: 1, can_cancel: false },
        { times_card_serial_num: 2, can_cancel: true },
        { times_card_serial_num: 1, can_cancel: true },
      ],
    });
    expect(world.refund(certificateId)).toBe(10_003 - 2_001 - 2_001);
    expect((await orders({ order_id: order.orderId })).data.orders?.[0]).toMatchObject({
      certificate: [{ item_status: 301, refund_amount: 6_001, refund_time: 1_760_000_000 }],
    });
  });

  test('a refund after use gives the whole back and asks first when asked to', () => {
    const { world, sellMeal, poiId } = harness();
    const { certificateId } = sellMeal();
    world.redeem(certificateId, poiId);
    expect(world.requestRefund(certificateId)).toBe(12_800);
    const { envelope, content } = contentOf(world.outbox.at(-1));
    expect(envelope).toMatchObject({
      event: 'life_hermes_akte_after_sale_audit',
      from_user_id: '',
    });
    expect(content).toMatchObject({ certificate_id: certificateId, refund_amount: 12_800 });
    expect(world.refund(certificateId)).toBe(12_800);
    expect(contentOf(world.outbox.at(-1)).content).toMatchObject({ action: 'refund_success' });
  });

  test('the same calls make the same messages, byte for byte', () => {
    const run = () => {
      const { world, sellMeal, poiId } = harness();
      const { certificateId } = sellMeal();
      world.cancel(world.redeem(certificateId, poiId));
      world.refund(certificateId);
      return world.takeOutbox();
    };
    expect(run()).toEqual(run());
  });
});

describe('client_token', () => {
  const grant = {
    client_key: CLIENT_KEY,
    client_secret: CLIENT_SECRET,
    grant_type: 'client_credential',
  };

  test('gives a token for 2 hours to the right key and secret', async () => {
    const { post, get, accountId } = harness();
    const { body } = await post('/oauth/client_token/', grant);
    expect(body).toMatchObject({
      message: 'success',
      data: { error_code: 0, description: '', expires_in: 7200 },
    });
    const { access_token } = z.object({ access_token: z.string() }).parse(body.data);
    const answer = await get(STORES, { account_id: accountId, page: '1', size: '1' }, access_token);
    expect(answer.data.error_code).toBe(0);
  });

  test.each([
    [{ ...grant, client_key: 'another' }, 10003],
    [{ ...grant, client_secret: 'wrong' }, 10013],
    [{ ...grant, grant_type: 'authorization_code' }, 10002],
    ['not an object', 10002],
  ])('refuses %j', async (body, code) => {
    const { post } = harness();
    const answer = await post('/oauth/client_token/', body);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ message: 'error', data: { error_code: code } });
  });

  test('only the newest two are good, the older one for five minutes more', async () => {
    const { tokens, clock } = harness();
    const [first, second, third] = [tokens.issue(), tokens.issue(), tokens.issue()];
    expect(tokens.refusal(first.token)).toBe(2190002);
    expect(tokens.refusal(second.token)).toBeNull();
    clock.nowMs += 5 * 60_000;
    expect(tokens.refusal(second.token)).toBe(2190008);
    expect(tokens.refusal(third.token)).toBeNull();
  });

  test('stable_client_token gives the same one while it lasts', async () => {
    const { post, clock } = harness();
    const tokenOf = async () => {
      const { body } = await post('/oauth/stable_client_token/', grant);
      return z.object({ access_token: z.string() }).parse(body.data).access_token;
    };
    const first = await tokenOf();
    clock.nowMs += HOUR_MS;
    expect(await tokenOf()).toBe(first);
    clock.nowMs += HOUR_MS;
    expect(await tokenOf()).not.toBe(first);
  });
});

describe('every endpoint', () => {
  const calls: [string, Record<string, string>][] = [
    [CERTIFICATES, { order_id: '1' }],
    [RECORDS, { cursor: '0', size: '1' }],
    [ORDERS, { page_num: '1', page_size: '1' }],
    [STORES, { page: '1', size: '1' }],
  ];

  test.each(calls)('%s tells an invalid token from an expired one', async (path, query) => {
    const { get, tokens, accountId } = harness();
    const asked = { account_id: accountId, ...query };
    const codes = async (accessToken?: string) => {
      const { data, extra } = await get(path, asked, accessToken);
      expect(data.error_code).toBe(extra.error_code);
      return data.error_code;
    };
    expect(await codes()).toBe(0);
    expect(await codes('clt.wrong')).toBe(2190002);
    tokens.expireAll();
    expect(await codes()).toBe(2190008);
    tokens.revokeAll();
    expect(await codes()).toBe(2190002);
  });

  test.each(calls)('%s says so when the merchant has not authorised', async (path, query) => {
    const { get, world, accountId } = harness();
    const asked = { ...query, account_id: accountId };
    expect((await get(path, { ...asked, account_id: '404' })).data.error_code).toBe(2119005);
    world.authorise(accountId, false);
    expect((await get(path, asked)).data.error_code).toBe(2119005);
    world.authorise(accountId, true);
    expect((await get(path, asked)).data.error_code).toBe(0);
  });

  test.each([
    [CERTIFICATES, {}],
    [CERTIFICATES, { order_id: '1', encrypted_code: '1' }],
    [RECORDS, { size: '1' }],
    [RECORDS, { cursor: '0' }],
    [RECORDS, { cursor: '0', size: '21' }],
    [RECORDS, { cursor: '0', size: '0' }],
    [RECORDS, { cursor: '0', size: '1', start_time: 'today' }],
    [ORDERS, { page_num: '1' }],
    [ORDERS, { page_num: '1', page_size: '101' }],
    [ORDERS, { page_num: '101', page_size: '100' }],
    [STORES, { page: '0', size: '1' }],
  ])('%s answers 2100005 to %j', async (path, query) => {
    const { get, accountId } = harness();
    const { data, extra } = await get(path, { account_id: accountId, ...query });
    expect([data.error_code, extra.error_code]).toEqual([2100005, 2100005]);
  });

  test('the account is required where it is documented as required', async () => {
    const { get } = harness();
    for (const [path, query] of calls.slice(1)) {
      expect((await get(path, query)).data.error_code).toBe(2100005);
    }
  });
});

describe('certificate.query', () => {
  test('gives amounts, store and every redemption of an order', async () => {
    const { world, setAside, clock, certificates, poiId, accountId } = harness();
    const order = world.sell({
      productId: setAside.meal.productId,
      count: 2,
      payFen: 19_801,
      platformDiscountFen: 2_000,
      paymentDiscountFen: 100,
    });
    const [used, unused] = order.certificates.map((one) => one.certificateId);
    clock.nowMs += 1_000;
    const verifyId = world.redeem(used ?? '', poiId);
    const rows = await certificates(order.orderId);
    expect(rows[0]).toMatchObject({
      certificate_id: used,
      status: 2,
      sku: { sku_id: setAside.meal.productId, groupon_type: 1, account_id: accountId },
      amount: {
        original_amount: 10_951,
        pay_amount: 9_901,
        platform_discount_amount: 1_000,
        merchant_ticket_amount: 0,
        payment_discount_amount: 50,
        coupon_pay_amount: 9_951,
        list_market_amount: 19_800,
      },
      verify: { verify_id: verifyId },
    });
    expect(rows[0]?.verify_records).toEqual([
      {
        verify_id: verifyId,
        certificate_id: used,
        verify_time: 1_760_000_001,
        verify_type: 4,
        can_cancel: true,
        poi_id: poiId,
        verifier_unique_id: '',
      },
    ]);
    expect(rows[1]).toMatchObject({ certificate_id: unused, status: 1, verify_records: [] });
    expect(rows[1]).not.toHaveProperty('verify');
    expect(rows[1]).not.toHaveProperty('time_card');
  });

  test('finds a single certificate by its encrypted code', async () => {
    const { world, setAside, get } = harness();
    const order = world.sell({ productId: setAside.meal.productId, count: 2 });
    const { certificateId, encryptedCode = '' } = order.certificates[1] ?? {};
    const { data } = await get(CERTIFICATES, { encrypted_code: encryptedCode });
    expect(data.certificates).toMatchObject([{ certificate_id: certificateId }]);
  });

  test('shows nothing of another merchant', async () => {
    const { world, get, sellMeal } = harness();
    const stranger = world.addMerchant({ name: '别家' });
    const query = { account_id: stranger.accountId, order_id: sellMeal().orderId };
    expect((await get(CERTIFICATES, query)).data.certificates).toEqual([]);
  });

  test('omitPoi leaves the store out, omitCancelled the cancelled redemptions', async () => {
    const { world, faults, certificates, sellMeal, poiId } = harness();
    const { orderId, certificateId } = sellMeal();
    world.cancel(world.redeem(certificateId, poiId));
    expect((await certificates(orderId))[0]).toMatchObject({
      status: 1,
      verify_records: [{ poi_id: poiId }],
    });
    faults.options.omitPoi = true;
    const [withoutPoi] = z
      .array(z.object({ verify_records: z.array(row) }))
      .parse(await certificates(orderId));
    expect(withoutPoi?.verify_records).toHaveLength(1);
    expect(withoutPoi?.verify_records[0]).not.toHaveProperty('poi_id');
    faults.options.omitCancelled = true;
    expect((await certificates(orderId))[0]).toMatchObject({ verify_records: [] });
  });

  test('a lag of two queries hides an act twice', async () => {
    const { world, faults, certificates, sellMeal, poiId } = harness();
    const { orderId, certificateId } = sellMeal();
    faults.options.lag = { queries: 2 };
    world.redeem(certificateId, poiId);
    const statuses = [];
    for (let query = 0; query < 3; query += 1) {
      statuses.push((await certificates(orderId))[0]?.status);
    }
    expect(statuses).toEqual([1, 1, 2]);
  });

  test('a lag in time hides the newer act and shows the older', async () => {
    const { world, clock, faults, certificates, sellMeal, poiId } = harness();
    const { orderId, certificateId } = sellMeal();
    faults.options.lag = { ms: 5_000 };
    const verifyId = world.redeem(certificateId, poiId);
    clock.nowMs += 4_999;
    world.cancel(verifyId);
    expect((await certificates(orderId))[0]).toMatchObject({ status: 1, verify_records: [] });
    clock.nowMs += 1;
    expect((await certificates(orderId))[0]).toMatchObject({ status: 2 });
    clock.nowMs += 5_000;
    expect((await certificates(orderId))[0]).toMatchObject({ status: 1 });
  });
});

describe('verify_record.query', () => {
  test('keeps two acts on one certificate apart, the first revoked', async () => {
    const { world, clock, records, sellMeal, poiId } = harness();
    const { certificateId } = sellMeal();
    const first = world.redeem(certificateId, poiId);
    clock.nowMs += 60_000;
    world.cancel(first);
    clock.nowMs += 60_000;
    const second = world.redeem(certificateId, poiId);
    const { data } = await records();
    expect(data).toMatchObject({
      total: 2,
      records: [
        {
          verify_id: first,
          certificate_id: certificateId,
          status: 2,
          verify_time: 1_760_000_000,
          cancel_time: 1_760_000_060,
          can_cancel: false,
        },
        { verify_id: second, status: 1, cancel_time: 0, can_cancel: true },
      ],
    });
    for (const record of data.records ?? []) {
      expect(record).not.toHaveProperty('order_id');
      expect(record).not.toHaveProperty('poi_id');
    }
  });

  test('pages by the last cursor until nothing is left', async () => {
    const { world, records, sellMeal, poiId } = harness();
    const redeemed = Array.from({ length: 5 }, () => world.redeem(sellMeal().certificateId, poiId));
    const read: unknown[] = [];
    let cursor = '0';
    for (let page = 0; page < 3; page += 1) {
      const { data } = await records({ cursor, size: '2' });
      expect(data.total).toBe(5);
      read.push(...(data.records ?? []).map((record) => record.verify_id));
      cursor = String(data.records?.at(-1)?.cursor);
    }
    expect(read).toEqual(redeemed);
    expect((await records({ cursor })).data.records).toEqual([]);
  });

  test('poi_ids may be repeated, a comma list or a JSON list', async () => {
    const { world, app, token, setAside, accountId, sellMeal } = harness();
    const [a, b, c] = setAside.stores.map((store) => {
      world.redeem(sellMeal().certificateId, store.poiId);
      return store.poiId;
    });
    const totalOf = async (query: string) => {
      const path = `${RECORDS}?account_id=${accountId}&cursor=0&size=20${query}`;
      const response = await app.request(path, { headers: { 'access-token': token } });
      return answerSchema.parse(await response.json()).data.total;
    };
    expect(await totalOf('')).toBe(3);
    expect(await totalOf(`&poi_ids=${a}`)).toBe(1);
    expect(await totalOf(`&poi_ids=${a}&poi_ids=${b}`)).toBe(2);
    expect(await totalOf(`&poi_ids=${a},${b},${c}`)).toBe(3);
    expect(await totalOf(`&poi_ids=${encodeURIComponent(JSON.stringify([b, c]))}`)).toBe(2);
    expect(await totalOf('&poi_ids=404')).toBe(0);
  });

  test('without start_time it means today in Shanghai', async () => {
    const lastSecondMs = Date.parse('2025-10-09T23:59:59+08:00');
    const { world, clock, records, sellMeal, poiId } = harness({}, lastSecondMs);
    world.redeem(sellMeal().certificateId, poiId);
    expect((await records()).data.total).toBe(1);
    clock.nowMs += 1_000;
    expect((await records()).data.total).toBe(0);
  });

  test('start_time and end_time are both included', async () => {
    const { world, records, sellMeal, poiId } = harness();
    world.redeem(sellMeal().certificateId, poiId);
    const totalOf = async (start: number, end: number) =>
      (await records({ start_time: String(start), end_time: String(end) })).data.total;
    expect(await totalOf(1_760_000_000, 1_760_000_000)).toBe(1);
    expect(await totalOf(1_760_000_001, 1_760_000_009)).toBe(0);
    expect(await totalOf(1_759_999_000, 1_759_999_999)).toBe(0);
  });

  test('a use of a times card has the whole in amount and its own worth beside it', async () => {
    const { world, setAside, records, poiId } = harness();
    const order = world.sell({ productId: setAside.card.productId, payFen: 10_003 });
    world.redeem(order.certificates[0]?.certificateId ?? '', poiId);
    expect((await records()).data.records).toMatchObject([
      {
        amount: { pay_amount: 10_003 },
        verify_amount_info: {
          times_card_serial_amount: { serial_numb: 1, amount: { pay_amount: 2_001 } },
        },
      },
    ]);
  });
});

describe('order.query', () => {
  test('gives amounts, sale channel and creator, and the state of each item', async () => {
    const { world, setAside, clock, orders, accountId, poiId } = harness();
    const order = world.sell({
      productId: setAside.meal.productId,
      count: 4,
      payFen: 40_000,
      platformDiscountFen: 4_000,
      merchantTicketFen: 7_200,
      channel: '直播',
      role: '达人',
      creatorUid: '9007199254740993',
      creatorNickname: '小山',
      intentionPoiId: poiId,
    });
    const [used, refunded, asked] = order.certificates.map((one) => one.certificateId);
    clock.nowMs += 5_000;
    world.redeem(used ?? '', poiId);
    world.refund(refunded ?? '');
    world.redeem(asked ?? '', poiId);
    world.requestRefund(asked ?? '');
    const { data } = await orders({ order_id: order.orderId });
    expect(data.page).toEqual({ page_num: 1, page_size: 10, total: 1 });
    expect(data.orders).toMatchObject([
      {
        order_id: order.orderId,
        order_type: 21,
        count: 4,
        pay_amount: 40_000,
        original_amount: 51_200,
        discount_amount: 11_200,
        receipt_amount: 44_000,
        create_order_time: 1_760_000_000,
        pay_time: 1_760_000_000,
        update_order_time: 1_760_000_005,
        intention_poi_id: poiId,
        merchant_info: { account_id: accountId },
        certificate: [
          { certificate_id: used, item_status: 401, refund_amount: 0, refund_time: 0 },
          { item_status: 301, refund_amount: 10_000, refund_time: 1_760_000_005 },
          { item_status: 300, refund_amount: 0 },
          { item_status: 100 },
        ],
        order_sale_info: {
          sale_channel: '直播',
          sale_role: '达人',
          transfer_uid: '9007199254740993',
          transfer_nickName: '小山',
        },
      },
    ]);
  });

  test('finds by buyer and by times of creation and change', async () => {
    const { world, setAside, clock, orders } = harness();
    const { productId } = setAside.meal;
    const early = world.sell({ productId, buyerOpenId: 'a' });
    clock.nowMs += 10_000;
    const late = world.sell({ productId, buyerOpenId: 'b' });
    clock.nowMs += 10_000;
    world.refund(early.certificates[0]?.certificateId ?? '');
    const idsOf = async (query: Record<string, string>) =>
      (await orders(query)).data.orders?.map((order) => order.order_id);
    expect(await idsOf({})).toEqual([early.orderId, late.orderId]);
    expect(await idsOf({ open_id: 'b' })).toEqual([late.orderId]);
    expect(await idsOf({ create_order_start_time: '1760000001' })).toEqual([late.orderId]);
    expect(await idsOf({ create_order_end_time: '1760000009' })).toEqual([early.orderId]);
    expect(await idsOf({ update_order_start_time: '1760000020' })).toEqual([early.orderId]);
    expect(await idsOf({ ext_order_id: 'x' })).toEqual([]);
  });

  test('pages by number and by search_after alike', async () => {
    const { sellMeal, orders } = harness();
    const sold = Array.from({ length: 5 }, () => sellMeal().orderId);
    const byNumber: unknown[] = [];
    const byCursor: unknown[] = [];
    let cursor: Record<string, string> = {};
    for (const page_num of ['1', '2', '3']) {
      const numbered = await orders({ page_num, page_size: '2' });
      byNumber.push(...(numbered.data.orders ?? []).map((order) => order.order_id));
      const followed = await orders({ page_size: '2', ...cursor });
      byCursor.push(...(followed.data.orders ?? []).map((order) => order.order_id));
      const { cursor_value } = z
        .object({ cursor_value: z.array(z.string()) })
        .parse(followed.data.search_after);
      cursor = { cursor: cursor_value[0] ?? '' };
    }
    expect(byNumber).toEqual(sold);
    expect(byCursor).toEqual(sold);
  });
});

describe('poi.query', () => {
  test('gives the stores of the merchant, by page, by id and by its own id', async () => {
    const { get, setAside, accountId } = harness();
    const [first, second, third] = setAside.stores;
    const page = { account_id: accountId, page: '2', size: '2' };
    expect((await get(STORES, page)).data).toMatchObject({
      total: 3,
      pois: [
        {
          poi: { poi_id: third.poiId, poi_name: third.name, address: third.city },
          account: { parent_account: { account_id: accountId } },
        },
      ],
    });
    const one = { account_id: accountId, page: '1', size: '10' };
    const named = await get(STORES, { ...one, poi_id: first.poiId });
    expect(named.data.pois).toMatchObject([{ poi: { poi_id: first.poiId } }]);
    const own = await get(STORES, { ...one, third_id: second.thirdId });
    expect(own.data.pois).toMatchObject([{ poi: { poi_id: second.poiId } }]);
  });
});

describe('limits', () => {
  test('the twenty-first order query within a second is answered busy', async () => {
    const { orders, clock } = harness();
    for (let call = 0; call < 20; call += 1) expect((await orders()).data.error_code).toBe(0);
    expect((await orders()).data.error_code).toBe(2100004);
    clock.nowMs += 1_000;
    expect((await orders()).data.error_code).toBe(0);
  });

  test('a limit can be set and answered with HTTP 429', async () => {
    const { raw } = harness({ limits: { 'poi.query': 1 }, limitAnswer: 'http429' });
    expect((await raw(STORES)).status).toBe(200);
    expect((await raw(STORES)).status).toBe(429);
  });
});

describe('faults', () => {
  test('each mode answers in its own way, as often as told', async () => {
    const { faults, raw, orders, accountId, slept, sellMeal } = harness();
    sellMeal();
    const query = { account_id: accountId, page_num: '1', page_size: '1' };
    faults.set('order.query', { mode: 'http429', times: 1 });
    expect((await raw(ORDERS, query)).status).toBe(429);
    expect((await orders()).data.orders).toHaveLength(1);
    faults.set('order.query', { mode: 'http500' });
    expect((await raw(ORDERS, query)).status).toBe(500);
    faults.set('order.query', { mode: 'empty' });
    expect((await orders()).data).toMatchObject({ error_code: 0, orders: [] });
    faults.set('order.query', { mode: 'denied' });
    expect((await orders()).data.error_code).toBe(2190004);
    faults.set('order.query', { mode: 'garbage' });
    const garbage = await raw(ORDERS, query);
    expect(garbage.status).toBe(200);
    await expect(garbage.json()).rejects.toThrow(SyntaxError);
    expect(slept).toEqual([]);
    faults.set('order.query', { mode: 'slow', delayMs: 1_234 });
    expect((await orders()).data.orders).toHaveLength(1);
    expect(slept).toEqual([1_234]);
    faults.clear();
    expect((await orders()).data.orders).toHaveLength(1);
    expect(slept).toEqual([1_234]);
  });

  test('a fault of one endpoint leaves the others alone', async () => {
    const { faults, orders, records, post } = harness();
    faults.set('order.query', { mode: 'denied' });
    faults.set('client_token', { mode: 'http500' });
    expect((await orders()).data.error_code).toBe(2190004);
    expect((await records()).data.error_code).toBe(0);
    await expect(post('/oauth/client_token/', {})).rejects.toThrow();
  });
});

describe('sender', () => {
  function messages(count: number): WebhookMessage[] {
    const { world, setAside } = harness();
    for (let sale = 0; sale < count; sale += 1) world.sell({ productId: setAside.meal.productId });
    return world.takeOutbox();
  }

  /** A hub that answers with these statuses in turn, and then always with the last. */
  function hub(...statuses: number[]) {
    const received: { body: string; headers: Headers }[] = [];
    const fetch = async (url: string | URL | Request, init?: RequestInit) => {
      const request = new Request(url, init);
      received.push({ body: await request.text(), headers: request.headers });
      const status = statuses[Math.min(received.length, statuses.length) - 1] ?? 200;
      return new Response('', { status });
    };
    return { received, fetch };
  }

  const common = { url: 'http://hub.invalid/', clientSecret: CLIENT_SECRET };

  test('posts each message once, signed over its exact bytes', async () => {
    const { received, fetch } = hub();
    const made = messages(3);
    const counts = await createSender({ ...common, fetch }).send(made);
    expect(counts).toEqual({
      ...{ sent: 3, acknowledged: 3, lost: 0, duplicated: 0, failed: 0, attempts: 3 },
    });
    expect(received.map(({ body }) => body)).toEqual(made.map(({ body }) => body));
    for (const [index, { body, headers }] of received.entries()) {
      expect(headers.get('x-douyin-signature')).toBe(signWebhook(CLIENT_SECRET, body));
      expect(headers.get('msg-id')).toBe(made[index]?.msgId);
      expect(headers.get('content-type')).toBe('application/json');
    }
  });

  test('the same seed loses, doubles and shuffles the same messages', async () => {
    const made = messages(200);
    const run = async (seed: number) => {
      const { received, fetch } = hub();
      const knobs = { loss: 0.1, duplicate: 0.2, reorder: 0.3, random: seededRandom(seed) };
      const counts = await createSender({ ...common, ...knobs, fetch }).send(made);
      return { counts, bodies: received.map(({ body }) => body) };
    };
    const [first, same, other] = [await run(1), await run(1), await run(2)];
    expect(same).toEqual(first);
    expect(other.bodies).not.toEqual(first.bodies);
    const { counts, bodies } = first;
    expect(counts.lost).toBeGreaterThan(0);
    expect(counts.duplicated).toBeGreaterThan(0);
    expect(counts.sent).toBe(200 - counts.lost + counts.duplicated);
    expect(counts.acknowledged).toBe(counts.sent);
    expect(new Set(bodies).size).toBe(200 - counts.lost);
    const firstSeen = [...new Set(bodies)].map((body) => made.findIndex((m) => m.body === body));
    expect(firstSeen).not.toEqual(firstSeen.toSorted((a, b) => a - b));
  });

  test('losing everything sends nothing, doubling everything sends all twice', async () => {
    const made = messages(5);
    const nobody = hub();
    const lost = await createSender({ ...common, loss: 1, fetch: nobody.fetch }).send(made);
    expect(lost).toMatchObject({ sent: 0, lost: 5 });
    expect(nobody.received).toEqual([]);
    const twice = hub();
    const doubled = await createSender({ ...common, duplicate: 1, fetch: twice.fetch }).send(made);
    expect(doubled).toMatchObject({ sent: 10, acknowledged: 10, duplicated: 5 });
  });

  test('retries three times until HTTP 200, then gives up', async () => {
    const [message] = messages(1);
    const slept: number[] = [];
    const options = { ...common, sleep: async (ms: number) => slept.push(ms) };
    const late = hub(500, 503, 202, 200);
    expect(
      await createSender({ ...options, fetch: late.fetch, retryDelaysMs: [10, 20, 30] }).send(
        message ? [message] : [],
      ),
    ).toMatchObject({ sent: 1, acknowledged: 1, failed: 0, attempts: 4 });
    expect(slept).toEqual([10, 20, 30]);
    expect(new Set(late.received.map(({ body }) => body)).size).toBe(1);
    const never = hub(500);
    expect(
      await createSender({ ...options, fetch: never.fetch }).send(message ? [message] : []),
    ).toMatchObject({ sent: 1, acknowledged: 0, failed: 1, attempts: 4 });
  });

  test('a hub that cannot be reached or is too slow has not acknowledged', async () => {
    const unreachable = async () => {
      throw new TypeError('fetch failed');
    };
    const silent = (_url: string | URL | Request, init?: RequestInit) =>
      new Promise<Response>((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
      });
    for (const fetch of [unreachable, silent]) {
      const sender = createSender({ ...common, fetch, timeoutMs: 20, retryDelaysMs: [] });
      expect(await sender.send(messages(1))).toMatchObject({ failed: 1, attempts: 1 });
    }
  });

  test('the rate spaces the deliveries out', async () => {
    const { fetch } = hub();
    const slept: number[] = [];
    const sleep = async (ms: number) => slept.push(ms);
    await createSender({ ...common, fetch, sleep, perSecond: 50, concurrency: 4 }).send(
      messages(8),
    );
    expect(slept).toEqual(Array.from({ length: 8 }, () => 20));
  });
});

describe('startSandbox', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox({ clientKey: CLIENT_KEY, clientSecret: CLIENT_SECRET });
  });
  afterEach(() => sandbox?.stop());

  const ask = async (path: string, body: unknown) => {
    const response = await fetch(sandbox.url + path, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  test('a person can sell, redeem, cancel and refund over HTTP', async () => {
    const setAside = sandbox.stock();
    expect(sandbox.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const help = await (await fetch(`${sandbox.url}/sandbox`)).json();
    expect(help).toMatchObject({ clientKey: CLIENT_KEY, stores: [{ city: '上海' }, {}, {}] });

    const sale = await ask('/sandbox/sell', {
      productId: setAside.meal.productId,
      channel: '直播',
    });
    const { certificateIds } = z.object({ certificateIds: z.array(z.string()) }).parse(sale.body);
    const [certificateId] = certificateIds;
    const poiId = setAside.stores[0].poiId;
    const redeemed = await ask('/sandbox/redeem', { certificateId, poiId });
    const { verifyId } = z.object({ verifyId: z.string() }).parse(redeemed.body);
    expect((await ask('/sandbox/cancel', { verifyId })).status).toBe(200);
    expect(await ask('/sandbox/cancel', { verifyId })).toMatchObject({ status: 409 });
    await ask('/sandbox/redeem', { certificateId, poiId });
    const asked = await ask('/sandbox/request-refund', { certificateId });
    expect(asked.body).toEqual({ requestedFen: 12_800 });
    expect((await ask('/sandbox/refund', { certificateId })).body).toEqual({ refundFen: 12_800 });
    expect(sandbox.world.outbox.map(({ action }) => action)).toEqual([
      ...['pay_success', 'verify', 'verify_cancel', 'verify', 'audit', 'refund_success'],
    ]);
  });

  test('a person can switch faults and tokens, and is told what was wrong', async () => {
    await ask('/sandbox/fault', { endpoint: 'client_token', mode: 'http500', times: 1 });
    const { status } = await fetch(`${sandbox.url}/oauth/client_token/`, { method: 'POST' });
    expect(status).toBe(500);
    const switched = await ask('/sandbox/fault', { omitPoi: true, lag: { queries: 3 } });
    expect(switched.body).toEqual({
      options: { omitPoi: true, omitCancelled: false, lag: { queries: 3 } },
    });
    const { token } = sandbox.tokens.issue();
    await ask('/sandbox/token', { action: 'expire' });
    expect(sandbox.tokens.refusal(token)).toBe(2190008);
    expect(await ask('/sandbox/fault', { endpoint: 'nowhere', mode: 'ok' })).toMatchObject({
      status: 400,
    });
    expect(await ask('/sandbox/sell', { productID: '1' })).toMatchObject({ status: 400 });
  });

  test('with a webhook the messages of a person go out at once, and the outbox is empty', async () => {
    const bodies: string[] = [];
    const hubFetch = async (url: string | URL | Request, init?: RequestInit) => {
      bodies.push(await new Request(url, init).text());
      return new Response('');
    };
    const connected = await startSandbox({
      clientKey: CLIENT_KEY,
      clientSecret: CLIENT_SECRET,
      webhook: { url: 'http://hub.invalid/', fetch: hubFetch },
    });
    try {
      const { meal } = connected.stock();
      const response = await fetch(`${connected.url}/sandbox/sell`, {
        method: 'POST',
        body: JSON.stringify({ productId: meal.productId }),
      });
      expect(await response.json()).toMatchObject({ webhooks: { sent: 1, acknowledged: 1 } });
      expect(bodies).toHaveLength(1);
      expect(connected.world.outbox).toEqual([]);
    } finally {
      await connected.stop();
    }
  });
});

function refusalOf(act: () => unknown): Refusal {
  try {
    act();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('it was not refused');
}
