import { describe, expect, test } from 'vitest';
import { contradicts } from '../../lib/events/contradicts.ts';
import { eventSchema } from '../../lib/events/event.ts';
import { UNKNOWN_SALE } from '../../lib/events/sale.ts';
import { amountsOf, minute, paid, redeemed, refunded, reversed } from './make.ts';

describe('two notifications of one event', () => {
  test('agree when they differ only in where they came from', () => {
    const there = redeemed('v1');
    const here = {
      ...there,
      appKey: 'another',
      integration: 'another',
      deliveryId: 'f'.repeat(64),
      recordedAt: minute(1),
    };
    expect(contradicts(there, here)).toBe(false);
  });

  test('agree when one does not tell what the other tells', () => {
    const untold = redeemed('v1', { storeId: null, sale: UNKNOWN_SALE });
    expect(contradicts(redeemed('v1'), untold)).toBe(false);
    expect(contradicts(refunded(), refunded({ refundedFen: 100 }))).toBe(false);
  });

  test('agree when two roads name the buyer by ids of their own', () => {
    const told = (buyer: string) => paid({ sale: { ...UNKNOWN_SALE, buyer } });
    expect(contradicts(told('a'), told('b'))).toBe(false);
    expect(contradicts(paid({ sale: { ...UNKNOWN_SALE, productId: 'p' } }), told('b'))).toBe(false);
  });

  test('agree when two clocks tell one act within a minute', () => {
    expect(contradicts(reversed('v1'), reversed('v1', { occurredAt: minute(31) }))).toBe(false);
    expect(contradicts(reversed('v1', { occurredAt: minute(31) }), reversed('v1'))).toBe(false);
  });

  test.each([
    ['the store', redeemed('v1'), redeemed('v1', { storeId: 'another' })],
    ['the amount', redeemed('v1'), redeemed('v1', { amounts: amountsOf(1) })],
    ['the time', reversed('v1'), reversed('v1', { occurredAt: minute(33) })],
    ['the redemption', reversed('v1'), reversed('v2')],
    ['the payment', paid(), paid({ amounts: amountsOf(1) })],
    ['the money returned', refunded({ refundedFen: 1 }), refunded({ refundedFen: 2 })],
    [
      'which use was refunded',
      refunded({ takesBack: [{ redemptionId: 'v1', paidFen: null }] }),
      refunded({ takesBack: [{ redemptionId: 'v2', paidFen: null }] }),
    ],
    [
      'whether it was refunded before use or after',
      refunded({ takesBack: [] }),
      refunded({ takesBack: [{ redemptionId: 'v1', paidFen: null }] }),
    ],
    [
      'how many uses were refunded',
      refunded({ takesBack: [{ redemptionId: 'v1', paidFen: null }] }),
      refunded({
        takesBack: [
          { redemptionId: 'v1', paidFen: null },
          { redemptionId: 'v2', paidFen: null },
        ],
      }),
    ],
    [
      'whether a use was refunded whole or in part',
      refunded({ takesBack: [{ redemptionId: 'v1', paidFen: null }] }),
      refunded({ takesBack: [{ redemptionId: 'v1', paidFen: 100 }] }),
    ],
  ])('contradict each other when they differ in %s', (_what, one, other) => {
    expect(contradicts(one, other)).toBe(true);
    expect(contradicts(other, one)).toBe(true);
  });
});

describe('an event', () => {
  test.each([
    ['an amount with a fraction', { ...redeemed('v1'), amounts: amountsOf(0.5) }],
    ['a number for an id', { ...redeemed('v1'), orderId: 1_060_000_000 }],
    ['an empty id', { ...redeemed('v1'), voucherId: '' }],
    ['a time without an offset', { ...redeemed('v1'), occurredAt: '2025-10-09T16:53:20' }],
    ['a platform nobody knows', { ...redeemed('v1'), platform: 'other' }],
    ['a kind nobody knows', { ...redeemed('v1'), kind: 'voucher.lost' }],
    ['no redemption id', { ...redeemed('v1'), redemptionId: null }],
  ])('with %s is refused', (_what, event) => {
    expect(eventSchema.safeParse(event).success).toBe(false);
  });

  test.each([redeemed('v1'), reversed(null), refunded(), paid()])(
    'of kind $kind is read as it was written',
    (event) => {
      expect(eventSchema.parse(JSON.parse(JSON.stringify(event)))).toEqual(event);
    },
  );
});
