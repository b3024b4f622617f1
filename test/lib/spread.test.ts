import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readHistory } from '../../lib/attribution/history.ts';
import type { KnownOrder } from '../../lib/attribution/order-money.ts';
import { spreadRefunds } from '../../lib/attribution/spread.ts';
import type { Event, EventOf } from '../../lib/events/event.ts';
import { runs } from '../support/long.ts';
import { amountsOf, minute, paid, redeemed, refunded, reversed } from './make.ts';

type Refunded = EventOf<'voucher.refunded'>;
type OfOrder = NonNullable<Refunded['ofOrder']>;

const ORDER = paid().orderId;

/** A refund that names only the order, so many minutes after the first use. */
const ofOrder = (id: string, at: number, refundedFen: number | null, of: OfOrder = 'any') =>
  refunded({
    ...{ eventId: `refunded:${id}`, voucherId: ORDER, occurredAt: minute(at), refundedFen },
    ...{ takesBack: [], unusedFen: refundedFen, ofOrder: of },
  });

const use = (voucherId: string, paidFen: number, at = 0, over: object = {}) =>
  redeemed(`use-${voucherId}`, {
    ...{ voucherId, occurredAt: minute(at), amounts: amountsOf(paidFen), ...over },
  });

function orderOf(paidFen: number, refunds: readonly Event[], uses: readonly Event[]): KnownOrder {
  const order = [paid({ amounts: amountsOf(paidFen) }), ...refunds];
  const byVoucher = Map.groupBy(uses, ({ voucherId }) => voucherId ?? '');
  return { order, vouchers: byVoucher };
}

/** What is left of each voucher's uses, in fen, and what waits there. */
function leftOf(known: KnownOrder): { left: Record<string, number>; waiting: string[] } {
  const { parts } = spreadRefunds(known);
  const left: Record<string, number> = {};
  const waiting: string[] = [];
  for (const [id, events] of known.vouchers) {
    const history = readHistory([...events, ...(parts.get(id) ?? [])]);
    waiting.push(...history.waiting.map((event) => `${id} ${event.eventId}`));
    left[id] = history.booked.reduce((sum, { event, reversals }) => {
      if (reversals.some((one) => one.paidFen === null)) return sum;
      const taken = reversals.reduce((all, one) => all + (one.paidFen ?? 0), 0);
      return sum + event.amounts.paidFen - taken;
    }, 0);
  }
  return { left, waiting };
}

