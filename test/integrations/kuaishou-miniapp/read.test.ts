import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type EventDraft, eventSchema } from '../../../lib/events/event.ts';
import type { Reading } from '../../../lib/integrations/kit/integration.ts';
import { kuaishouMiniapp } from '../../../lib/integrations/kuaishou-miniapp/index.ts';
import {
  paymentNotice,
  refundNotice,
  settleNotice,
  webhookNotice,
} from '../../../lib/integrations/kuaishou-miniapp/sandbox/index.ts';
import { APP, APP_ID, APP_SECRET, appOf, notice, payment, readText, sample } from './make.ts';

const ORDER = '126112200012345678901';

const eventsOf = (reading: Reading): readonly EventDraft[] =>
  reading.outcome === 'events' ? reading.events : [];

describe('the documented samples', () => {
  test('a payment is an order paid', () => {
    expect(readText(sample('payment').body)).toEqual({
      outcome: 'events',
      kind: 'PAYMENT/SUCCESS',
      events: [
        {
          kind: 'order.paid',
          eventId: `paid:${ORDER}`,
          merchantId: APP_ID,
          orderId: ORDER,
          voucherId: null,
          occurredAt: '2026-11-22T10:00:00.123+08:00',
          complete: false,
          amounts: {
            paidFen: 9_900,
            platformDiscountFen: 0,
            merchantDiscountFen: 0,
            paymentDiscountFen: 0,
            originalFen: 9_900,
          },
          storeId: null,
          sale: {
            productId: null,
            channel: 'short_video',
            channelRaw: 'VIDEO',
            creatorId: '880001',
            contentId: '5239370000000000001',
            cps: { kind: 'product', amountFen: 495 },
            buyer: null,
          },
        },
      ],
    });
  });

  test('a refund joins its payment by ks_order_no', () => {
    expect(readText(sample('refund').body)).toEqual({
      outcome: 'events',
      kind: 'REFUND/SUCCESS',
      events: [
        {
          kind: 'voucher.refunded',
          eventId: 'refunded:226112200012345678902',
          merchantId: APP_ID,
          orderId: ORDER,
          voucherId: ORDER,
          occurredAt: '2026-11-23T10:00:00.456+08:00',
          complete: false,
          refundedFen: 9_900,
          takesBack: null,
          unusedFen: 9_900,
        },
      ],
    });
  });

  test('a refund of a part is reported with its own number and amount', () => {
    expect(eventsOf(readText(sample('refund-partial').body))).toMatchObject([
      {
        eventId: 'refunded:226112200012345678904',
        orderId: ORDER,
        refundedFen: 3_000,
        takesBack: null,
        unusedFen: 3_000,
      },
    ]);
  });

  test('a settlement reports what went to the merchant and what to the creator', () => {
    expect(readText(sample('settle').body)).toEqual({
      outcome: 'events',
      kind: 'SETTLE/SUCCESS',
      events: [
        {
          kind: 'settlement.posted',
          eventId: 'settled:326112200012345678903',
          merchantId: APP_ID,
          orderId: ORDER,
          voucherId: null,
          occurredAt: '2026-11-24T10:00:00.789+08:00',
          complete: false,
          settlementId: '326112200012345678903',
          settledFen: 9_405,
          feeFen: null,
          creatorFen: 495,
        },
      ],
    });
  });

  test.each(['poi-audited', 'product-audited', 'authorize'])('%s is kept', (name) => {
    expect(readText(sample(name).body).outcome).toBe('kept');
  });
});

