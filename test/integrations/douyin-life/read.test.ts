import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { channelOf } from '../../../lib/integrations/douyin-life/channel.ts';
import { douyinLife } from '../../../lib/integrations/douyin-life/index.ts';
import type { App } from '../../../lib/integrations/kit/app.ts';
import type { Reading } from '../../../lib/integrations/kit/integration.ts';
import { sampleOf } from '../../support/sample-files.ts';

const APP: App = {
  integration: 'douyin-life',
  appKey: 'aw0000000000test',
  secrets: { clientSecret: ['test_client_secret_0001'] },
  settings: { enrichment: 'pull' },
};

const readText = (body: string): Reading => douyinLife.read(new TextEncoder().encode(body), APP);

function readSample(name: string): Reading {
  return readText(sampleOf('douyin-life', name, z.object({ body: z.string() })).body);
}

/** An envelope around content that is given as JSON text, so that big numbers stay as written. */
const envelope = (event: string, content: string) =>
  JSON.stringify({ event, client_key: 'aw0', from_user_id: '', content });

const CERTIFICATE = 'life_trade_certificate_notify';
const ORDER = 'life_trade_order_notify';
const AUDIT = 'life_hermes_akte_after_sale_audit';

const certificate = (fields: string, action = 'verify', time: string | number = 1_760_000_000) =>
  envelope(CERTIFICATE, `{"action":"${action}","msg_time":${time},"certificate":{${fields}}}`);

const IDS = '"certificate_id":"74","order_id":"10","account_id":"73"';

const order = (fields: string, time: string | number = 1_760_000_000) =>
  envelope(ORDER, `{"action":"pay_success","msg_time":${time},"order":{${fields}}}`);

