import { describe, expect, test } from 'vitest';
import {
  appReading,
  DEVELOPER,
  form,
  ORDER,
  pushSample,
  readText,
  recorded,
  VOUCHER,
} from './support.ts';

/** What messages become once an operator said where they say what. */

const yuan = (field: string) => ({ amount: { field, unit: 'yuan' } });
const NOW = '2026-11-22T10:00:00.000+08:00';
const NO_ID = { msgId: '' };

const eventOf = (
  msgType: string,
  rule: object,
  message: object,
  settings: object = {},
  more: Record<string, string> = {},
) => {
  const app = appReading({ [msgType]: rule }, settings);
  const reading = readText(form(msgType, JSON.stringify(message), more), app);
  if (reading.outcome === 'events') recorded(reading.events);
  return reading.outcome === 'events' ? reading.events[0] : reading;
};

describe('a refund', () => {
  test('of a voucher takes back whatever stands of it', () => {
    const rule = { ...yuan('refundAmount'), refundId: 'receiptCode' };
    const app = appReading({ 5810173: rule });
    expect(readText(pushSample('order-refund').body, app)).toEqual({
      outcome: 'events',
      kind: '5810173',
      events: [
        {
          kind: 'voucher.refunded',
          eventId: `refunded:${VOUCHER}`,
          merchantId: DEVELOPER,
          orderId: ORDER,
          voucherId: VOUCHER,
          occurredAt: NOW,
          complete: false,
          refundedFen: 9_900,
          takesBack: null,
          unusedFen: null,
        },
      ],
    });
  });

  test('of all of a voucher tells no amount', () => {
    const message = { orderId: ORDER, receiptCode: VOUCHER };
    expect(eventOf('5910027', { amount: 'whole' }, message)).toMatchObject({
      refundedFen: null,
      takesBack: null,
      unusedFen: null,
    });
  });

  test('after use (5910025) takes nothing from what was never used', () => {
    const message = { orderId: ORDER, receiptCode: VOUCHER, back: '99.00', no: 'r1' };
    expect(eventOf('5910025', { ...yuan('back'), refundId: 'no' }, message)).toMatchObject({
      refundedFen: 9_900,
      takesBack: null,
      unusedFen: 0,
    });
  });

  test('before use takes nothing from what was used', () => {
    const message = { orderId: ORDER, receiptCode: VOUCHER, back: 99, no: 'r1' };
    const rule = { ...yuan('back'), refundId: 'no', use: 'before' };
    expect(eventOf('5810173', rule, message)).toMatchObject({
      refundedFen: 9_900,
      takesBack: [],
      unusedFen: 9_900,
    });
  });

  test('of an order is by its own id, for what was never used of it', () => {
    const rule = { ...yuan('fee'), refundId: 'refundNo', when: { field: 'status', in: ['2'] } };
    const message = { orderId: ORDER, refundNo: 'r1', fee: '0.05', status: 2 };
    expect(eventOf('5910083', rule, message)).toMatchObject({
      kind: 'voucher.refunded',
      eventId: 'refunded:r1',
      voucherId: ORDER,
      refundedFen: 5,
      takesBack: [],
      unusedFen: 5,
    });
  });

  test.each([
    ['of a voucher', '5810173', { receiptCode: VOUCHER }, VOUCHER],
    ['of an order', '5910083', {}, ORDER],
  ])(
    '%s in parts, without an id or a msgId, is told apart by its time and amount',
    (_, type, named, id) => {
      const rule = { ...yuan('fee'), at: 'time', when: { field: 'status', in: ['2'] } };
      const told = { orderId: ORDER, ...named, fee: '30', time: 1795312800, status: 2 };
      expect(eventOf(type, rule, told, {}, NO_ID)).toMatchObject({
        eventId: `refunded:${id}@${NOW}:3000`,
      });
      const later = eventOf(type, rule, { ...told, time: 1795312801 }, {}, NO_ID);
      expect(later).not.toMatchObject({ eventId: `refunded:${id}@${NOW}:3000` });
      // A push's own time is another one when the same refund is told again.
      expect(eventOf(type, { ...rule, at: undefined }, told, {}, NO_ID)).toMatchObject({
        outcome: 'malformed',
        why: `did not fit: settings.messages.${type}.refundId`,
      });
    },
  );

  test('of an amount is its push’s, so that two in one second are two, and a repeated one is one', () => {
    const message = { orderId: ORDER, receiptCode: VOUCHER, fee: '30' };
    const refundId = (msgId: string, timestamp: string) =>
      eventOf('5810173', yuan('fee'), message, {}, { msgId, timestamp });
    expect(refundId('m1', '1795312800')).toMatchObject({ eventId: `refunded:${VOUCHER}~m1` });
    expect(refundId('m1', '1795312860')).toMatchObject({ eventId: `refunded:${VOUCHER}~m1` });
    expect(refundId('m2', '1795312800')).toMatchObject({ eventId: `refunded:${VOUCHER}~m2` });
  });

  test('of an order whose amount nobody reports is quarantined', () => {
    expect(eventOf('5810173', { amount: 'whole' }, { orderId: ORDER })).toMatchObject({
      outcome: 'malformed',
      why: 'did not fit: settings.messages.5810173.amount',
    });
  });

  test('that did not happen is kept', () => {
    const rule = { ...yuan('fee'), when: { field: 'status', in: ['2', 'DONE'] } };
    expect(eventOf('5910083', rule, { orderId: ORDER, fee: '1', status: 3 })).toMatchObject({
      outcome: 'kept',
    });
    expect(eventOf('5910083', rule, { orderId: ORDER, fee: '1' })).toMatchObject({
      outcome: 'malformed',
      why: 'did not fit: message.status',
    });
  });

  test('is one event, however often it is told', () => {
    const message = { orderId: ORDER, receiptCode: VOUCHER };
    const rule = { amount: 'whole', at: 'time' };
    const first = eventOf('5810173', rule, { ...message, time: 1795312800 });
    const second = eventOf('5810173', rule, { ...message, time: '2026-11-22 10:00:00', more: 1 });
    expect(second).toEqual(first);
  });
});