describe('what the sandbox sends', () => {
  const sender = { appId: APP_ID, appSecret: APP_SECRET, atMs: 1_795_312_800_123 };
  const order = { ksOrderNo: ORDER, outOrderNo: 'T1', amountFen: 100 };
  const refund = { ksOrderNo: ORDER, ksRefundNo: '2', outRefundNo: 'R1', amountFen: 30 };
  const settlement = { ksOrderNo: ORDER, ksSettleNo: '3', outSettleNo: 'S1', amountFen: 70 };

  test.each([
    [paymentNotice(order, sender), 'events'],
    [paymentNotice({ ...order, status: 'FAILED' }, sender), 'kept'],
    [refundNotice(refund, sender), 'events'],
    [settleNotice(settlement, sender), 'events'],
    [webhookNotice('AUTHORIZE', { open_id: 'o' }, sender), 'kept'],
  ] as const)('verifies and reads: case %#', ({ body, kwaisign }, outcome) => {
    const bytes = new Uint8Array(Buffer.from(body));
    const headers = new Map([['kwaisign', kwaisign]]);
    const query = new URLSearchParams();
    expect(kuaishouMiniapp.verify({ headers, query, body: bytes }, APP)).toBe(true);
    const reading = kuaishouMiniapp.read(bytes, APP);
    expect(reading.outcome).toBe(outcome);
    for (const event of eventsOf(reading)) {
      const stamp = { platform: 'kuaishou', loop: 'open', integration: 'x', appKey: 'y' };
      const written = { ...event, ...stamp, deliveryId: null, recordedAt: event.occurredAt };
      expect(eventSchema.safeParse(written).success).toBe(true);
    }
  });

  test('two partial refunds of one order are two events', () => {
    const ids = ['21', '22'].flatMap((ksRefundNo) =>
      eventsOf(readText(refundNotice({ ...refund, ksRefundNo }, sender).body)),
    );
    expect(ids.map(({ eventId }) => eventId)).toEqual(['refunded:21', 'refunded:22']);
  });
});

describe('the creator’s part of a payment', () => {
  const cpsOf = (fields: string) => {
    const body = notice(
      'PAYMENT',
      `"status":"SUCCESS","ks_order_no":"1","order_amount":1${fields}`,
    );
    const [event] = eventsOf(readText(body));
    return event?.kind === 'order.paid' ? event.sale?.cps : 'no payment';
  };

  test.each([
    [',"enable_promotion":true,"promotion_amount":495', { kind: 'product', amountFen: 495 }],
    [',"enable_promotion":true,"promotion_amount":0', { kind: 'product', amountFen: 0 }],
    [',"enable_promotion":true', { kind: 'product', amountFen: null }],
    [',"enable_promotion":true,"promotion_amount":"4.95"', { kind: 'product', amountFen: null }],
    [',"enable_promotion":false,"promotion_amount":495', null],
    [',"promotion_amount":495', null],
    ['', null],
  ])('%s is %j: an estimate, for which money never waits', (fields, cps) => {
    expect(cpsOf(fields)).toEqual(cps);
  });
});

describe('a status', () => {
  const IDS = '"ks_order_no":"1","ks_refund_no":"2","ks_settle_no":"3"';

  test.each(['PAYMENT', 'REFUND', 'SETTLE'])('PROCESSING of %s moves no money', (name) => {
    const reading = readText(notice(name, `"status":"PROCESSING",${IDS}`));
    expect(reading).toEqual({ outcome: 'kept', kind: `${name}/PROCESSING` });
  });

  test.each(['PAYMENT', 'SETTLE'])('FAILED of %s is kept', (name) => {
    expect(readText(notice(name, `"status":"FAILED",${IDS}`)).outcome).toBe('kept');
  });

  test('FAILED of a refund is told', () => {
    expect(eventsOf(readText(notice('REFUND', `"status":"FAILED",${IDS}`)))).toMatchObject([
      {
        kind: 'voucher.refund_failed',
        eventId: 'refund_failed:2',
        orderId: '1',
        voucherId: '1',
        refundId: '2',
      },
    ]);
  });

  test.each(['TIMEOUT', 'success', 'constructor', '__proto__', 'toString'])(
    '%s, which nobody documented, is parked',
    (status) => {
      const reading = readText(notice('PAYMENT', `"status":"${status}",${IDS}`));
      expect(reading).toEqual({ outcome: 'unknown', kind: `PAYMENT/${status}` });
    },
  );
});

