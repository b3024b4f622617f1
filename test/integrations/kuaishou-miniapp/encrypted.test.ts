import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kuaishouMiniapp } from '../../../lib/integrations/kuaishou-miniapp/index.ts';
import {
  encryptedNotice,
  encryptMessage,
} from '../../../lib/integrations/kuaishou-miniapp/sandbox/index.ts';
import {
  APP,
  APP_ID,
  appOf,
  MESSAGE_KEY,
  MESSAGE_TOKEN,
  payment,
  readText,
  request,
  sample,
  utf8,
} from './make.ts';

const ENVELOPE = '"msgId":"m1","componentAppId":"ks600000000000000009","timestamp":1795312800123';

const encrypted = (plain: string, key = MESSAGE_KEY) =>
  `{"encryptedMsg":"${encryptMessage(key, plain)}",${ENVELOPE}}`;

const keyOf = (bytes: number) => Buffer.alloc(bytes, 7).toString('base64');

describe('an encrypted event', () => {
  test('is read as documented', () => {
    expect(readText(sample('encrypted-payment').body)).toEqual({
      outcome: 'events',
      kind: 'PAYMENT/SUCCESS',
      events: [
        expect.objectContaining({
          kind: 'order.paid',
          eventId: 'paid:126112200012345678901',
          merchantId: APP_ID,
          occurredAt: '2026-11-22T10:00:00.123+08:00',
          amounts: expect.objectContaining({ paidFen: 9_900 }),
        }),
      ],
    });
  });

  test.each([
    [
      'a refund in camelCase',
      '{"event":"REFUND","status":"SUCCESS","ksOrderNo":"1","ksRefundNo":"2","refundAmount":3}',
      'refunded:2',
    ],
    [
      'a settlement in camelCase',
      '{"event":"SETTLE","status":"SUCCESS","ksOrderNo":"1","ksSettleNo":"2","settleAmount":3}',
      'settled:2',
    ],
    ['a plain notice', payment('"ks_order_no":1,"order_amount":3'), 'paid:1'],
    [
      'an event with camelCase data',
      '{"event":"PAYMENT","data":{"status":"SUCCESS","ksOrderNo":"1","orderAmount":3}}',
      'paid:1',
    ],
    [
      'a number in both spellings, by the documented one',
      '{"event":"PAYMENT","status":"SUCCESS","ks_order_no":"1","ksOrderNo":"9","orderAmount":3}',
      'paid:1',
    ],
  ])('holds %s', (_what, plain, eventId) => {
    expect(readText(encrypted(plain))).toMatchObject({ outcome: 'events', events: [{ eventId }] });
  });

  test.each([16, 24, 32])('is read with a key of %d bytes, padded or not', (bytes) => {
    const key = keyOf(bytes);
    const body = encrypted(payment('"ks_order_no":"1","order_amount":3'), key);
    for (const written of [key, key.replaceAll('=', '')]) {
      const { messageKey = [] } = kuaishouMiniapp.secrets.parse({
        messageToken: 't',
        messageKey: written,
      });
      expect(readText(body, appOf({ messageKey })).outcome).toBe('events');
    }
  });

  test('is read with the old key while it is rotated, and quarantined once it is withdrawn', () => {
    const { body } = sample('encrypted-payment');
    const newer = keyOf(32);
    expect(readText(body, appOf({ messageKey: [newer, MESSAGE_KEY] })).outcome).toBe('events');
    for (const app of [appOf({ messageKey: [newer] }), appOf({})]) {
      expect(readText(body, app)).toEqual({
        outcome: 'malformed',
        kind: 'encrypted',
        why: 'did not fit: encryptedMsg',
      });
    }
  });

  test.each([
    ['of no kind that anybody knows', '{"event":"component_ticket","ticket":"t"}', 'unknown'],
    ['of a known kind without an amount', '{"event":"PAYMENT","status":"SUCCESS"}', 'malformed'],
    ['without a name', '{"status":"SUCCESS"}', 'malformed'],
    ['a list', '[1]', 'malformed'],
    ['no JSON', 'hello', 'malformed'],
    ['a key twice', '{"event":"a","event":"b"}', 'malformed'],
    ['a nesting bomb', '['.repeat(10_000), 'malformed'],
    ['a name only in its prototype', '{"__proto__":{"event":"PAYMENT"}}', 'malformed'],
  ])('that holds something %s is set aside', (_what, plain, outcome) => {
    expect(readText(encrypted(plain)).outcome).toBe(outcome);
  });

  test.each([
    ['no base64', '"***"'],
    ['half a block', `"${'A'.repeat(30)}"`],
    ['blocks of noise', `"${'A'.repeat(64)}"`],
    ['a number', '1'],
    ['a list', '[]'],
  ])('that is %s is malformed', (_what, written) => {
    expect(readText(`{"encryptedMsg":${written},${ENVELOPE}}`)).toMatchObject({
      outcome: 'malformed',
      kind: 'encrypted',
    });
  });

  test.each(['null', '""'])('is not meant by an encryptedMsg of %s', (written) => {
    const body = payment('"ks_order_no":"1","order_amount":3').replace(
      '{',
      `{"encryptedMsg":${written},`,
    );
    expect(readText(body).outcome).toBe('events');
  });

  test('as the sandbox sends it verifies and reads', () => {
    // Prepare
    const { body, kwaisign } = encryptedNotice(
      { event: 'PAYMENT', appId: 'ks1', status: 'SUCCESS', ksOrderNo: '1', orderAmount: 5 },
      {
        componentAppId: 'ks6',
        messageToken: MESSAGE_TOKEN,
        messageKey: MESSAGE_KEY,
        atMs: 1_795_312_800_123,
        messageId: 'm-9',
      },
    );
    // Act, Assess
    expect(kuaishouMiniapp.verify(request(body, kwaisign), APP)).toBe(true);
    expect(readText(body)).toMatchObject({ events: [{ merchantId: 'ks1', eventId: 'paid:1' }] });
  });

  test('never makes the reader throw, whatever is in it', () => {
    const plain = fc.oneof(fc.json(), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(plain, (text) => {
        expect(() => kuaishouMiniapp.read(utf8(encrypted(text)), APP)).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });
});