describe('the kinds of refunds, by their samples', () => {
  const RULE = { ...yuan('refundAmount'), refundId: 'refundId' };
  const refundOf = (name: string, rules: object) => {
    const reading = readText(pushSample(name).body, appReading(rules));
    return reading.outcome === 'events' ? recorded(reading.events)[0] : reading;
  };

  test('after use (5910025): of what was redeemed, by its own id', () => {
    expect(refundOf('coupon-refund-of-used-voucher', { 5910025: RULE })).toMatchObject({
      eventId: 'refunded:8026112200000000001',
      voucherId: VOUCHER,
      refundedFen: 9_900,
      takesBack: null,
      unusedFen: 0,
    });
  });

  test('of a part, before use', () => {
    expect(refundOf('order-refund-partial', { 5810173: { ...RULE, use: 'before' } })).toMatchObject(
      {
        eventId: 'refunded:8026112200000000002',
        refundedFen: 3_000,
        takesBack: [],
        unusedFen: 3_000,
      },
    );
  });

  test('of one of two vouchers: the other is not touched', () => {
    expect(refundOf('order-refund-one-of-two', { 5810173: RULE })).toMatchObject({
      voucherId: '0112345678902',
      orderId: ORDER,
      refundedFen: 9_900,
    });
  });
});