describe('a refund that names only its order', () => {
  test('takes back the only voucher, used, whole or in part', () => {
    const whole = orderOf(9_000, [ofOrder('r', 10, 9_000)], [use('a', 9_000)]);
    expect(leftOf(whole)).toEqual({ left: { a: 0 }, waiting: [] });
    const part = orderOf(9_000, [ofOrder('r', 10, 3_000)], [use('a', 9_000)]);
    expect(leftOf(part)).toEqual({ left: { a: 6_000 }, waiting: [] });
  });

  test('is dealt over the used vouchers to the fen, where all are used', () => {
    const uses = [use('a', 3_000), use('b', 3_000), use('c', 3_001)];
    const known = orderOf(9_001, [ofOrder('r', 10, 1_000)], uses);
    const { left, waiting } = leftOf(known);
    expect(Object.values(left).reduce((sum, fen) => sum + fen, 0)).toBe(8_001);
    expect(waiting).toEqual([]);
  });

  test('is dealt the same whichever voucher was heard of first', () => {
    const uses = ['a', 'b', 'c'].map((id) => use(id, 3_000));
    const refunds = [ofOrder('r', 10, 1_000)];
    const { left } = leftOf(orderOf(9_000, refunds, uses));
    expect(leftOf(orderOf(9_000, refunds, uses.toReversed())).left).toEqual(left);
    expect(new Set(Object.values(left)).size).toBe(2);
  });

  test('waits, shown at what is used, where a part may be of either', () => {
    const known = orderOf(9_000, [ofOrder('r', 10, 3_000)], [use('a', 3_000)]);
    expect(leftOf(known)).toEqual({ left: { a: 3_000 }, waiting: ['a refunded:r'] });
    expect(spreadRefunds(known).undecided).toEqual(new Set(['refunded:r']));
  });

  test('takes all that is used where it is all of the payment, also after another part', () => {
    const known = orderOf(
      9_000,
      [ofOrder('r1', 5, 3_000), ofOrder('r2', 10, 6_000)],
      [use('a', 3_000)],
    );
    const { left, waiting } = leftOf(known);
    expect([left, waiting]).toEqual([{ a: 0 }, []]);
    expect(spreadRefunds(known).undecided).toEqual(new Set());
  });

  test('is of what is used where the platform says so, and waits for a use that nobody reported', () => {
    const some = orderOf(9_000, [ofOrder('r', 10, 1_000, 'used')], [use('a', 3_000)]);
    expect(leftOf(some)).toEqual({ left: { a: 2_000 }, waiting: [] });
    const early = orderOf(9_000, [ofOrder('r', 10, 1_000, 'used')], []);
    expect(spreadRefunds(early).undecided).toEqual(new Set(['refunded:r']));
  });

  test('takes nothing of a use that came later, or was taken back before', () => {
    const later = orderOf(6_000, [ofOrder('r', 10, 3_000)], [use('a', 3_000, 20)]);
    expect(leftOf(later)).toEqual({ left: { a: 3_000 }, waiting: [] });
    const back = reversed('use-a', { voucherId: 'a', occurredAt: minute(5) });
    const before = orderOf(3_000, [ofOrder('r', 10, 3_000)], [use('a', 3_000), back]);
    expect(leftOf(before)).toEqual({ left: { a: 0 }, waiting: [] });
    expect(spreadRefunds(before).parts.get('a')).toMatchObject([{ refundedFen: 0, takesBack: [] }]);
  });

  test('is of what was used, where all else was used later or refunded by name', () => {
    // Prepare: three of 30 yuan, one used; a part is refunded, which may be of any
    const first = use('a', 3_000);
    const refund = ofOrder('r', 10, 2_000);
    expect(leftOf(orderOf(9_000, [refund], [first])).waiting).toEqual(['a refunded:r']);
    // Act: what is used or refunded later cannot have been refunded before
    const others = [use('b', 3_000, 20), use('c', 3_000, 30)];
    const later = leftOf(orderOf(9_000, [refund], [first, ...others]));
    const oneLater = leftOf(orderOf(9_000, [refund], [first, use('b', 3_000, 20)]));
    const named = ['b', 'c'].map((voucherId) =>
      refunded({
        ...{ eventId: `refunded:${voucherId}`, voucherId, occurredAt: minute(20) },
        ...{ refundedFen: 3_000, unusedFen: 3_000 },
      }),
    );
    const refundedLater = leftOf(orderOf(9_000, [refund, ...named], [first]));
    // Assess
    expect(later).toEqual({ left: { a: 1_000, b: 3_000, c: 3_000 }, waiting: [] });
    expect(refundedLater).toEqual({ left: { a: 1_000 }, waiting: [] });
    expect(oneLater.waiting).toEqual(['a refunded:r']);
  });

  test('may be of a voucher that costs less than the roundings of an order come to', () => {
    const known = orderOf(3, [ofOrder('r', 10, 1)], [use('a', 1), use('b', 1, 20)]);
    expect(leftOf(known)).toEqual({ left: { a: 1, b: 1 }, waiting: ['a refunded:r'] });
  });

  test('waits where only some of an order’s refunds are reported by their vouchers', () => {
    const named = refunded({ eventId: 'refunded:s~a', voucherId: 'a', occurredAt: minute(10) });
    const both = [
      ofOrder('r1', 11, 3_000, 'unless_named'),
      ofOrder('r2', 12, 2_000, 'unless_named'),
    ];
    const uses = [use('a', 3_000), named, use('b', 3_000)];
    const part = leftOf(orderOf(9_000, [named, ...both], uses));
    expect(part.left).toEqual({ a: 0, b: 3_000 });
    expect(part.waiting).toEqual(['a refunded:s~a', 'b refunded:r1', 'b refunded:r2']);
    // All that was paid is refunded: then it is of both, whichever is which.
    const rest = ofOrder('r2', 12, 3_000, 'unless_named');
    const whole = leftOf(
      orderOf(6_000, [named, ofOrder('r1', 11, 3_000, 'unless_named'), rest], uses),
    );
    expect(whole).toEqual({ left: { a: 0, b: 0 }, waiting: ['a refunded:s~a'] });
  });

  test('takes nothing where the same refund is reported by its vouchers', () => {
    const named = refunded({ eventId: 'refunded:s~a', voucherId: 'a', occurredAt: minute(10) });
    const refunds = [named, ofOrder('r', 11, 3_000, 'unless_named')];
    const uses = [use('a', 3_000), named, use('b', 3_000)];
    expect(leftOf(orderOf(6_000, refunds, uses)).left).toEqual({ a: 0, b: 3_000 });
  });

  test('of an unknown amount, of a use without its worth, or without the payment waits', () => {
    const unknown = orderOf(9_000, [ofOrder('r', 10, null)], [use('a', 9_000)]);
    expect(leftOf(unknown)).toEqual({ left: { a: 9_000 }, waiting: ['a refunded:r'] });
    const unpriced = use('a', 0, 0, { complete: false });
    const worthless = orderOf(9_000, [ofOrder('r', 10, 3_000)], [unpriced]);
    expect(leftOf(worthless).waiting).toContain('a refunded:r');
    const { vouchers } = unknown;
    expect(leftOf({ order: [ofOrder('r', 10, 3_000)], vouchers }).waiting).toEqual([
      'a refunded:r',
    ]);
  });

  test('never takes more than stands or was refunded, whatever order all came in', () => {
    const fen = fc.integer({ min: 1, max: 5_000 });
    const at = fc.integer({ min: 0, max: 60 });
    const kind = fc.constantFrom<OfOrder>('any', 'used', 'unless_named');
    const story = fc.record({
      uses: fc.array(fc.record({ fen, at, isBack: fc.boolean() }), { minLength: 1, maxLength: 5 }),
      refunds: fc.array(fc.record({ fen, at, kind }), { minLength: 1, maxLength: 4 }),
      unusedFen: fc.oneof(fc.constant(0), fen),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(story, ({ uses, refunds, unusedFen, seed }) => {
        const events = uses.flatMap(({ fen: paidFen, at: minutes, isBack }, index): Event[] => {
          const voucherId = `v${index}`;
          const back = reversed(`use-${voucherId}`, { voucherId, occurredAt: minute(minutes + 9) });
          return [use(voucherId, paidFen, minutes), ...(isBack ? [back] : [])];
        });
        const soldFen = uses.reduce((sum, one) => sum + one.fen, 0) + unusedFen;
        const wide = refunds.map((one, index) => ofOrder(`r${index}`, one.at, one.fen, one.kind));
        const known = orderOf(soldFen, wide, events);
        const outcome = leftOf(known);
        const turned = seed % 2 === 0 ? events.toReversed() : events;
        const other = orderOf(soldFen, wide.toReversed(), turned);
        expect(leftOf({ ...other, order: other.order.toReversed() }).left).toEqual(outcome.left);
        for (const left of Object.values(outcome.left)) expect(left).toBeGreaterThanOrEqual(0);
        const standingFen = Object.values(leftOf(orderOf(soldFen, [], events)).left);
        const takenFen =
          standingFen.reduce((sum, one) => sum + one, 0) -
          Object.values(outcome.left).reduce((sum, one) => sum + one, 0);
        expect(takenFen).toBeLessThanOrEqual(refunds.reduce((sum, one) => sum + one.fen, 0));
      }),
      { numRuns: runs(300) },
    );
  });
});
