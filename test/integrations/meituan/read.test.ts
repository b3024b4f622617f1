import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { meituan } from '../../../lib/integrations/meituan/index.ts';
import { KINDS } from '../../../lib/integrations/meituan/kinds.ts';
import {
  authorized,
  legacyPush,
  push,
  storeMapped,
} from '../../../lib/integrations/meituan/sandbox/index.ts';
import {
  appReading,
  appWith,
  DEVELOPER,
  form,
  KEY,
  ORDER,
  pushSample,
  readText,
  VOUCHER,
} from './support.ts';

const RECEIPT = `{"orderId":"${ORDER}","receiptCode":"${VOUCHER}"}`;
const developer = {
  developerId: DEVELOPER,
  signKey: KEY,
  now: () => 1_795_312_800_000,
  nextId: () => 'm1',
};

describe('without a word of the operator', () => {
  test.each([
    ['order-refund', 'settings.messages.5810173.amount'],
    ['start-device', 'message.'],
    ['coupon-issue', 'settings.messages.5910031.voucherId'],
    ['coupon-forced-refund', 'settings.messages.5910027.amount'],
    ['coupon-refund-after-use', 'settings.messages.5910025.amount'],
    ['payment-result', 'settings.messages.5910081.when'],
    ['refund-result', 'settings.messages.5910083.when'],
    ['delivery-paid', 'settings.messages.4610002.amount'],
    ['delivery-done', 'settings.messages.4610018.amount'],
    ['delivery-refund-status', 'settings.messages.4610008.when'],
  ])('%s is quarantined, and names what is to be said: no amount is guessed', (name, setting) => {
    const reading = readText(pushSample(name).body);
    expect(reading).toMatchObject({ outcome: 'malformed' });
    expect(reading.outcome === 'malformed' && reading.why).toContain(
      name === 'start-device' ? 'settings.messages.5810147.amount' : setting,
    );
  });

  test.each(['delivery-timeout', 'delivery-rejected'])('%s is a cancelled order', (name) => {
    expect(readText(pushSample(name).body)).toMatchObject({
      outcome: 'events',
      events: [
        {
          kind: 'order.cancelled',
          eventId: `cancelled:${ORDER}`,
          merchantId: DEVELOPER,
          occurredAt: '2026-11-22T10:00:00.000+08:00',
          complete: false,
        },
      ],
    });
  });

  test('a request for a refund is one, which moves no money', () => {
    expect(readText(form('5910029', RECEIPT))).toMatchObject({
      outcome: 'events',
      events: [
        {
          kind: 'voucher.refund_requested',
          eventId: `refund_requested:${VOUCHER}`,
          orderId: ORDER,
          voucherId: VOUCHER,
          requestedFen: null,
          complete: false,
        },
      ],
    });
  });

  test('an issued voucher that names itself is one', () => {
    const reading = readText(form('5910031', `{"orderId":1,"couponCode":"c1","dealId":7}`));
    expect(reading).toMatchObject({
      events: [{ kind: 'voucher.issued', eventId: 'issued:c1', voucherId: 'c1', productId: '7' }],
    });
  });

  test.each([...KINDS].filter(([, { meaning }]) => meaning === 'kept'))(
    '%s is kept, whatever is in it',
    (msgType) => {
      for (const message of ['{}', 'no JSON', '']) {
        expect(readText(form(msgType, message))).toEqual({ outcome: 'kept', kind: msgType });
      }
    },
  );

  test('a type nobody knows is unknown, whatever is in it', () => {
    expect(readText(form('5899999', 'no JSON'))).toEqual({ outcome: 'unknown', kind: '5899999' });
    expect(readText(form('constructor', '{}')).outcome).toBe('unknown');
  });
});

describe('a callback without a type', () => {
  test('that binds a store is a bound store, without its token', () => {
    const reading = readText(pushSample('store-map').body);
    expect(reading).toEqual({
      outcome: 'events',
      kind: 'storemap',
      events: [
        {
          kind: 'store.bound',
          eventId: 'store_bound:1:SH001@2026-11-22T10:00:00.000+08:00',
          merchantId: DEVELOPER,
          orderId: null,
          voucherId: null,
          occurredAt: '2026-11-22T10:00:00.000+08:00',
          complete: true,
          storeId: 'SH001',
          ownStoreId: 'SH001',
        },
      ],
    });
    expect(JSON.stringify(reading)).not.toContain('tok_test');
  });

  test('of the sandbox is read the same', () => {
    expect(readText(storeMapped(developer, 'SH002'))).toMatchObject({
      events: [{ kind: 'store.bound', storeId: 'SH002' }],
    });
    expect(readText(authorized(developer, 'c0de'))).toEqual({
      outcome: 'kept',
      kind: 'authorization',
    });
  });

  test.each([
    ['ePoiId', 'appAuthToken=t&ePoiId=%20&businessId=1&timestamp=1795312800'],
    ['businessId', 'appAuthToken=t&ePoiId=s&timestamp=1795312800'],
    ['timestamp', 'appAuthToken=t&ePoiId=s&businessId=1'],
  ])('that binds a store is malformed without its %s', (field, body) => {
    expect(readText(body)).toEqual({
      outcome: 'malformed',
      kind: 'storemap',
      why: `did not fit: ${field}`,
    });
  });

  test('that is neither is unknown', () => {
    expect(readText('a=b')).toEqual({ outcome: 'unknown', kind: 'no-type' });
    expect(readText('message=%7B%7D&appAuthToken=t&ePoiId=s').outcome).toBe('unknown');
  });
});