describe('a payment', () => {
  const rule = { ...yuan('pay.total'), at: 'pay.at', when: { field: 'pay.status', in: ['1'] } };

  test('is paid once its result is a success', () => {
    const message = { orderId: ORDER, pay: { total: 99.9, at: 1795312800123, status: 1 } };
    expect(eventOf('5910081', rule, message)).toEqual({
      kind: 'order.paid',
      eventId: `paid:${ORDER}`,
      merchantId: DEVELOPER,
      orderId: ORDER,
      voucherId: null,
      occurredAt: '2026-11-22T10:00:00.123+08:00',
      complete: true,
      amounts: {
        paidFen: 9_990,
        platformDiscountFen: 0,
        merchantDiscountFen: 0,
        paymentDiscountFen: 0,
        originalFen: 9_990,
      },
      storeId: 'op_test_0001',
      sale: {
        productId: null,
        channel: 'unknown',
        channelRaw: null,
        creatorId: null,
        contentId: null,
        cps: null,
        buyer: null,
      },
    });
  });

  test('of a delivery is paid by its type alone', () => {
    const message = { orderId: ORDER, total: 1234 };
    const fen = { amount: { field: 'total', unit: 'fen' } };
    expect(eventOf('4610002', fen, message)).toMatchObject({
      kind: 'order.paid',
      complete: false,
      amounts: { paidFen: 1_234 },
    });
  });

  test.each([
    ['99', 9_900],
    ['99.9', 9_990],
    ['99.90', 9_990],
    [0.29, 29],
    [1e2, 10_000],
    ['0.00', 0],
  ])('of %s yuan is %i fen', (total, paidFen) => {
    expect(eventOf('4610002', yuan('total'), { orderId: 1, total })).toMatchObject({
      amounts: { paidFen },
    });
  });

  test.each([
    ['yuan', '99.001'],
    ['yuan', '-1.00'],
    ['yuan', '1,000'],
    ['yuan', ''],
    ['yuan', null],
    ['yuan', [99]],
    ['fen', 99.5],
    ['fen', '99.00'],
    ['fen', -1],
  ])('of an amount in %s that is %j is quarantined', (unit, total) => {
    const rule = { amount: { field: 'total', unit } };
    expect(eventOf('4610002', rule, { orderId: 1, total })).toMatchObject({
      outcome: 'malformed',
      why: 'did not fit: message.total',
    });
  });

  test.each(['2026-02-30 10:00:00', '2026-11-22 25:00:00', 'soon', 0, -1, 1e15])(
    'at %j is quarantined',
    (at) => {
      expect(
        eventOf('4610002', { ...yuan('total'), at: 'at' }, { orderId: 1, total: 1, at }),
      ).toEqual({ outcome: 'malformed', kind: '4610002', why: 'did not fit: message.at' });
    },
  );
});

describe('a use', () => {
  const rule = { ...yuan('fee'), at: 'doneAt' };
  const message = { orderId: ORDER, fee: '35.00', doneAt: '2026-11-22 10:00:00' };

  test('that is a delivery is of its order, in the store of the push', () => {
    expect(eventOf('4610018', rule, message)).toMatchObject({
      kind: 'voucher.redeemed',
      eventId: `redeemed:${ORDER}`,
      redemptionId: ORDER,
      voucherId: ORDER,
      storeId: 'op_test_0001',
      occurredAt: NOW,
      complete: true,
      amounts: { paidFen: 3_500 },
    });
  });

  test('of a voucher needs the platform’s id of the act', () => {
    const voucher = { ...message, receiptCode: VOUCHER, act: 'f1' };
    expect(eventOf('5810147', rule, voucher)).toMatchObject({
      why: 'did not fit: settings.messages.5810147.redemptionId',
    });
    expect(eventOf('5810147', { ...rule, redemptionId: 'act' }, voucher)).toMatchObject({
      eventId: 'redeemed:f1',
      voucherId: VOUCHER,
    });
  });

  test('needs its own time: that of the push is another', () => {
    expect(eventOf('4610018', yuan('fee'), message)).toMatchObject({
      why: 'did not fit: settings.messages.4610018.at',
    });
  });

  test('may be left alone', () => {
    expect(eventOf('5810147', 'keep' as never, {})).toEqual({ outcome: 'kept', kind: '5810147' });
  });

  test.each([
    [{}, {}, 'op_test_0001'],
    [{ storeFrom: { field: 'poi' } }, { poi: 5_000_000_000 }, '5000000000'],
    [{ storeFrom: { field: 'memo', template: 'shop={store}' } }, { memo: 'shop=SH9' }, 'SH9'],
    [{ storeFrom: { field: 'poi' } }, {}, 'op_test_0001'],
    [{ storeFrom: { field: 'opBizCode' } }, { opBizCode: 'forged' }, 'op_test_0001'],
  ])('is in the store that %j finds in %j', (settings, fields, storeId) => {
    expect(eventOf('4610018', rule, { ...message, ...fields }, settings)).toMatchObject({
      storeId,
    });
  });

  test('is in the store by our own id, where the push is bound by that', () => {
    const body = form('4610018', JSON.stringify(message), { opBizCode: '', ePoiId: 'SH001' });
    const reading = readText(body, appReading({ 4610018: rule }, { merchantId: 'm1' }));
    expect(reading).toMatchObject({ events: [{ storeId: 'SH001', merchantId: 'm1' }] });
  });
});
