import { describe, expect, test } from 'vitest';
import { douyinLife } from '../../../lib/integrations/douyin-life/index.ts';
import type { Settings } from '../../../lib/integrations/kit/app.ts';
import { appOf, MERCHANT, ORDER, spiSample, textOf, VOUCHER } from './support.ts';

const CAME = '2025-10-10T18:00:00.000+08:00';

const read = (body: string, settings: Partial<Settings> = {}, about?: string) =>
  douyinLife.read(new TextEncoder().encode(body), appOf(settings), CAME, about);

const message = (event: string, content: object) =>
  JSON.stringify({ event, client_key: 'a', from_user_id: '', content: JSON.stringify(content) });

const readMessage = (event: string, content: object, settings: Partial<Settings> = {}) =>
  read(message(event, content), settings);

const bodyOf = (name: string) => (JSON.parse(textOf(name)) as { body: string }).body;

describe('a store that a merchant bound', () => {
  test('is an event as of when it came, for the message reports no time', () => {
    expect(read(bodyOf('auth-with-bind'))).toEqual({
      outcome: 'events',
      kind: 'life_saas_cooperate_auth_with_bind',
      events: [
        {
          kind: 'store.bound',
          eventId: `store_bound:${MERCHANT}/6600000000000000001/shop_0001`,
          ...{ merchantId: MERCHANT, orderId: null, voucherId: null },
          ...{ occurredAt: CAME, complete: false },
          ...{ storeId: '6600000000000000001', ownStoreId: 'shop_0001' },
        },
      ],
    });
  });

  test('is none where no store is named, and malformed where no merchant is', () => {
    const kind = 'life_saas_cooperate_auth_with_bind';
    expect(readMessage(kind, { account_id: '73', poi_id: '' }).outcome).toBe('kept');
    expect(readMessage(kind, { poi_id: '66' }).outcome).toBe('malformed');
  });

  test('cannot be made to look like another by a slash in an id', () => {
    const idOf = (account_id: string, poi_id: string) => {
      const reading = readMessage('life_saas_cooperate_auth_with_bind', { account_id, poi_id });
      return reading.outcome === 'events' ? reading.events[0]?.eventId : undefined;
    };
    expect(idOf('1/2', '3')).not.toBe(idOf('1', '2/3'));
  });
});

describe('a cooperation of merchant and provider', () => {
  const KIND = 'life_partner_order_notify';
  const content = (status: number) => ({
    ...{ order_id: '72', merchant_id: '73', partner_id: '74', status },
    event_time: 1_760_000_000_123,
  });

  test.each([
    [102, 'contract.proposed'],
    [301, 'contract.accepted'],
    [302, 'contract.accepted'],
    [201, 'contract.ended'],
  ])('in state %i is %s, its time in milliseconds', (status, kind) => {
    expect(readMessage(KIND, content(status))).toEqual({
      outcome: 'events',
      kind: `${KIND}/${status}`,
      events: [
        {
          ...{ kind, eventId: `cooperation:72/${status}`, merchantId: '73' },
          ...{ orderId: null, voucherId: null, complete: true },
          occurredAt: '2025-10-09T16:53:20.123+08:00',
          ...{ cooperationId: '72', partnerId: '74', state: String(status) },
        },
      ],
    });
  });

  test.each([103, 0, -1, 999])('in state %i, which nobody published, is kept by it', (status) => {
    expect(readMessage(KIND, content(status))).toEqual({
      outcome: 'kept',
      kind: `${KIND}/${status}`,
    });
  });

  test('without its ids is malformed', () => {
    expect(readMessage(KIND, { ...content(301), partner_id: null }).outcome).toBe('malformed');
  });
});