describe('the documented samples', () => {
  test('a payment is an event', () => {
    expect(readSample('order-pay-success')).toEqual({
      outcome: 'events',
      kind: 'life_trade_order_notify/pay_success',
      events: [
        {
          kind: 'order.paid',
          eventId: 'paid:1060000000000000001',
          merchantId: '7300000000000000001',
          orderId: '1060000000000000001',
          voucherId: null,
          occurredAt: '2025-10-09T16:53:18.000+08:00',
          complete: true,
          buyerId: '_000testOpenId',
          amounts: {
            paidFen: 9_900,
            platformDiscountFen: 0,
            merchantDiscountFen: 0,
            paymentDiscountFen: 0,
            originalFen: 12_800,
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
      ],
    });
  });

  test.each([
    ['certificate-verify', 'verify', 'redeemed', '2025-10-09T16:53:20.000+08:00'],
    ['certificate-verify-cancel', 'verify_cancel', 'reversed', '2025-10-09T17:23:20.000+08:00'],
    ['certificate-refund-success', 'refund_success', 'refunded', '2025-10-10T17:53:20.000+08:00'],
  ])('%s is a hint', (name, action, told, occurredAt) => {
    expect(readSample(name)).toEqual({
      outcome: 'hint',
      kind: `${CERTIFICATE}/${action}`,
      hint: {
        action: told,
        merchantId: '7300000000000000001',
        orderId: '1060000000000000001',
        voucherId: '7400000000000000001',
        occurredAt,
      },
    });
  });

  test('a request for a refund is an event that moves no money', () => {
    expect(readSample('after-sale-audit')).toMatchObject({
      outcome: 'events',
      kind: AUDIT,
      events: [{ kind: 'voucher.refund_requested', requestedFen: 9_900, complete: true }],
    });
  });

  test.each(['product-audit', 'challenge'])('%s is kept', (name) => {
    expect(readSample(name).outcome).toBe('kept');
  });

  test.each(['utf8'])('%s is of a kind nobody here knows, whatever its content is', (name) => {
    expect(readSample(name).outcome).toBe('unknown');
  });
});

describe('ids', () => {
  test.each([
    ['a number beyond 2^53', '7400000000000000001', '7400000000000000001'],
    ['the largest of 64 bits', '18446744073709551615', '18446744073709551615'],
    ['a small number', '74', '74'],
    ['a text', '"7400000000000000001"', '7400000000000000001'],
    ['a text with leading zeros', '"0074"', '0074'],
  ])('written as %s come out digit by digit', (_what, written, id) => {
    // Act
    const reading = readText(
      certificate(`"certificate_id":${written},"order_id":${written},"account_id":${written}`),
    );
    // Assess
    expect(reading).toMatchObject({ hint: { voucherId: id, orderId: id, merchantId: id } });
  });

  test('two ids that a double cannot tell apart are two payments', () => {
    const idOf = (id: string) => {
      const reading = readText(order(`"order_id":${id},"account_id":1,"pay_amount":1`));
      return reading.outcome === 'events' ? reading.events[0]?.eventId : undefined;
    };
    expect(idOf('1060000000000000001')).toBe('paid:1060000000000000001');
    expect(idOf('1060000000000000002')).toBe('paid:1060000000000000002');
  });

  test.each(['""', '" "', 'null', '1.5', 'true', '[]', `"${'9'.repeat(200)}"`])(
    'written as %s are malformed',
    (written) => {
      const body = certificate(`"certificate_id":${written},"order_id":"10","account_id":"73"`);
      expect(readText(body)).toMatchObject({
        outcome: 'malformed',
        kind: CERTIFICATE,
        why: 'did not fit: certificate.certificate_id',
      });
    },
  );
});

describe('amounts and times', () => {
  const paid = (fields: string, time?: string) => readText(order(fields, time));

  test('an amount is fen, as a number or as its digits', () => {
    for (const written of ['9900', '"9900"']) {
      const reading = paid(`"order_id":"1","account_id":"2","pay_amount":${written}`);
      expect(reading).toMatchObject({ events: [{ amounts: { paidFen: 9_900 } }] });
    }
  });

  test('a free order is a payment of nothing', () => {
    const reading = paid('"order_id":"1","account_id":"2","pay_amount":0');
    expect(reading).toMatchObject({ outcome: 'events', events: [{ amounts: { paidFen: 0 } }] });
  });

  test.each(['"99.00"', '"9,900"', '"9900元"', '1e400', '"1e3"', 'null', '9007199254740993'])(
    'an amount written as %s is malformed, never guessed',
    (written) => {
      const reading = paid(`"order_id":"1","account_id":"2","pay_amount":${written}`);
      expect(reading.outcome).toBe('malformed');
    },
  );

  test('a payment without its own time is at the message’s, and incomplete until it is told', () => {
    const reading = paid('"order_id":"1","account_id":"2","pay_amount":1,"pay_time":0');
    expect(reading).toMatchObject({
      events: [{ occurredAt: '2025-10-09T16:53:20.000+08:00', complete: false }],
    });
  });

  test('milliseconds are read as what they can only be', () => {
    expect(readText(certificate(IDS, 'verify', 1_760_000_000_123))).toMatchObject({
      hint: { occurredAt: '2025-10-09T16:53:20.123+08:00' },
    });
    expect(readText(certificate(IDS, 'verify', '"1760000000"'))).toMatchObject({
      hint: { occurredAt: '2025-10-09T16:53:20.000+08:00' },
    });
  });

  test.each([
    0,
    -1,
    1.5,
    '""',
    'null',
    '"2025-10-09"',
    '9007199254740991',
    '300000000000000',
    '8640000000000001',
    '9007199254740993',
  ])('a time of %s is malformed', (time) => {
    expect(readText(certificate(IDS, 'verify', time))).toMatchObject({ outcome: 'malformed' });
  });
});

describe('what nobody expected', () => {
  test('new fields change nothing', () => {
    // Prepare
    const plain = certificate(IDS);
    const more = certificate(`${IDS},"code":"123","new_field":{"a":[1]}`);
    // Act, Assess
    expect(readText(more)).toEqual(readText(plain));
  });

  test('content as an object is read like content as a string', () => {
    const content = {
      action: 'verify',
      msg_time: 1_760_000_000,
      certificate: { certificate_id: '74', order_id: '10', account_id: '73' },
    };
    expect(readText(JSON.stringify({ event: CERTIFICATE, content }))).toEqual(
      readText(certificate(IDS)),
    );
  });

  test.each([
    ['an event', envelope('life_new_event', '{}'), 'life_new_event'],
    ['an action of a voucher', certificate(IDS, 'issue'), `${CERTIFICATE}/issue`],
    [
      'an action of an order',
      envelope(
        ORDER,
        '{"action":"closed","msg_time":1760000000,"order":{"order_id":"1","account_id":"2","pay_amount":1}}',
      ),
      `${ORDER}/closed`,
    ],
    ['an event without content', '{"event":"life_new_event"}', 'life_new_event'],
  ])('%s nobody knows is unknown, so that it is parked', (_what, body, kind) => {
    expect(readText(body)).toEqual({ outcome: 'unknown', kind });
  });

  test.each(['constructor', '__proto__', 'toString'])(
    'the action %s, which every object has, is unknown',
    (action) => {
      expect(readText(certificate(IDS, action))).toMatchObject({ outcome: 'unknown' });
    },
  );

  test.each([
    ['no JSON', 'event=x', 'unreadable'],
    ['nothing', '', 'unreadable'],
    ['two values', '{"event":"x"}{"event":"y"}', 'unreadable'],
    ['a key twice', '{"event":"x","event":"life_trade_order_notify"}', 'unreadable'],
    ['a list', '[{"event":"x"}]', 'no-event'],
    ['no event', '{"content":"{}"}', 'no-event'],
    ['an empty event', '{"event":""}', 'no-event'],
    ['an event that is a number', '{"event":1}', 'no-event'],
    ['an event only in its prototype', '{"__proto__":{"event":"x"}}', 'no-event'],
    ['content that is no JSON', envelope(CERTIFICATE, '{'), CERTIFICATE],
    ['content of two values', envelope(CERTIFICATE, '{}{}'), CERTIFICATE],
    ['content with a key twice', envelope(CERTIFICATE, '{"action":"a","action":"b"}'), CERTIFICATE],
    ['empty content', envelope(CERTIFICATE, ''), CERTIFICATE],
    ['content of null', envelope(CERTIFICATE, 'null'), CERTIFICATE],
    ['no content', JSON.stringify({ event: CERTIFICATE }), CERTIFICATE],
    [
      'no certificate',
      envelope(CERTIFICATE, '{"action":"verify","msg_time":1760000000}'),
      CERTIFICATE,
    ],
    [
      'no action',
      envelope(CERTIFICATE, `{"msg_time":1760000000,"certificate":{${IDS}}}`),
      CERTIFICATE,
    ],
    ['no order', envelope(ORDER, '{"action":"pay_success","msg_time":1760000000}'), ORDER],
    [
      'a request without a time',
      envelope(AUDIT, '{"account_id":"1","order_id":"2","certificate_id":"3"}'),
      AUDIT,
    ],
  ])('%s is malformed, so that it is quarantined', (_what, body, kind) => {
    expect(readText(body)).toMatchObject({ outcome: 'malformed', kind });
  });

  test('bytes that are no UTF-8 are malformed', () => {
    expect(douyinLife.read(Uint8Array.from([0x7b, 0xff, 0x7d]), APP).outcome).toBe('malformed');
  });

  test('names the fields that did not fit and never what was in them', () => {
    // Prepare
    const phone = '13800138000';
    const bodies = [
      certificate(`"certificate_id":["${phone}"],"order_id":{"${phone}":1},"account_id":"73"`),
      certificate(IDS, 'verify', `"${phone}x"`),
      order(`"order_id":"1","account_id":"2","pay_amount":"${phone}.00"`),
      envelope(CERTIFICATE, `{"action":"${phone}"`),
      envelope(CERTIFICATE, `${phone} ${phone}`),
      `{"event":["${phone}"]}`,
      `${phone}x`,
    ];
    for (const body of bodies) {
      // Act
      const reading = readText(body);
      // Assess
      expect(reading.outcome).toBe('malformed');
      expect(JSON.stringify(reading)).not.toContain(phone);
    }
  });

  test('never throws, whatever the platform signs', () => {
    const scalar = fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.maxSafeInteger(),
      fc.double(),
      fc.string(),
      fc.constantFrom('', '0', '1760000000', 'verify', 'pay_success'),
    );
    const content = fc.record(
      {
        action: fc.oneof(fc.constantFrom('verify', 'pay_success'), scalar),
        msg_time: scalar,
        certificate: fc.oneof(
          scalar,
          fc.record({ certificate_id: scalar, order_id: scalar, account_id: scalar }),
        ),
        order: fc.oneof(
          scalar,
          fc.record({ order_id: scalar, account_id: scalar, pay_amount: scalar, pay_time: scalar }),
        ),
        refund_time: scalar,
        account_id: scalar,
        order_id: scalar,
        certificate_id: scalar,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.constantFrom(CERTIFICATE, ORDER, AUDIT), content, (event, inner) => {
        // Act
        const reading = readText(envelope(event, JSON.stringify(inner)));
        // Assess
        const outcomes = ['events', 'hint', 'kept', 'unknown', 'malformed'];
        expect(outcomes).toContain(reading.outcome);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('what a hint reports on its own', () => {
  const hint = (action: 'redeemed' | 'reversed' | 'refunded') => ({
    action,
    merchantId: '73',
    orderId: '10',
    voucherId: '74',
    occurredAt: '2025-10-09T16:53:20.000+08:00',
  });

  test.each(['redeemed', 'reversed', 'refunded'] as const)(
    '%s is one incomplete event',
    (action) => {
      const drafts = douyinLife.fromHint(hint(action));
      expect(drafts).toHaveLength(1);
      expect(drafts[0]).toMatchObject({ complete: false, voucherId: '74', orderId: '10' });
    },
  );

  test('two redemptions of one voucher are two events, and one reported twice is one', () => {
    // Prepare
    const later = { ...hint('redeemed'), occurredAt: '2025-10-09T18:00:00.000+08:00' };
    const idOf = (one: typeof later) => douyinLife.fromHint(one)[0]?.eventId;
    // Act, Assess
    expect(idOf(hint('redeemed'))).toBe(idOf(hint('redeemed')));
    expect(idOf(later)).not.toBe(idOf(hint('redeemed')));
  });
});

describe('the sale channel', () => {
  test.each([
    ['直播', 'live'],
    ['live', 'live'],
    ['LIVE_ROOM', 'live'],
    ['短视频', 'short_video'],
    ['short_video', 'short_video'],
    ['搜索', 'search'],
    ['线下扫码', 'scan'],
    ['小程序', 'mini_program'],
    ['门店页', 'store_page'],
    ['商城', 'store_page'],
    ['something new', 'unknown'],
    ['', 'unknown'],
    [null, 'unknown'],
  ])('%s is %s', (label, channel) => {
    expect(channelOf(label)).toBe(channel);
  });
});