describe('whose it is', () => {
  const body = payment('"ks_order_no":"1","order_amount":1');

  test('is the setting’s merchant, else the notice’s app, else the app it came to', () => {
    const merchants = [
      readText(body, appOf({}, { merchantId: 'm-1' })),
      readText(body),
      readText(body.replace(`"app_id":"${APP_ID}",`, '')),
      readText(body.replace(APP_ID, 'ks1')),
    ].map((reading) => eventsOf(reading)[0]?.merchantId);
    expect(merchants).toEqual(['m-1', APP_ID, APP_ID, 'ks1']);
  });
});

describe('amounts and times', () => {
  const amount = (written: string) =>
    readText(payment(`"ks_order_no":"1","order_amount":${written}`));
  const at = (written: string) =>
    readText(
      notice(
        'PAYMENT',
        '"status":"SUCCESS","ks_order_no":"1","order_amount":1',
        `"timestamp":${written}`,
      ),
    );

  test('an amount is fen, as a number or as its digits, and may be nothing', () => {
    expect(amount('9900')).toMatchObject({ events: [{ amounts: { paidFen: 9_900 } }] });
    expect(amount('"9900"')).toMatchObject({ events: [{ amounts: { paidFen: 9_900 } }] });
    expect(amount('0')).toMatchObject({ events: [{ amounts: { paidFen: 0 } }] });
  });

  test.each([
    '99.01',
    '"99.00"',
    '-1',
    '"-1"',
    '"9900元"',
    'null',
    'true',
    '9007199254740993',
    '[1]',
  ])('an amount written as %s is malformed, never guessed', (written) => {
    expect(amount(written)).toEqual({
      outcome: 'malformed',
      kind: 'PAYMENT/SUCCESS',
      why: 'did not fit: data.order_amount',
    });
  });

  test('a time is milliseconds; what can only be seconds is read as such', () => {
    const millis = { events: [{ occurredAt: '2026-11-22T10:00:00.123+08:00' }] };
    expect(at('1795312800123')).toMatchObject(millis);
    expect(at('"1795312800123"')).toMatchObject(millis);
    expect(at('1795312800')).toMatchObject({
      events: [{ occurredAt: '2026-11-22T10:00:00.000+08:00' }],
    });
  });

  test.each(['0', '-1', '1.5', '""', 'null', '"2026-11-22"', '300000000000000'])(
    'a time of %s is malformed',
    (written) => {
      expect(at(written)).toEqual({
        outcome: 'malformed',
        kind: 'PAYMENT',
        why: 'did not fit: timestamp',
      });
    },
  );

  test('a settlement that tells no creator’s part leaves it open, and 0 is told', () => {
    const settle = (more: string) =>
      readText(
        notice(
          'SETTLE',
          `"status":"SUCCESS","ks_order_no":"1","ks_settle_no":"3","settle_amount":5${more}`,
        ),
      );
    expect(settle('')).toMatchObject({ events: [{ creatorFen: null }] });
    expect(settle(',"promotion_amount":0')).toMatchObject({ events: [{ creatorFen: 0 }] });
    expect(settle(',"promotion_amount":"x"').outcome).toBe('malformed');
  });
});

