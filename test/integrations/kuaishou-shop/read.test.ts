import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Hint } from '../../../lib/integrations/kit/integration.ts';
import { kuaishouShop } from '../../../lib/integrations/kuaishou-shop/index.ts';
import {
  feeChangedMessage,
  heartbeatMessage,
  orderAddedMessage,
  orderMessage,
  refundMessage,
} from '../../../lib/integrations/kuaishou-shop/sandbox/index.ts';
import {
  APP_KEY,
  appWith,
  messageSample,
  ORDER,
  plaintext,
  readPlaintext,
  SECRET,
} from './support.ts';

const PAID = 'kwaishop_order_paySuccess';

const readSample = (name: string, app = appWith()) =>
  kuaishouShop.read(Buffer.from(messageSample(name).body), app);

const paid = (info: string, more = '') => readPlaintext(plaintext(PAID, info, more));

describe('the documented messages', () => {
  test('a payment is a hint: nothing but a key vouches for it', () => {
    expect(readSample('order-pay-success')).toEqual({
      outcome: 'hint',
      kind: PAID,
      hint: {
        action: 'paid',
        merchantId: '2160000001',
        orderId: ORDER,
        voucherId: ORDER,
        occurredAt: '2026-11-22T10:00:00.123+08:00',
      },
    });
  });

  test('a changed refund is a hint', () => {
    expect(readSample('aftersales-update-refund')).toMatchObject({
      outcome: 'hint',
      hint: { action: 'refunded', orderId: ORDER, voucherId: ORDER, merchantId: '2160000001' },
    });
  });

  test('a new refund is a request, which moves no money', () => {
    expect(readSample('aftersales-add-refund')).toMatchObject({
      outcome: 'events',
      events: [
        {
          kind: 'voucher.refund_requested',
          eventId: `refund_requested:${ORDER}@243_4027_2375700000002`,
          requestedFen: null,
          complete: false,
        },
      ],
    });
  });

  test('a failed order is cancelled, which moves no money', () => {
    expect(readSample('order-fail')).toMatchObject({
      outcome: 'events',
      events: [{ kind: 'order.cancelled', eventId: `cancelled:${ORDER}`, complete: false }],
    });
  });

  test.each(['order-add', 'order-success', 'total-fee-change', 'heartbeat'])(
    '%s is kept',
    (name) => {
      expect(readSample(name).outcome).toBe('kept');
    },
  );

  test('a heartbeat is dropped whatever else it says', () => {
    const text = plaintext(PAID, `{"oid":${ORDER}}`, ',"test":true');
    expect(readPlaintext(text)).toEqual({ outcome: 'kept', kind: 'heartbeat' });
    expect(readPlaintext(`{"appKey":"${APP_KEY}","test":true}`).outcome).toBe('kept');
  });
});

test('every message of the sandbox is read as the documented one', () => {
  // Prepare
  const shop = {
    appKey: APP_KEY,
    messageSecret: SECRET,
    sellerId: 2160000001,
    now: () => 1795312800123,
  };
  const read = (body: string) => kuaishouShop.read(Buffer.from(body), appWith()).outcome;
  // Act, Assess
  expect(read(orderMessage(shop, 'paySuccess', Number(ORDER)))).toBe('hint');
  expect(read(orderMessage(shop, 'orderFail', Number(ORDER)))).toBe('events');
  for (const step of ['delivering', 'deliverySuccess', 'orderSuccess'] as const) {
    expect(read(orderMessage(shop, step, Number(ORDER)))).toBe('kept');
  }
  expect(read(orderAddedMessage(shop, Number(ORDER)))).toBe('kept');
  expect(read(feeChangedMessage(shop, Number(ORDER), [10_900, 9_900]))).toBe('kept');
  expect(read(refundMessage(shop, 'addRefund', Number(ORDER)))).toBe('events');
  expect(read(refundMessage(shop, 'updateRefund', Number(ORDER)))).toBe('hint');
  expect(read(heartbeatMessage(shop))).toBe('kept');
});

describe('whose order it is', () => {
  const merchantOf = (text: string, settings = {}) => {
    const reading = readPlaintext(text, appWith({ messageSecret: SECRET }, settings));
    return reading.outcome === 'hint' ? reading.hint.merchantId : undefined;
  };

  test('is for the settings to say first', () => {
    const text = plaintext(PAID, `{"oid":1,"sellerId":2}`);
    expect(merchantOf(text, { merchantId: 'm' })).toBe('m');
    expect(merchantOf(text)).toBe('2');
  });

  test('is the message’s user where its info names no seller', () => {
    expect(merchantOf(plaintext(PAID, '{"oid":1}'))).toBe('2160000001');
  });

  test('is the app’s key where nobody is named', () => {
    const text = plaintext(PAID, '{"oid":1}').replace('"userId":2160000001,', '');
    expect(merchantOf(text)).toBe(APP_KEY);
  });
});