describe('a changed commission, whose fields nobody documents', () => {
  const KIND = 'life_partner_commission_notify';
  const IDS = { order_id: '72', record_id: '5', merchant_id: '73' };

  test('tells at least that it changed', () => {
    expect(readMessage(KIND, IDS)).toMatchObject({
      outcome: 'events',
      events: [
        {
          ...{ kind: 'commission.changed', eventId: 'commission:72/5/-', complete: false },
          ...{ cooperationId: '72', changeId: '5', rateBp: null, productId: null },
          ...{ state: 'unknown', occurredAt: CAME },
        },
      ],
    });
  });

  test.each([
    ['"1234"', 1_234],
    ['1234', 1_234],
    ['0', 0],
    ['"12.34"', null],
    ['12340', null],
    ['{}', null],
  ])('reads a rate of %s as %s in 1/10000', (json, rateBp) => {
    const content = { ...IDS, commission_ratio: JSON.parse(json) as unknown, status: 2 };
    expect(readMessage(KIND, content)).toMatchObject({ events: [{ rateBp, state: '2' }] });
  });

  test.each([
    ['no cooperation', { record_id: '5', merchant_id: '73' }],
    ['no record', { order_id: '72', merchant_id: '73' }],
    ['no merchant', { order_id: '72', record_id: '5' }],
    ['nothing', {}],
  ])('is parked with %s', (_what, content) => {
    expect(readMessage(KIND, content).outcome).toBe('unknown');
  });

  test('takes the merchant of the app where it names none', () => {
    const content = { order_id: '72', record_id: '5' };
    expect(readMessage(KIND, content, { merchantId: '9' })).toMatchObject({
      events: [{ merchantId: '9' }],
    });
  });
});

describe('the bill of a delivery order', () => {
  const KIND = 'life_takeout_bill_ledger_create';
  const order = { order_id: '10', sale_price: 5_000, estimated_order_income: 4_100 };
  const content = { order: { ...order, commission_amount: 300 }, poi_id: '66' };

  test('is what was settled and what the platform took, for the merchant of the app', () => {
    expect(readMessage(KIND, content, { merchantId: '73' })).toEqual({
      outcome: 'events',
      kind: KIND,
      events: [
        {
          ...{ kind: 'settlement.posted', eventId: 'settlement:10', merchantId: '73' },
          ...{ orderId: '10', voucherId: null, occurredAt: CAME, complete: false },
          ...{ settlementId: '10', settledFen: 4_100, feeFen: 300, creatorFen: null },
        },
      ],
    });
  });

  test('is kept where nobody says whose it is, or it reports what changed', () => {
    expect(readMessage(KIND, content).outcome).toBe('kept');
    const changed = { ...content, amount_change: { sale_price: -100 } };
    expect(readMessage(KIND, changed, { merchantId: '73' }).outcome).toBe('kept');
    const unchanged = { ...content, amount_change: { sale_price: 0 } };
    expect(readMessage(KIND, unchanged, { merchantId: '73' }).outcome).toBe('events');
  });

  test('without its income is malformed', () => {
    expect(readMessage(KIND, { order: { order_id: '10' } }).outcome).toBe('malformed');
  });
});

test.each([
  'life_takeout_order_pay_success',
  'life_trade_takeout_order_finish',
  'life_trade_refund_complete',
  'life_pay_bill_refund_complete',
  'life_hermes_akte_booking_status_notification',
  'life_shop_deliver_change',
])('%s is known, and kept whatever is in it', (event) => {
  expect(readMessage(event, { order_id: '1' })).toEqual({ outcome: 'kept', kind: event });
});

test('an order at the table is kept by its state', () => {
  const kind = 'retail_life_meal_order_status_change';
  expect(readMessage(kind, { order_id: '1', cur_status: 20 })).toEqual({
    ...{ outcome: 'kept', kind: `${kind}/20` },
  });
});

