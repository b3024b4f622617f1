import { describe, expect, test } from 'vitest';
import type { Event, EventOf } from '../../../lib/events/event.ts';
import { UNKNOWN_SALE } from '../../../lib/events/sale.ts';
import type {
  PaymentRecord,
  RedemptionRecord,
  RefundRecord,
} from '../../../lib/integrations/kit/platform-records.ts';
import { compareRecord } from '../../../lib/reconciliation/compare.ts';

const common = {
  platform: 'douyin',
  loop: 'closed',
  integration: 'douyin-life',
  appKey: 'app',
  merchantId: 'm',
  orderId: 'o',
  complete: true,
  deliveryId: null,
  recordedAt: '2026-05-01T12:00:01.000+08:00',
} as const;

const amounts = {
  ...{ paidFen: 8_000, platformDiscountFen: 1_000, merchantDiscountFen: 500 },
  ...{ paymentDiscountFen: 0, originalFen: 9_500 },
};

const redeemed: EventOf<'voucher.redeemed'> = {
  ...common,
  kind: 'voucher.redeemed',
  ...{ eventId: 'redeemed:u1', voucherId: 'v', redemptionId: 'u1' },
  ...{ occurredAt: '2026-05-01T12:00:00.000+08:00', storeId: 's1', amounts },
  sale: UNKNOWN_SALE,
};

const reversal: Event = {
  ...common,
  kind: 'voucher.redemption_reversed',
  ...{ eventId: 'reversed:u1', voucherId: 'v' },
  ...{ occurredAt: '2026-05-01T12:30:00.000+08:00', redemptionId: 'u1' },
};

const refundOf = (fen: number | null, eventId = 'refunded:v'): Event => ({
  ...common,
  kind: 'voucher.refunded',
  ...{ eventId, voucherId: 'v', refundedFen: fen },
  ...{ occurredAt: '2026-05-02T12:30:00.000+08:00', takesBack: null, unusedFen: 0 },
});

const record: RedemptionRecord = {
  kind: 'redemption',
  ...{ eventId: 'redeemed:u1', orderId: null, voucherId: 'v' },
  ...{ occurredAt: '2026-05-01T12:00:00.000+08:00', storeId: null, isReversed: false },
  amounts: { paidFen: 8_000, platformDiscountFen: 1_000 },
};

const payment: PaymentRecord = {
  kind: 'payment',
  ...{ eventId: 'paid:o', orderId: 'o', voucherId: null },
  ...{ occurredAt: '2026-05-01T11:00:00.000+08:00', amounts: { paidFen: 8_000 } },
};

