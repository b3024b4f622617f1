import { describe, expect, test } from 'vitest';
import { ecpayBody } from '../../../lib/integrations/douyin-miniapp/sandbox/index.ts';
import { app, only, readText } from './support.ts';

const STAMP = { timestamp: '1602507471', nonce: '797' };

const legacy = (type: string, msg: object) => readText(ecpayBody('t', type, msg, STAMP));

const PAYMENT = {
  appid: 'tt07',
  cp_orderno: 'own-1',
  order_id: 'N71',
  total_amount: 9_980,
  status: 'SUCCESS',
  paid_at: 1_602_507_470,
};
const REFUND = {
  appid: 'tt07',
  cp_refundno: 'own-r',
  refund_no: 'R9',
  order_id: 'N71',
  status: 'SUCCESS',
  refund_amount: 100,
  refunded_at: 1_602_600_000,
};
const SETTLE = {
  appid: 'tt07',
  cp_settle_no: 'own-s',
  settle_no: 'S5',
  order_id: 'N71',
  status: 'SUCCESS',
  settle_amount: 9_880,
  rake: 60,
  commission: 0,
  settled_at: 1_602_700_000,
};

describe('担保支付', () => {
  test('a payment is of the platform’s order, at its own time in seconds', () => {
    expect(only(legacy('payment', PAYMENT))).toMatchObject({
      kind: 'order.paid',
      eventId: 'paid:N71',
      occurredAt: '2020-10-12T20:57:50.000+08:00',
      complete: true,
    });
  });

  test.each([
    ['{"cps_info":"poi","share_amount":"299"}', '', { kind: 'unknown', amountFen: 299 }, null],
    ['{"cps_info":"poi"}', '7270', { kind: 'unknown', amountFen: null }, '7270'],
    [
      '{"cps_info":"poi","share_amount":"2.99"}',
      7270,
      { kind: 'unknown', amountFen: null },
      '7270',
    ],
    ['null', null, null, null],
    ['', undefined, null, null],
    ['{', [], null, null],
  ])('a payment with extra %j and item %j has a creator’s part %j and content %j', (...row) => {
    const [extra, item_id, cps, contentId] = row;
    expect(only(legacy('payment', { ...PAYMENT, extra, item_id }))).toMatchObject({
      eventId: 'paid:N71',
      sale: { cps, contentId },
    });
  });

  test('a refund is the order’s, since there are no vouchers', () => {
    expect(only(legacy('refund', REFUND))).toEqual({
      kind: 'voucher.refunded',
      eventId: 'refunded:R9',
      merchantId: 'tt07',
      orderId: 'N71',
      voucherId: 'N71',
      occurredAt: '2020-10-13T22:40:00.000+08:00',
      complete: true,
      refundedFen: 100,
      takesBack: null,
      unusedFen: 100,
      ofOrder: 'any',
    });
  });

  test('a refund leaves uses alone where the operator says that he sells times cards', () => {
    const settings = { refundTakesBack: 'nothing' };
    const reading = readText(ecpayBody('t', 'refund', REFUND, STAMP), app(undefined, settings));
    expect(only(reading)).toMatchObject({ takesBack: [], unusedFen: 100 });
    expect(only(reading)).not.toHaveProperty('ofOrder');
  });

  test('two refunds of one order are two facts', () => {
    const second = only(legacy('refund', { ...REFUND, refund_no: 'R10' }));
    expect(second.eventId).not.toBe(only(legacy('refund', REFUND)).eventId);
  });

  test('a failed refund is told, one under way is kept, another word is parked', () => {
    expect(only(legacy('refund', { ...REFUND, status: 'FAIL' }))).toMatchObject({
      kind: 'voucher.refund_failed',
      refundId: 'R9',
    });
    expect(legacy('refund', { ...REFUND, status: 'PROCESSING' }).outcome).toBe('kept');
    expect(legacy('refund', { ...REFUND, status: 'HALF' }).outcome).toBe('unknown');
  });

  test('a settlement is posted, a failed one kept', () => {
    expect(only(legacy('settle', SETTLE))).toMatchObject({
      kind: 'settlement.posted',
      eventId: 'settled:S5',
      settledFen: 9_880,
      feeFen: 60,
      creatorFen: 0,
    });
    expect(legacy('settle', { ...SETTLE, status: 'FAIL' }).outcome).toBe('kept');
  });

  test('the developer’s own numbers stand in where the platform’s are missing', () => {
    const without = (msg: object, field: string) => ({ ...msg, [field]: undefined });
    expect(only(legacy('payment', without(PAYMENT, 'order_id'))).eventId).toBe('paid:own-1');
    expect(only(legacy('refund', without(REFUND, 'refund_no'))).eventId).toBe('refunded:own-r');
    expect(only(legacy('settle', without(SETTLE, 'settle_no'))).eventId).toBe('settled:own-s');
  });

  test.each(['payment', 'refund', 'settle', 'withdraw', '', '核销'])(
    'what a message is, its signed numbers tell, also under the type "%s", which nobody signs',
    (type) => {
      expect(only(legacy(type, PAYMENT))).toEqual(only(legacy('payment', PAYMENT)));
      expect(only(legacy(type, REFUND))).toEqual(only(legacy('refund', REFUND)));
      expect(only(legacy(type, SETTLE))).toEqual(only(legacy('settle', SETTLE)));
    },
  );

  test('a message of no known number is parked under its type, one of two is quarantined', () => {
    const withdrawal = { appid: 'tt07', withdraw_no: 'w1' };
    for (const type of ['withdraw', 'payment']) {
      expect(legacy(type, withdrawal)).toEqual({ outcome: 'unknown', kind: `ecpay/${type}` });
    }
    expect(legacy('payment', { ...PAYMENT, cp_refundno: 'r' }).outcome).toBe('malformed');
    expect(legacy('payment', []).outcome).toBe('malformed');
    expect(legacy('payment', { ...PAYMENT, cp_refundno: '' }).outcome).toBe('events');
  });
});