describe('the buyer', () => {
  const paid = (from_user_id: unknown) => {
    const { body } = JSON.parse(textOf('order-pay-success')) as { body: string };
    const envelope = JSON.parse(body) as object;
    const reading = read(JSON.stringify({ ...envelope, from_user_id }));
    return reading.outcome === 'events' ? reading.events[0] : undefined;
  };

  test('is reported with a payment', () => {
    expect(paid('_000x')).toMatchObject({ kind: 'order.paid', buyerId: '_000x' });
  });

  test.each([[''], [null], [7], [{}], ['x'.repeat(300)]])('of %j is nobody', (from) => {
    expect(paid(from)).toMatchObject({ kind: 'order.paid' });
    expect(paid(from)).not.toHaveProperty('buyerId');
  });
});

describe('an SPI request, read', () => {
  const settings = { merchantId: MERCHANT };

  test('发券 with named vouchers issues them, incomplete and without a payment', () => {
    // Prepare
    const body = JSON.stringify({
      ...(JSON.parse(spiSample('issue').body) as object),
      certificates: [{ certificate_id: VOUCHER }, { certificate_id: '75' }],
    });
    // Act, Assess
    expect(read(body, settings, 'tripartite_code')).toEqual({
      outcome: 'events',
      kind: 'spi/tripartite_code',
      events: [VOUCHER, '75'].map((voucherId) => ({
        ...{ kind: 'voucher.issued', eventId: `issued:${voucherId}`, voucherId },
        ...{ merchantId: MERCHANT, orderId: ORDER, occurredAt: CAME, complete: false },
        productId: '1805000000000001',
      })),
    });
  });

  test.each([
    ['issue', 'kept', 'tripartite_code'],
    ['refund-apply', 'events', 'refund_apply'],
    ['refund-notice', 'kept', 'refund_notice'],
    ['pre-create-order', 'kept', 'pre_create_order'],
    ['status-query', 'kept', 'status_query'],
  ])('the sample %s is %s, by its name and by its shape', (name, outcome, operation) => {
    const { body } = spiSample(name);
    const reading = read(body, settings, operation);
    expect(reading).toMatchObject({ outcome, kind: `spi/${operation}` });
    expect(read(body, settings)).toEqual(reading);
  });

  test('退款申请 is a request for each of its vouchers', () => {
    expect(read(spiSample('refund-apply').body, settings)).toMatchObject({
      events: [
        {
          kind: 'voucher.refund_requested',
          eventId: `refund_requested:7500000000000000001:${VOUCHER}`,
          ...{ refundId: '7500000000000000001', voucherId: VOUCHER, requestedFen: null },
        },
      ],
    });
  });

  test('a refusal in 信息同步 ends the request; an agreement moves no money by itself', () => {
    const { body } = spiSample('refund-notice');
    const refusal = body.replace('"audit_result":1', '"audit_result":2');
    expect(read(refusal, settings)).toMatchObject({
      events: [
        {
          kind: 'voucher.refund_failed',
          eventId: `refund_failed:7500000000000000001:${VOUCHER}@1760090100000`,
          ...{ occurredAt: '2025-10-10T17:55:00.000+08:00', complete: true },
        },
      ],
    });
  });

  test.each(['issue', 'refund-apply'])(
    '%s of nobody’s merchant is set aside until the app has one',
    (name) => {
      // Prepare
      const body = JSON.stringify({
        ...(JSON.parse(spiSample(name).body) as object),
        certificates: [{ certificate_id: VOUCHER }],
      });
      // Act, Assess
      expect(read(body)).toMatchObject({
        ...{ outcome: 'malformed', why: expect.stringMatching(/set merchantId/) },
      });
      expect(read(body, settings).outcome).toBe('events');
    },
  );

  test('of a name that nobody knows is parked, whatever it came with', () => {
    expect(read('{"a":1}', settings, 'unknown').outcome).toBe('unknown');
    expect(read('{"a":1}', settings).outcome).toBe('malformed');
    expect(read('[]', settings, 'refund_notice').outcome).toBe('malformed');
    expect(read('{', settings, 'refund_notice')).toMatchObject({
      ...{ outcome: 'malformed', kind: 'spi/refund_notice' },
    });
  });
});
