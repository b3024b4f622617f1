import { describe, expect, it } from 'vitest';
import { readHistory } from '../../lib/attribution/history.ts';
import { redeemed, refunded, reversed } from './make.ts';

/** A use that our clock dated, and notices that the platform's clock dated. */
const USED_AT = '2025-10-10T12:00:00.000+08:00';
const use = redeemed('r1', { occurredAt: USED_AT });
const secondsLater = (seconds: number) =>
  new Date(Date.parse(USED_AT) + seconds * 1_000).toISOString();

describe('a notice of a use, dated by another clock', () => {
  const { voucherId, orderId } = use;
  const afterUse = { voucherId, orderId, takesBack: null, unusedFen: 0, refundedFen: null };

  it.each([-2, -119, 0, 5])('takes the use back, %s s after it', (seconds) => {
    const refund = refunded({ ...afterUse, occurredAt: secondsLater(seconds) });
    const { booked, waiting } = readHistory([use, refund]);
    expect(booked[0]?.reversals.map(({ kind }) => kind)).toEqual(['refund']);
    expect(waiting).toEqual([]);
  });

  it('takes back what stood then rather than what came a moment later', () => {
    const earlier = redeemed('e', { occurredAt: secondsLater(-600) });
    const reversal = reversed(null, { voucherId, orderId, occurredAt: secondsLater(-2) });
    const { booked } = readHistory([earlier, use, reversal]);
    expect(booked.map(({ reversals }) => reversals.length)).toEqual([1, 0]);
  });

  it('waits, and is shown, where there is no use that it could be of', () => {
    const refund = refunded({ ...afterUse, occurredAt: secondsLater(-3_600) });
    expect(readHistory([use, refund]).waiting).toEqual([refund]);
    expect(readHistory([refund]).waiting).toEqual([refund]);
  });

  it('does not wait where the use was refunded before', () => {
    const refund = refunded({ ...afterUse, occurredAt: secondsLater(5) });
    const again = { ...refund, eventId: 'refunded:again', occurredAt: secondsLater(9) };
    expect(readHistory([use, refund, again]).waiting).toEqual([]);
  });
});
