import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UNKNOWN_SALE } from '../../../lib/events/sale.ts';
import { douyinMiniapp } from '../../../lib/integrations/douyin-miniapp/index.ts';
import { read } from '../../../lib/integrations/douyin-miniapp/read.ts';
import { tradeBody } from '../../../lib/integrations/douyin-miniapp/sandbox/index.ts';
import { APP_ID, app, only, RECEIVED_AT, readText, sample, stamped, utf8 } from './support.ts';

const ORDER = 'ots72811774181890317381806';
const PIECE = 'ots72811774181890677829806';
const REFUND = 'ot7057416814925531429';
const NO_DISCOUNTS = { platformDiscountFen: 0, merchantDiscountFen: 0, paymentDiscountFen: 0 };

/** A documented body with some of its message's fields changed; `undefined` takes one out. */
function changed(name: string, fields: Record<string, unknown>): string {
  const envelope = JSON.parse(sample(name).body) as { msg: string; type: string };
  const msg = { ...(JSON.parse(envelope.msg) as object), ...fields };
  return tradeBody(envelope.type, msg);
}

const readSample = (name: string, settings = {}) =>
  readText(sample(name).body, app(undefined, settings));

describe('the documented messages', () => {
  test('an order before it is paid is created, for what the buyer will pay', () => {
    expect(only(readSample('pre-create-order'))).toEqual({
      kind: 'order.created',
      eventId: `created:${ORDER}`,
      merchantId: APP_ID,
      orderId: ORDER,
      voucherId: null,
      occurredAt: '2026-11-22T01:14:01.545+08:00',
      complete: true,
      amounts: { paidFen: 16_600, ...NO_DISCOUNTS, originalFen: 17_600 },
      pieces: [
        { voucherId: 'ots72811774181890645061806', priceFen: 8_800 },
        { voucherId: 'ots72811774181890677829806', priceFen: 8_800 },
      ],
    });
  });

  test('a payment is total less discount, and the discount is nobody’s', () => {
    expect(readSample('payment-signed')).toEqual({
      outcome: 'events',
      kind: 'payment/SUCCESS',
      events: [
        {
          kind: 'order.paid',
          eventId: 'paid:ots72804408227039009881806',
          merchantId: 'ttcfdbb96650e33350',
          orderId: 'ots72804408227039009881806',
          voucherId: null,
          occurredAt: '2023-09-19T15:49:28.000+08:00',
          complete: true,
          amounts: { paidFen: 8_800, ...NO_DISCOUNTS, originalFen: 9_900 },
          sale: { ...UNKNOWN_SALE, contentId: '7270855478333246754' },
        },
      ],
    });
  });

  test('a cancelled payment is a cancelled order', () => {
    expect(only(readSample('payment-cancelled'))).toEqual({
      kind: 'order.cancelled',
      eventId: `cancelled:${ORDER}`,
      merchantId: APP_ID,
      orderId: ORDER,
      voucherId: null,
      occurredAt: '2026-11-22T01:15:00.000+08:00',
      complete: true,
    });
  });

  test('a request for a refund moves no money', () => {
    expect(only(readSample('pre-create-refund'))).toMatchObject({
      kind: 'voucher.refund_requested',
      eventId: `refund_requested:${REFUND}:${PIECE}`,
      voucherId: PIECE,
      requestedFen: 8_300,
    });
  });

  test('a refund is of its piece, from what was paid and from whatever stands', () => {
    expect(only(readSample('refund'))).toEqual({
      kind: 'voucher.refunded',
      eventId: `refunded:${REFUND}:${PIECE}`,
      merchantId: APP_ID,
      orderId: ORDER,
      voucherId: PIECE,
      occurredAt: '2026-11-22T01:15:00.000+08:00',
      complete: true,
      refundedFen: 8_300,
      takesBack: null,
      unusedFen: 8_300,
    });
  });

  test('a settlement is posted with the platform’s fee and the creators’ part', () => {
    expect(only(readSample('settle'))).toMatchObject({
      kind: 'settlement.posted',
      eventId: 'settled:7308352427978230016',
      settlementId: '7308352427978230016',
      settledFen: 8_800,
      feeFen: 60,
      creatorFen: 880,
    });
  });

  test('a redeemed native coupon is the closed loop’s act, incomplete until that tells its worth', () => {
    expect(readSample('coupon-verify')).toEqual({
      outcome: 'events',
      kind: 'coupon_verify',
      events: [
        {
          kind: 'voucher.redeemed',
          eventId: 'redeemed:71843339522862999',
          merchantId: APP_ID,
          orderId: 'ots7057435515980663049',
          voucherId: '71843339522862940',
          occurredAt: '2023-01-03T20:28:06.000+08:00',
          complete: false,
          redemptionId: '71843339522862999',
          storeId: '6601136930455291912',
          amounts: { paidFen: 0, ...NO_DISCOUNTS, originalFen: 0 },
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
      ],
    });
  });

  test('a reversed native coupon is the closed loop’s reversal', () => {
    expect(only(readSample('coupon-verify-cancel'))).toEqual({
      kind: 'voucher.redemption_reversed',
      eventId: 'reversed:71843339522862999',
      merchantId: APP_ID,
      orderId: 'ots7057435515980663049',
      voucherId: '71843339522862940',
      occurredAt: RECEIVED_AT,
      isTimeEstimated: true,
      complete: false,
      redemptionId: '71843339522862999',
    });
  });

  test('a booking without an answer has changed', () => {
    expect(only(readSample('book-accept-timeout'))).toMatchObject({
      kind: 'booking.changed',
      eventId: 'booking:ot7057416814925531500:book_accept_timeout',
      bookingId: 'ot7057416814925531500',
      occurredAt: RECEIVED_AT,
      state: 'book_accept_timeout',
      complete: false,
    });
  });

  test.each(['coupon-verify-cancel', 'book-accept-timeout'])(
    '%s, which tells no time, is quarantined where nobody says when it came',
    (name) => {
      const reading = douyinMiniapp.read(utf8(sample(name).body), app());
      expect(reading).toMatchObject({ outcome: 'malformed' });
      expect(readText(changed(name, { event_time: 1_795_281_300_000 }), app(), null)).toMatchObject(
        { outcome: 'events', events: [{ occurredAt: '2026-11-22T01:15:00.000+08:00' }] },
      );
    },
  );

  test.each(['third-party-ticket', 'third-party-ticket-sdk'])('%s is opened and kept', (name) => {
    const { body, encodingAesKey } = sample(name);
    const reading = readText(body, app({ thirdPartyAesKey: [encodingAesKey] }));
    expect(reading).toEqual({ outcome: 'kept', kind: 'third-party/PUSH' });
  });

  test('a legacy payment is an event at the envelope’s time where it has none of its own', () => {
    expect(only(readSample('ecpay-payment'))).toMatchObject({
      kind: 'order.paid',
      eventId: 'paid:out_order_no_1',
      merchantId: 'tt07e3715e98c9aac0',
      occurredAt: '2020-10-12T20:57:51.000+08:00',
      complete: false,
      amounts: { paidFen: 9_980, originalFen: 9_980 },
    });
  });

  test('the check of the URL is kept', () => {
    expect(readSample('webhook-verify').outcome).toBe('kept');
  });
});

describe('a status', () => {
  test.each([
    ['refund', 'FAIL', 'voucher.refund_failed'],
    ['payment-signed', 'CANCEL', 'order.cancelled'],
  ])('of %s that is %s is %s', (name, status, kind) => {
    expect(only(readText(changed(name, { status }))).kind).toBe(kind);
  });

  test.each(['settle', 'coupon-verify-cancel'])('FAIL of %s changes nothing', (name) => {
    expect(readText(changed(name, { status: 'FAIL' }))).toMatchObject({ outcome: 'kept' });
  });

  test.each(['payment-signed', 'refund', 'settle', 'coupon-verify-cancel'])(
    'of %s that nobody knows is parked',
    (name) => {
      const reading = readText(changed(name, { status: 'HALF' }));
      expect(reading).toMatchObject({ outcome: 'unknown' });
      expect(reading.kind).toMatch(/\/HALF$/);
    },
  );

  test('of a refused cancellation does not need the amounts of a payment', () => {
    const body = tradeBody('payment', { order_id: '1', status: 'CANCEL', event_time: 1 });
    expect(only(readText(body)).kind).toBe('order.cancelled');
  });
});

describe('a refund', () => {
  const detail = (...items: object[]) => ({
    refund_item_detail: { item_order_quantity: items.length, item_order_detail: items },
  });
  const refunds = (fields: object, settings = {}) => {
    const reading = readText(changed('refund', { ...fields }), app(undefined, settings));
    return reading.outcome === 'events' ? reading.events : [];
  };

  test('of two pieces is two events, that of one piece named twice is one', () => {
    // Act
    const events = refunds(
      detail(
        { item_order_id: 'a', refund_amount: 100 },
        { item_order_id: 'b', refund_amount: 50 },
        { item_order_id: 'a', refund_amount: 1 },
      ),
    );
    // Assess
    expect(events).toMatchObject([
      { eventId: `refunded:${REFUND}:a`, voucherId: 'a', refundedFen: 101, unusedFen: 101 },
      { eventId: `refunded:${REFUND}:b`, voucherId: 'b', refundedFen: 50, unusedFen: 50 },
    ]);
  });

  test('of nothing is told as nothing, never as the whole', () => {
    expect(refunds(detail({ item_order_id: 'a', refund_amount: 0 }))).toMatchObject([
      { refundedFen: 0, unusedFen: 0 },
    ]);
  });

  test('that does not tell the piece’s amount is the total for one piece, and untold for several', () => {
    expect(refunds(detail({ item_order_id: 'a' }))).toMatchObject([
      { refundedFen: 8_300, complete: true },
    ]);
    expect(refunds(detail({ item_order_id: 'a' }, { item_order_id: 'b' }))).toMatchObject([
      { refundedFen: null, unusedFen: null, complete: false },
      { refundedFen: null, unusedFen: null, complete: false },
    ]);
  });

  test.each([{ refund_item_detail: undefined }, { refund_item_detail: null }, detail()])(
    'that names no piece is the order’s: %j',
    (fields) => {
      expect(refunds(fields)).toMatchObject([
        { voucherId: ORDER, refundedFen: 8_300, takesBack: [], unusedFen: 8_300 },
      ]);
    },
  );

  test('after the settlement was after use, so nothing unused is given back', () => {
    for (const is_all_settled of [true, 'true', 1]) {
      expect(refunds({ is_all_settled })).toMatchObject([{ takesBack: null, unusedFen: 0 }]);
    }
  });

  test('leaves redemptions alone where the operator says so', () => {
    expect(refunds({}, { refundTakesBack: 'nothing' })).toMatchObject([
      { takesBack: [], unusedFen: 8_300 },
    ]);
  });
});

describe('the documented kinds of refunds', () => {
  test('after use: the settlement came before it, so nothing unused is given back', () => {
    expect(only(readSample('refund-after-use'))).toMatchObject({
      voucherId: PIECE,
      refundedFen: 8_300,
      takesBack: null,
      unusedFen: 0,
    });
  });

  test('of a part: what was given back, and no more', () => {
    expect(only(readSample('refund-partial'))).toMatchObject({
      voucherId: PIECE,
      refundedFen: 2_000,
      unusedFen: 2_000,
    });
  });

  test('of two pieces of one order: each its own event', () => {
    expect(readSample('refund-two-pieces')).toMatchObject({
      events: [
        { eventId: `refunded:ot7057416814925531432:${PIECE}`, refundedFen: 8_300 },
        {
          eventId: 'refunded:ot7057416814925531432:ots72811774181890645061806',
          refundedFen: 8_300,
        },
      ],
    });
  });

  test('of what is left of a times card: its uses stay where the app says that it sells such', () => {
    expect(only(readSample('refund-times-card', { refundTakesBack: 'nothing' }))).toMatchObject({
      refundedFen: 6_640,
      takesBack: [],
      unusedFen: 6_640,
    });
  });
});

describe('a payment', () => {
  const pay = (fields: Record<string, unknown>, settings = {}) =>
    readText(changed('payment-signed', fields), app(undefined, settings));

  test('in diamonds is kept and never counted as fen', () => {
    expect(pay({ currency: 'DIAMOND' })).toEqual({
      outcome: 'kept',
      kind: 'payment/SUCCESS/DIAMOND',
    });
    expect(pay({ currency: 'USD' })).toMatchObject({ outcome: 'malformed' });
    expect(pay({ currency: 'CNY' })).toMatchObject({ outcome: 'events' });
  });

  test('of the write-off tool’s order is the closed loop’s to book, by default', () => {
    const fields = { order_source: 'fulfillment_tool' };
    expect(pay(fields).outcome).toBe('kept');
    expect(pay(fields, { fulfillmentToolPayments: 'booked' }).outcome).toBe('events');
  });

  test.each([
    ['7270855478333246754', '7270855478333246754'],
    ['', null],
    [undefined, null],
    [0, null],
    [{}, null],
  ])('brought by content %j is of content %j, and never waits for it', (item_id, contentId) => {
    expect(only(pay({ item_id }))).toMatchObject({ sale: { contentId } });
  });

  test('told again with the content that was missing is the same event', () => {
    expect(only(pay({ item_id: '' })).eventId).toBe(only(pay({})).eventId);
  });

  test('with a discount over the total is malformed', () => {
    expect(pay({ discount_amount: 9_901 })).toMatchObject({
      outcome: 'malformed',
      why: 'did not fit: discount_amount',
    });
    expect(only(pay({ discount_amount: 9_900 }))).toMatchObject({ amounts: { paidFen: 0 } });
  });

  test('without a discount is paid in full', () => {
    for (const discount_amount of [undefined, null, 0, '', '0']) {
      expect(only(pay({ discount_amount }))).toMatchObject({ amounts: { paidFen: 9_900 } });
    }
  });

  test.each(['99.00', '1e3', -1, 1.5, null, true, {}, 9_007_199_254_740_991])(
    'of %j is malformed, never guessed',
    (total_amount) => {
      expect(pay({ total_amount })).toMatchObject({ outcome: 'malformed' });
    },
  );

  test('at a time in seconds is at the same instant', () => {
    expect(only(pay({ event_time: 1_695_109_768 })).occurredAt).toBe(
      only(pay({ event_time: 1_695_109_768_000 })).occurredAt,
    );
    expect(only(pay({ event_time: '1695109768000' })).occurredAt).toBe(
      '2023-09-19T15:49:28.000+08:00',
    );
    for (const event_time of [0, -1, '', null, 'now', 8_640_000_000_000_001]) {
      expect(pay({ event_time }).outcome).toBe('malformed');
    }
  });
});

describe('the merchant', () => {
  const merchantOf = (settings: object, fields = {}) =>
    only(readText(changed('payment-signed', fields), app(undefined, { ...settings }))).merchantId;

  test('is the app’s, else the one that the message names, else the app', () => {
    expect(merchantOf({ merchantId: '73' })).toBe('73');
    expect(merchantOf({})).toBe('ttcfdbb96650e33350');
    expect(merchantOf({}, { app_id: undefined })).toBe(APP_ID);
    expect(merchantOf({}, { merchant_uid: '72789245768543290000' })).toBe('ttcfdbb96650e33350');
  });

  test('is the receiving merchant where the operator says so and the message names one', () => {
    const settings = { merchantFrom: 'merchant_uid' };
    expect(merchantOf(settings, { merchant_uid: '72789245768543290000' })).toBe(
      '72789245768543290000',
    );
    expect(merchantOf(settings)).toBe('ttcfdbb96650e33350');
  });
});

describe('the write-off tool’s notice', () => {
  const envelope = JSON.parse(sample('coupon-verify').body) as { msg: string };
  const msg = JSON.parse(envelope.msg) as Record<string, unknown>;

  test('is known by its results, whatever its type', () => {
    const reading = readText(tradeBody('certificate_verify_v9', msg));
    expect(only(reading)).toMatchObject({ eventId: 'redeemed:71843339522862999' });
  });

  test('is known by the type the operator set, so that another shape is quarantined', () => {
    const other = tradeBody('notice_x', { app_id: 'a' });
    expect(readText(other).outcome).toBe('unknown');
    expect(readText(other, app(undefined, { couponVerifyType: 'notice_x' })).outcome).toBe(
      'malformed',
    );
  });

  test('without a success is kept', () => {
    for (const result_code of [1, '1', null, undefined, -1]) {
      const results = [{ result_code, certificate_id: '1', verify_id: '2', verify_time: 3 }];
      const reading = readText(changed('coupon-verify', { coupon_verify_results: results }));
      expect(reading).toEqual({ outcome: 'kept', kind: 'coupon_verify/failed' });
    }
  });

  test.each(['certificate_id', 'verify_id', 'verify_time'])(
    'with a success that names no %s is malformed',
    (field) => {
      const one = { result_code: 0, certificate_id: '1', verify_id: '2', verify_time: 3 };
      const results = [{ ...one, [field]: undefined }];
      const reading = readText(changed('coupon-verify', { coupon_verify_results: results }));
      expect(reading).toMatchObject({ outcome: 'malformed' });
    },
  );

  test('without a store is at the one that the operator’s field names, else at none', () => {
    const body = changed('coupon-verify', { poi_id: '', shop: 'shop=77&x' });
    const settings = { storeFrom: { field: 'shop', template: 'shop={store}' } };
    expect(only(readText(body, app(undefined, settings)))).toMatchObject({ storeId: '77' });
    expect(only(readText(body))).toMatchObject({ storeId: null });
  });
});

describe('what nobody expected', () => {
  test.each([
    ['a type nobody knows', tradeBody('brand_new', {}), 'brand_new'],
    ['a sign-up for deductions', tradeBody('sign_pay_callback', {}, '1.0'), 'sign_pay_callback'],
    ['an order of 随心团', tradeBody('/ext/waimai/order/notify_pay', {}, '3.0'), undefined],
    [
      'a legacy type',
      '{"msg_signature":"x","msg":"{\\"withdraw_no\\":1}","type":"withdraw"}',
      undefined,
    ],
    ['a webhook', '{"event":"life_new_event","content":"{"}', 'webhook/life_new_event'],
  ])('%s is parked', (_what, body, kind) => {
    const reading = readText(body);
    expect(reading.outcome).toBe('unknown');
    if (kind !== undefined) expect(reading.kind).toBe(kind);
  });

  test.each(['query_marketing_info', 'calculate_price', 'create_merchant'])(
    '%s is kept',
    (type) => {
      expect(readText(tradeBody(type, {})).outcome).toBe('kept');
    },
  );

  test.each(['user_subscribe_action', 'authorize', 'unauthorize', 'create_video'])(
    'the webhook %s is kept',
    (event) => {
      expect(readText(JSON.stringify({ event, content: '{}' })).outcome).toBe('kept');
    },
  );

  test('a message as an object is read like one in a string', () => {
    const { msg, ...envelope } = JSON.parse(sample('refund').body) as { msg: string };
    const body = JSON.stringify({ ...envelope, msg: JSON.parse(msg) as object });
    expect(readText(body)).toEqual(readSample('refund'));
  });

  test.each(['constructor', '__proto__', 'toString'])('the type %s is unknown', (type) => {
    expect(readText(tradeBody(type, {})).outcome).toBe('unknown');
  });

  test.each([
    ['no JSON', 'type=payment'],
    ['nothing', ''],
    ['a list', '[]'],
    ['a key twice', '{"type":"payment","type":"refund","msg":"{}"}'],
    ['a byte order mark in the message', '{"type":"payment","msg":"\ufeff{}"}'],
    ['no type', '{"msg":"{}","type":null,"version":"2.0"}'],
    ['a type of lone surrogates', '{"msg":"{}","type":"\\ud800","version":"2.0"}'],
    ['no message', '{"msg":null,"type":"payment"}'],
    ['an empty message', '{"msg":"","type":"payment"}'],
    ['a message that is a list', '{"msg":"[]","type":"payment"}'],
    ['a message of two values', '{"msg":"{}{}","type":"payment"}'],
    ['a message with a key twice', '{"msg":"{\\"a\\":1,\\"a\\":2}","type":"payment"}'],
    ['an event without a name', '{"event":1}'],
    ['a legacy message without a message', '{"msg_signature":"x"}'],
  ])('%s is quarantined', (_what, body) => {
    expect(readText(body).outcome).toBe('malformed');
  });

  test('an id of lone surrogates is malformed, never two ids that are stored as one', () => {
    const body = `{"type":"payment","version":"2.0","msg":${JSON.stringify(
      '{"status":"SUCCESS","order_id":"\\ud800","total_amount":1,"event_time":1}',
    )}}`;
    expect(readText(body).outcome).toBe('malformed');
  });

  test('names the fields that did not fit and never what was in them', () => {
    const phone = '13800138000';
    for (const body of [
      changed('refund', { refund_id: [phone] }),
      changed('payment-signed', { total_amount: `${phone}.0` }),
      changed('coupon-verify', { coupon_verify_results: [{ result_code: 0, verify_id: [phone] }] }),
      `{"type":"payment","msg":"{${phone}"}`,
      phone,
    ]) {
      const reading = readText(body);
      expect(reading.outcome).toBe('malformed');
      expect(JSON.stringify(reading)).not.toContain(phone);
    }
  });

  test('never throws, and says only what the vocabulary takes', () => {
    const scalar = fc.oneof(
      fc.constantFrom(null, '', '0', 0, 1, '1760000000', 1_760_000_000_000, 'SUCCESS', 'FAIL'),
      fc.maxSafeInteger(),
      fc.double(),
      fc.string(),
      fc.constant([]),
      fc.constant({}),
    );
    const names = [
      'app_id,order_id,status,total_amount,discount_amount,discount,event_time,create_order_time',
      'refund_id,refund_total_amount,create_refund_time,is_all_settled,settle_id,settle_amount',
      'rake,commission,verify_id,certificate_id,book_id,cp_orderno,cp_refundno,refund_amount',
      'cp_settle_no,currency,poi_id,message,merchant_uid',
    ].flatMap((line) => line.split(','));
    const likely: Record<string, fc.Arbitrary<unknown>> = {
      status: fc.constantFrom('SUCCESS', 'FAIL', 'CANCEL'),
      order_info: fc.record({ order_id: scalar }),
      refund_item_detail: fc.record({
        item_order_detail: fc.array(
          fc.record({ item_order_id: scalar, refund_amount: scalar }, { requiredKeys: [] }),
        ),
      }),
      coupon_verify_results: fc.array(
        fc.record({
          result_code: fc.constantFrom(0, 1),
          certificate_id: scalar,
          verify_id: scalar,
          verify_time: scalar,
        }),
      ),
    };
    const fields = Object.fromEntries(names.map((name) => [name, scalar]));
    const msg = fc.record({ ...fields, ...likely }, { requiredKeys: [] });
    const type = fc.constantFrom(
      ...['pre_create_order', 'payment', 'pre_create_refund', 'refund', 'settle'],
      ...['coupon_verify', 'coupon_verify_cancel', 'book_accept_timeout'],
    );
    fc.assert(
      fc.property(type, msg, fc.boolean(), (one, inner, isLegacy) => {
        // Act
        const text = JSON.stringify(inner);
        const body = isLegacy
          ? JSON.stringify({ timestamp: '1602507471', msg: text, msg_signature: '', type: one })
          : JSON.stringify({ version: '2.0', msg: text, type: one });
        const reading = read(utf8(body), app(), RECEIVED_AT);
        // Assess
        if (reading.outcome === 'events') for (const event of reading.events) stamped(event);
      }),
      { numRuns: 5_000 },
    );
  });
});