describe('older names of the envelope', () => {
  const app = appReading({ 5810173: { amount: 'whole' } });
  const message = { orderId: ORDER, receiptCode: VOUCHER };

  test('are read as the newer ones', () => {
    const legacy = readText(legacyPush(developer, '5810173', message), app);
    const store = { opBizCode: 'op_test_0001' };
    expect(legacy).toEqual(readText(push(developer, '5810173', message, store), app));
    expect(legacy.outcome).toBe('events');
  });

  test('give way to the newer ones', () => {
    const body = form('5810149', '{}', { invokeType: '5810173', param: '{' });
    expect(readText(body)).toEqual({ outcome: 'kept', kind: '5810149' });
  });
});

describe('what nobody expected', () => {
  const app = appReading({ 5810173: { amount: 'whole' } });

  test.each([
    ['no message', ''],
    ['a message that is no JSON', '{'],
    ['a message that is a list', '[]'],
    ['a message that is a text', '"{}"'],
    ['an order told twice', '{"orderId":1,"orderId":2,"receiptCode":"r"}'],
    ['no order', '{"receiptCode":"r"}'],
    ['an order of half a character', '{"orderId":"\\ud800","receiptCode":"r"}'],
    ['a voucher that is a list', '{"orderId":1,"receiptCode":["r"]}'],
    ['nesting without an end', '['.repeat(50_000)],
  ])('%s is malformed', (_what, message) => {
    expect(readText(form('5810173', message), app)).toMatchObject({
      outcome: 'malformed',
      kind: '5810173',
    });
  });

  test('what was wrong is named by its field, never by its value', () => {
    const reading = readText(
      form('5810173', '{"orderId":["13800000000"],"receiptCode":"0112"}'),
      app,
    );
    expect(reading).toEqual({
      outcome: 'malformed',
      kind: '5810173',
      why: 'did not fit: message.orderId',
    });
  });

  test('fields of a message that nobody knows are passed over, also one called __proto__', () => {
    const message = `{"orderId":1,"receiptCode":"r","__proto__":{"orderId":2},"constructor":3}`;
    const read = readText(form('5810173', message), app);
    expect(read).toMatchObject({ events: [{ orderId: '1', voucherId: 'r' }] });
    // Around the message they are signed without a separator: see doubt.test.ts.
    const around = readText(form('5810173', message, { ['__proto__']: 'x' }), app);
    expect(around).toMatchObject({ outcome: 'malformed', kind: 'ambiguous' });
    const unread = appReading({ 5810173: { orderId: '__proto__.orderId', amount: 'whole' } });
    expect(readText(form('5810173', '{"receiptCode":"r"}'), unread).outcome).toBe('malformed');
  });

  test.each([
    ['a number beyond 2^53', '9223372036854775807', '9223372036854775807'],
    ['a number', '5026112200000001', '5026112200000001'],
    ['a text with leading zeros', '"0050"', '0050'],
  ])('an id written as %s comes out digit by digit', (_what, written, id) => {
    const body = form('5810173', `{"orderId":${written},"receiptCode":${written}}`);
    expect(readText(body, app)).toMatchObject({
      events: [{ orderId: id, voucherId: id, eventId: `refunded:${id}` }],
    });
  });

  test('settings that were never checked leave messages malformed, not unread', () => {
    const broken = { ...appWith(), settings: { enrichment: 'none' as const, messages: 7 } };
    expect(readText(form('5810173', RECEIPT), broken)).toMatchObject({ outcome: 'malformed' });
    expect(readText(form('5899999', RECEIPT), broken)).toMatchObject({ outcome: 'unknown' });
  });

  test('reading never throws, whatever the bytes and whatever the message', () => {
    const rule = {
      amount: { field: 'a', unit: 'yuan' },
      at: 'at',
      when: { field: 'status', in: ['1'] },
      redemptionId: 'id',
    };
    const every = appReading(Object.fromEntries([...KINDS.keys()].map((type) => [type, rule])));
    const field = fc.constantFrom('orderId', 'receiptCode', 'a', 'at', 'status', 'id');
    const message = fc.dictionary(field, fc.oneof(fc.jsonValue(), fc.constantFrom('1', 1)));
    const type = fc.constantFrom(...KINDS.keys());
    fc.assert(
      fc.property(
        type,
        fc.oneof(
          message.map((m) => JSON.stringify(m)),
          fc.json(),
        ),
        (t, text) => {
          const { outcome } = readText(form(t, text), every);
          expect(outcome).toMatch(/^(events|kept|malformed)$/);
        },
      ),
    );
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(meituan.read(bytes, every).outcome).toMatch(/^(unknown|malformed)$/);
      }),
    );
  });
});

test('there are no hints: every message is a fact or is set aside', async () => {
  const hint = {
    action: 'paid',
    merchantId: 'm',
    orderId: 'o',
    voucherId: 'o',
    occurredAt: '2026-11-22T10:00:00.000+08:00',
  } as const;
  expect(meituan, JSON.stringify(hint)).not.toHaveProperty('fromHint');
  expect(meituan.reversalWindowMs).toBe(600_000);
});
