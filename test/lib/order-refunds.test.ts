import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../lib/attribution/policy.ts';
import { bookChanged } from '../../lib/booking/book.ts';
import { readChanged } from '../../lib/booking/stream-state.ts';
import { termsReader } from '../../lib/booking/terms.ts';
import type { Event } from '../../lib/events/event.ts';
import { entrySchema } from '../../lib/ledger/entry.ts';
import { silent } from '../../lib/log/log.ts';
import { recordEvent } from '../../lib/store/ledger/events.ts';
import { isBooked, streamsOf } from '../../lib/store/streams.ts';
import { everyOrder } from '../support/interleave.ts';
import { runs } from '../support/long.ts';
import { MemoryTable } from '../world/store/table.ts';
import { amountsOf, minute, paid, redeemed, refunded, reversed } from './make.ts';

const ORDER = paid().orderId;

const PAYMENT = paid({ amounts: amountsOf(6_000) });

const use = (voucherId: string, at = 0) =>
  redeemed(`use-${voucherId}`, {
    ...{ voucherId, occurredAt: minute(at), amounts: amountsOf(3_000), refundsByOrder: true },
  });

const refund = (refundedFen: number) =>
  refunded({
    ...{ eventId: 'refunded:r', voucherId: ORDER, occurredAt: minute(60), refundedFen },
    ...{ takesBack: [], unusedFen: refundedFen, ofOrder: 'any' },
  });

/** As `normalize` and `attribute` do with one event: it is written, then what it changed is booked. */
async function take(table: MemoryTable, event: Event): Promise<void> {
  const deps = { table, policy: DEFAULT_POLICY, log: silent, now: Date.now };
  await recordEvent(table, event);
  for (const stream of streamsOf(event).filter(isBooked)) {
    const states = await readChanged(table, stream);
    await bookChanged(stream, states, termsReader(deps), deps);
  }
}

/** Redeemed GMV and how many uses, by voucher. */
function redeemedOf(table: MemoryTable): Record<string, string> {
  const sums: Record<string, [number, number]> = {};
  for (const item of table.all('LEDGER#')) {
    const { kind, voucherId, amountFen, count } = entrySchema.parse(item);
    if (kind === 'payment' || kind === 'unused_refund') continue;
    const [fen, uses] = sums[voucherId ?? ''] ?? [0, 0];
    sums[voucherId ?? ''] = [fen + amountFen, uses + count];
  }
  return Object.fromEntries(
    Object.entries(sums).map(([id, [fen, uses]]) => [id, `${fen} fen, ${uses} uses`]),
  );
}

describe('a refund of an order and a use of its voucher', () => {
  test.each([
    [
      'the last use',
      [use('a')],
      use('b', 1),
      refund(2_000),
      { a: '2000 fen, 1 uses', b: '2000 fen, 1 uses' },
    ],
    ['the only use', [], use('a'), refund(6_000), { a: '0 fen, 0 uses' }],
    [
      'a reversal of one',
      [use('a'), use('b')],
      reversed('use-b', { voucherId: 'b' }),
      refund(6_000),
      { a: '0 fen, 0 uses', b: '0 fen, 0 uses' },
    ],
    [
      'the payment',
      [use('a'), use('b')],
      PAYMENT,
      refund(2_000),
      { a: '2000 fen, 1 uses', b: '2000 fen, 1 uses' },
    ],
  ] as const)(
    'with %s come to the same in every order of two workers',
    async (_what, before, one, other, expected) => {
      const tried = await everyOrder(
        async () => {
          const table = new MemoryTable();
          for (const event of [PAYMENT, ...before]) if (event !== one) await take(table, event);
          return {
            workers: {
              one: (turn) => take(table.seenBy(turn), one),
              other: (turn) => take(table.seenBy(turn), other),
            },
            afterwards: () => expect(redeemedOf(table)).toEqual(expected),
          };
        },
        { most: runs(800), seeded: runs(400), deaths: 1 },
      );
      expect(tried.orders).toBeGreaterThan(100);
    },
  );

  test('costs one reading of the order, however many vouchers it has, and nothing where no refund is so', async () => {
    const callsOf = async (table: MemoryTable, event: Event) => {
      const calls: string[] = [];
      await take(
        table.seenBy(async (what) => void calls.push(what)),
        event,
      );
      return calls.filter((what) => !what.startsWith('put')).length;
    };
    const refundOf = async (vouchers: number) => {
      const table = new MemoryTable();
      const uses = Array.from({ length: vouchers }, (_, index) => use(`v${index}`));
      const payment = paid({ amounts: amountsOf(3_000 * vouchers) });
      for (const event of [payment, ...uses]) await take(table, event);
      return callsOf(table, refund(1_000));
    };
    const [ten, forty] = [await refundOf(10), await refundOf(40)];
    expect(forty).toBeLessThan(4.5 * ten);
    // A use whose integration has no such refunds, and one that has them and none came.
    const other = await callsOf(new MemoryTable(), { ...use('a'), refundsByOrder: undefined });
    const own = await callsOf(new MemoryTable(), use('a'));
    expect(own - other).toBeLessThanOrEqual(2);
  });

  test('is corrected by entries when a later report changes whose it was', async () => {
    // Prepare: all that is known of is used, so a part is of both
    const table = new MemoryTable();
    for (const event of [PAYMENT, use('a'), use('b'), refund(2_000)]) await take(table, event);
    expect(redeemedOf(table)).toEqual({ a: '2000 fen, 1 uses', b: '2000 fen, 1 uses' });
    // Act: one of them had been taken back before, so the part may be of either
    await take(table, reversed('use-b', { voucherId: 'b', occurredAt: minute(30) }));
    // Assess
    expect(redeemedOf(table)).toEqual({ a: '3000 fen, 1 uses', b: '0 fen, 0 uses' });
  });
});