describe('ids', () => {
  test.each([
    ['a number beyond 2^53', '9223372036854775807', '9223372036854775807'],
    ['a number', ORDER, ORDER],
    ['a text with leading zeros', '"0026"', '0026'],
  ])('written as %s come out digit by digit', (_what, written, id) => {
    expect(paid(`{"oid":${written}}`)).toMatchObject({ hint: { orderId: id } });
  });

  test.each(['""', '" "', 'null', '1.5', 'true', '[]', '"\\ud800"', `"${'9'.repeat(200)}"`])(
    'written as %s are malformed',
    (written) => {
      expect(paid(`{"oid":${written}}`)).toEqual({
        outcome: 'malformed',
        kind: PAID,
        why: 'did not fit: info.oid',
      });
    },
  );
});

describe('times', () => {
  test.each([
    ['milliseconds', '1795312800123', '2026-11-22T10:00:00.123+08:00'],
    ['digits', '"1795312800123"', '2026-11-22T10:00:00.123+08:00'],
    ['what can only be seconds', '1795312800', '2026-11-22T10:00:00.000+08:00'],
    ['nothing: the message’s own', '0', '2026-11-22T10:00:00.800+08:00'],
  ])('in %s are instants', (_what, written, instant) => {
    const reading = paid(`{"oid":1,"updateTime":${written}}`);
    expect(reading).toMatchObject({ hint: { occurredAt: instant } });
  });

  test('that are told nowhere leave a message malformed', () => {
    const text = plaintext(PAID, '{"oid":1}').replace(/,"createTime.*$/, '}');
    expect(readPlaintext(text)).toMatchObject({ outcome: 'malformed', kind: PAID });
  });
});

describe('what nobody expected', () => {
  test('a kind nobody knows is unknown, whatever is in it', () => {
    for (const info of ['{}', 'no JSON', '[]']) {
      expect(readPlaintext(plaintext('kwaishop_new', info))).toEqual({
        outcome: 'unknown',
        kind: 'kwaishop_new',
      });
    }
  });

  test('a field nobody knows is passed over, also one called __proto__', () => {
    const info = '{"oid":1,"__proto__":{"oid":2},"constructor":3,"new":{"a":[1]}}';
    expect(paid(info, ',"__proto__":{"test":true},"new":1')).toMatchObject({
      hint: { orderId: '1' },
    });
  });

  test.each([
    ['no event', plaintext('', '{}'), 'no-event'],
    ['no info', plaintext(PAID, '{}').replace(/"info":"{}",/, ''), PAID],
    ['info without the order', plaintext(PAID, '{"sellerId":1}'), PAID],
    ['info that is no JSON', plaintext(PAID, '{'), PAID],
    ['info that is a list', plaintext(PAID, '[]'), PAID],
    ['info with the order twice', plaintext(PAID, '{"oid":1,"oid":2}'), PAID],
    ['info nested without an end', plaintext(PAID, '['.repeat(50_000)), PAID],
    ['no id of the message', plaintext(PAID, '{"oid":1}').replace('"eventId":"e1",', ''), PAID],
  ])('%s is malformed', (_what, text, kind) => {
    expect(readPlaintext(text)).toMatchObject({ outcome: 'malformed', kind });
  });

  test('what was wrong is named by its field, never by its value', () => {
    const reading = paid('{"oid":["13800000000"],"sellerId":{"name":"王"}}');
    expect(JSON.stringify(reading)).not.toMatch(/138|王/);
    expect(reading).toMatchObject({ why: 'did not fit: info.oid, info.sellerId' });
  });

  test('reading never throws, whatever the bytes and whatever is sealed', () => {
    const app = appWith();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(kuaishouShop.read(bytes, app).outcome).toBe('malformed');
      }),
    );
    const event = fc.oneof(fc.constantFrom(PAID, 'kwaishop_aftersales_addRefund'), fc.string());
    fc.assert(
      fc.property(event, fc.json(), fc.jsonValue(), (name, info, more) => {
        const text = plaintext(name, info, `,"more":${JSON.stringify(more)}`);
        expect(readPlaintext(text).outcome).toMatch(/^(hint|events|kept|unknown|malformed)$/);
      }),
    );
  });
});

test('without permission to ask, a hint books nothing: nobody vouches for it', () => {
  const hint: Hint = {
    action: 'paid',
    merchantId: 'm',
    orderId: 'o',
    voucherId: 'o',
    occurredAt: '2026-11-22T10:00:00.123+08:00',
  };
  expect(kuaishouShop, JSON.stringify(hint)).not.toHaveProperty('fromHint');
});