describe('what nobody expected', () => {
  test.each(['COUPON', 'POI_MERGE', 'component_ticket', 'constructor', '__proto__'])(
    'the kind %s is parked',
    (name) => {
      expect(readText(`{"event":"${name}"}`)).toEqual({ outcome: 'unknown', kind: name });
    },
  );

  test('an event that operators chose to keep is kept', () => {
    const app = appOf({}, { keptEvents: ['component_ticket'] });
    expect(readText('{"event":"component_ticket"}', app)).toEqual({
      outcome: 'kept',
      kind: 'component_ticket',
    });
  });

  test('a notice with biz_type and event is what its biz_type says', () => {
    const body = payment('"ks_order_no":"1","order_amount":1').replace(
      '{',
      '{"event":"AUTHORIZE",',
    );
    expect(readText(body)).toMatchObject({ kind: 'PAYMENT/SUCCESS' });
  });

  test('new fields change nothing', () => {
    const plain = payment('"ks_order_no":"1","order_amount":1');
    const more = plain.replace('"status"', '"coupon_amount":5,"status"');
    expect(readText(more)).toEqual(readText(plain));
  });

  test.each([
    ['no JSON', 'biz_type=PAYMENT', 'unreadable'],
    ['nothing', '', 'unreadable'],
    ['two values', '{"event":"AUTHORIZE"}{}', 'unreadable'],
    ['a key twice', '{"event":"AUTHORIZE","event":"PAYMENT"}', 'unreadable'],
    ['a nesting bomb', '['.repeat(100_000), 'unreadable'],
    ['a list', '[{"event":"AUTHORIZE"}]', 'unreadable'],
    ['null', 'null', 'unreadable'],
    ['no name', '{"data":{}}', 'no-event'],
    ['an empty name', '{"event":""}', 'no-event'],
    ['a name that is a number', '{"event":1}', 'no-event'],
    ['a name that is long', `{"event":"${'x'.repeat(65)}"}`, 'no-event'],
    ['a name with a lone surrogate', '{"event":"\\ud800"}', 'no-event'],
    ['a name only in its prototype', '{"__proto__":{"event":"AUTHORIZE"}}', 'no-event'],
    ['no data', '{"biz_type":"PAYMENT","timestamp":1795312800123}', 'PAYMENT'],
    [
      'data that is a list',
      '{"biz_type":"PAYMENT","timestamp":1795312800123,"data":[]}',
      'PAYMENT',
    ],
    ['no status', notice('PAYMENT', '"ks_order_no":"1"'), 'PAYMENT'],
    ['no time', notice('PAYMENT', '"status":"SUCCESS"', '"x":1'), 'PAYMENT'],
    ['no order', payment('"order_amount":1'), 'PAYMENT/SUCCESS'],
    [
      'an order only in its prototype',
      payment('"__proto__":{"ks_order_no":"1"},"order_amount":1'),
      'PAYMENT/SUCCESS',
    ],
    [
      'no refund number',
      notice('REFUND', '"status":"SUCCESS","ks_order_no":"1","refund_amount":1'),
      'REFUND/SUCCESS',
    ],
    [
      'a failed refund without its number',
      notice('REFUND', '"status":"FAILED","ks_order_no":"1"'),
      'REFUND/FAILED',
    ],
    [
      'no settlement number',
      notice('SETTLE', '"status":"SUCCESS","ks_order_no":"1","settle_amount":1'),
      'SETTLE/SUCCESS',
    ],
  ])('a body with %s is malformed', (_what, body, kind) => {
    expect(readText(body)).toMatchObject({ outcome: 'malformed', kind });
  });

  test.each(['""', '" "', 'null', '1.5', 'true', '[]', `"${'9'.repeat(200)}"`, '"\\udc00"'])(
    'an id written as %s is malformed',
    (written) => {
      expect(readText(payment(`"ks_order_no":${written},"order_amount":1`))).toMatchObject({
        outcome: 'malformed',
        why: 'did not fit: data.ks_order_no',
      });
    },
  );

  test('names the fields that did not fit and never what was in them', () => {
    const phone = '13800138000';
    const bodies = [
      payment(`"ks_order_no":["${phone}"],"order_amount":"${phone}.5"`),
      `{"biz_type":["${phone}"]}`,
      `${phone} ${phone}`,
      `{"encryptedMsg":"${phone}"}`,
    ];
    for (const body of bodies) {
      const reading = readText(body);
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
      fc.string({ unit: 'binary' }),
      fc.constantFrom('SUCCESS', 'FAILED', 'PROCESSING', '', '1795312800123'),
    );
    const data = fc.dictionary(
      fc.constantFrom('status', 'ks_order_no', 'ks_refund_no', 'refund_amount', '__proto__'),
      scalar,
    );
    const body = fc.record(
      {
        biz_type: fc.oneof(fc.constantFrom('PAYMENT', 'REFUND', 'SETTLE'), scalar),
        app_id: scalar,
        timestamp: fc.oneof(fc.constant(1_795_312_800_123), scalar),
        data: fc.oneof(data, scalar),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(body, (value) => {
        const outcomes = ['events', 'kept', 'unknown', 'malformed'];
        expect(outcomes).toContain(readText(JSON.stringify(value)).outcome);
      }),
      { numRuns: 3_000 },
    );
  });
});