describe('comparing a record of the platform’s with our events', () => {
  test('finds nothing where both report the same', () => {
    expect(compareRecord(record, [redeemed])).toEqual([]);
  });

  test('finds a redemption that no webhook brought, with what it is worth', () => {
    expect(compareRecord(record, [])).toEqual([
      { kind: 'missing', reason: 'redemption-missing', ours: null, theirs: 9_000 },
    ]);
  });

  test('finds one that was only hinted at', () => {
    expect(compareRecord(record, [{ ...redeemed, complete: false }])).toMatchObject([
      { kind: 'missing', reason: 'redemption-incomplete' },
    ]);
  });

  test('finds another use of the same voucher missing, whatever is known of the first', () => {
    const second = { ...record, eventId: 'redeemed:u2' };
    expect(compareRecord(second, [redeemed])).toMatchObject([{ reason: 'redemption-missing' }]);
  });

  test('finds a reversal on either side alone', () => {
    const taken = { ...record, isReversed: true };
    expect(compareRecord(taken, [redeemed])).toMatchObject([
      { kind: 'missing', reason: 'reversal-missing', theirs: 9_000 },
    ]);
    expect(compareRecord(taken, [redeemed, reversal])).toEqual([]);
    expect(compareRecord(record, [redeemed, reversal])).toMatchObject([
      { kind: 'extra', reason: 'reversal-extra', ours: 9_000 },
    ]);
    expect(compareRecord({ ...record, isReversed: null }, [redeemed, reversal])).toEqual([]);
  });

  test('takes a reversal that names no act for the only use’s', () => {
    const unnamed: Event = { ...reversal, redemptionId: null } as Event;
    expect(compareRecord({ ...record, isReversed: true }, [redeemed, unnamed])).toEqual([]);
    const other = { ...redeemed, eventId: 'redeemed:u2', redemptionId: 'u2' };
    expect(
      compareRecord({ ...record, isReversed: true }, [redeemed, other, unnamed]),
    ).toMatchObject([{ reason: 'reversal-missing' }]);
  });

  test('compares only amounts that the platform reports: a hidden one is unknown', () => {
    const hidden = { ...record, amounts: { paidFen: 8_000 } };
    expect(compareRecord(hidden, [redeemed])).toEqual([]);
    expect(compareRecord({ ...record, amounts: {} }, [redeemed])).toEqual([]);
    const other = { ...record, amounts: { paidFen: 7_999, platformDiscountFen: 1_000 } };
    expect(compareRecord(other, [redeemed])).toEqual([
      { kind: 'amount', reason: 'amounts-differ', ours: 9_000, theirs: 8_999 },
    ]);
  });

  test('finds another store and another day, and a store that we do not know', () => {
    expect(compareRecord({ ...record, storeId: 's2' }, [redeemed])).toEqual([
      { kind: 'store', reason: 'stores-differ', ours: 's1', theirs: 's2' },
    ]);
    expect(
      compareRecord({ ...record, storeId: 's2' }, [{ ...redeemed, storeId: null }]),
    ).toMatchObject([{ kind: 'missing', reason: 'stores-differ', theirs: 's2' }]);
    const next = { ...record, occurredAt: '2026-05-02T00:00:01.000+08:00' };
    expect(compareRecord(next, [redeemed])).toMatchObject([
      { kind: 'day', ours: '2026-05-01', theirs: '2026-05-02' },
    ]);
  });

  test('finds a payment that no webhook brought', () => {
    expect(compareRecord(payment, [])).toMatchObject([
      { kind: 'missing', reason: 'payment-missing' },
    ]);
  });

  describe('of refunds', () => {
    const running: RefundRecord = {
      kind: 'refund',
      ...{ eventId: null, orderId: 'o', voucherId: 'v', refundedFen: 3_000 },
      occurredAt: '2026-05-02T12:30:00.000+08:00',
    };

    test('a running sum beyond what we have is a refund that we lack', () => {
      expect(compareRecord(running, [])).toMatchObject([{ reason: 'refund-missing' }]);
      expect(compareRecord(running, [refundOf(1_000)])).toEqual([
        { kind: 'missing', reason: 'refund-missing', ours: 1_000, theirs: 3_000 },
      ]);
      expect(compareRecord(running, [refundOf(1_000), refundOf(2_000, 'refunded:v+3000')])).toEqual(
        [],
      );
    });

    test('a sum below what we have is another amount', () => {
      expect(compareRecord(running, [refundOf(4_000)])).toEqual([
        { kind: 'amount', reason: 'refund-amount', ours: 4_000, theirs: 3_000 },
      ]);
    });

    test('one that is named is looked for by its name alone', () => {
      const named = { ...running, eventId: 'refunded:r2' };
      expect(compareRecord(named, [refundOf(3_000, 'refunded:r1')])).toMatchObject([
        { reason: 'refund-missing' },
      ]);
      expect(compareRecord(named, [refundOf(3_000, 'refunded:r2')])).toEqual([]);
    });

    test('an amount that nobody reported differs in nothing', () => {
      expect(compareRecord({ ...running, refundedFen: null }, [refundOf(10)])).toEqual([]);
      expect(compareRecord(running, [refundOf(null)])).toEqual([]);
    });
  });
});
