import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulators } from '../../infra/local/emulators.ts';
import { readHistory } from '../../lib/attribution/history.ts';
import { bookEvents } from '../../lib/booking/booking.ts';
import { type Event, NO_AMOUNTS } from '../../lib/events/event.ts';
import { readEvents, recordEvent } from '../../lib/store/ledger/events.ts';
import type { Table } from '../../lib/store/table.ts';
import { startTable } from '../support/table.ts';
import { knowing, minute, paid, redeemed, refunded, reversed } from './make.ts';

describe('one redemption that reaches us on two roads', () => {
  let emulators: Emulators;
  let table: Table;

  beforeAll(async () => {
    ({ emulators, table } = await startTable());
  });

  afterAll(() => emulators?.stop());

  const told = (voucherId: string): Event => redeemed(`act-${voucherId}`, { voucherId });
  /** The same act by a notice that says neither amount nor store. */
  const noticed = (voucherId: string): Event => {
    const event = told(voucherId);
    if (event.kind !== 'voucher.redeemed') throw new Error('not a redemption');
    return { ...event, complete: false, amounts: NO_AMOUNTS, storeId: null };
  };

  async function arrive(voucherId: string, events: readonly Event[]) {
    let booking = await bookEvents(table, [], knowing([]), []);
    for (const event of events) {
      expect(await recordEvent(table, event)).toBe('recorded');
      const all = await readEvents(table, { of: 'voucher', platform: 'douyin', id: voucherId });
      booking = await bookEvents(table, all, knowing([]), []);
    }
    return booking;
  }

  it('is booked once with its amount, whichever road is first', async () => {
    for (const [voucherId, order] of [
      ['a', [noticed, told]],
      ['b', [told, noticed]],
      ['c', [noticed, told, noticed, told]],
    ] as const) {
      const { standing, conflicts, waiting } = await arrive(
        voucherId,
        order.map((make) => make(voucherId)),
      );
      expect(standing.map((entry) => [entry.kind, entry.count])).toEqual([['redemption', 1]]);
      expect(standing[0]?.amountFen).toBeGreaterThan(0);
      expect([conflicts, waiting]).toEqual([[], []]);
    }
  });

  it('waits while only the notice is known', async () => {
    const { standing, waiting } = await arrive('d', [noticed('d')]);
    expect(standing).toEqual([]);
    expect(waiting).toHaveLength(1);
  });
});

describe('a refund of which nobody told how much of the payment it takes back', () => {
  let emulators: Emulators;
  let table: Table;

  beforeAll(async () => {
    ({ emulators, table } = await startTable());
  });

  afterAll(() => emulators?.stop());

  const bookAll = async (orderId: string) => {
    const all = await readEvents(table, { of: 'order', platform: 'douyin', id: orderId });
    return bookEvents(table, all, knowing([]), []);
  };

  it('waits in its order’s history, and is booked when a complete telling says it', async () => {
    for (const [orderId, unusedFen, kinds] of [
      ['never-used', 9_900, ['payment', 'unused_refund']],
      ['used', 0, ['payment']],
    ] as const) {
      for (const isFirst of [true, false]) {
        // Prepare
        const id = `${orderId}-${isFirst}`;
        const untold = refunded({ orderId: id, voucherId: `v-${id}`, complete: false });
        const told = { ...untold, complete: true, refundedFen: 9_900, takesBack: [], unusedFen };
        await recordEvent(table, paid({ orderId: id, eventId: `paid:${id}` }));
        // Act
        if (isFirst) {
          await recordEvent(table, untold);
          expect((await bookAll(id)).waiting.map((event) => event.eventId)).toEqual([
            untold.eventId,
          ]);
        }
        await recordEvent(table, told);
        await recordEvent(table, untold);
        // Assess
        const { standing, waiting } = await bookAll(id);
        expect(waiting).toEqual([]);
        expect(standing.map((entry) => entry.kind)).toEqual(kinds);
      }
    }
  });
});

describe('a voucher whose uses come to more than it is worth', () => {
  let emulators: Emulators;
  let table: Table;

  beforeAll(async () => {
    ({ emulators, table } = await startTable());
  });

  afterAll(() => emulators?.stop());

  /** Each told as the whole: nobody says how often it may be used. */
  const use = (voucherId: string, n: number) =>
    redeemed(`${voucherId}-${n}`, { voucherId, occurredAt: minute(n * 60), worthFen: 9_900 });

  it('is booked for no more, in whichever order they come, and the others wait', async () => {
    for (const [voucherId, order] of [
      ['e', [1, 2, 3]],
      ['f', [3, 2, 1]],
      ['g', [2, 1, 3, 2]],
    ] as const) {
      // Act
      let booking = await bookEvents(table, [], knowing([]), []);
      for (const n of order) {
        await recordEvent(table, use(voucherId, n));
        const all = await readEvents(table, { of: 'voucher', platform: 'douyin', id: voucherId });
        booking = await bookEvents(table, all, knowing([]), []);
      }
      // Assess
      const { standing, waiting, conflicts } = booking;
      expect(standing.reduce((sum, entry) => sum + entry.paidFen, 0)).toBe(9_900);
      expect(standing.reduce((sum, entry) => sum + entry.count, 0)).toBe(1);
      expect(waiting.map((event) => event.eventId)).toEqual(
        [2, 3].map((n) => use(voucherId, n).eventId),
      );
      expect(conflicts).toEqual([]);
    }
  });

  it('is booked for the use after one that was taken back', async () => {
    // Prepare
    const voucherId = 'h';
    for (const n of [1, 2]) await recordEvent(table, use(voucherId, n));
    const stream = { of: 'voucher', platform: 'douyin', id: voucherId } as const;
    await bookEvents(table, await readEvents(table, stream), knowing([]), []);
    // Act
    const corrected = use(voucherId, 1).redemptionId;
    await recordEvent(table, reversed(corrected, { voucherId, occurredAt: minute(70) }));
    const booking = await bookEvents(table, await readEvents(table, stream), knowing([]), []);
    // Assess
    expect(booking.waiting).toEqual([]);
    expect(booking.standing.reduce((sum, entry) => sum + entry.paidFen, 0)).toBe(9_900);
  });
});

describe('a refund that was seen as a voucher’s state before its message came', () => {
  const [first, second] = [redeemed('u1', { voucherId: 'v' }), redeemed('u2', { voucherId: 'v' })];
  const seen = (of: string): Event =>
    refunded({
      eventId: `refunded:~${of}`,
      ...{ voucherId: 'v', refundedFen: null, unusedFen: 0, complete: false },
      ...{ takesBack: [{ redemptionId: of, paidFen: null }], occurredAt: minute(9) },
    });
  const named = (id: string, fen: number): Event =>
    refunded({
      eventId: `refunded:${id}`,
      ...{ voucherId: 'v', refundedFen: fen, unusedFen: 0, takesBack: null },
      occurredAt: minute(8),
    });
  const takenFen = (events: readonly Event[]) =>
    readHistory(events).booked.map(({ reversals }) => reversals.map(({ eventId }) => eventId));

  it('gives way to it, so that the money is taken back once', () => {
    const both = [first, seen('u1'), named('r1', 10)];
    expect(takenFen([first, seen('u1')])).toEqual([['refunded:~u1']]);
    expect(takenFen(both)).toEqual([['refunded:r1']]);
    expect(takenFen(both.toReversed())).toEqual([['refunded:r1']]);
  });

  it('stays where the message is of another one', () => {
    const events = [first, second, seen('u1'), seen('u2'), named('r1', 10)];
    expect(
      takenFen(events)
        .flat()
        .filter((id) => id.includes('~')),
    ).toHaveLength(1);
  });

  it('takes an unused voucher’s part of a payment back once', () => {
    const unused = { refundedFen: 50, unusedFen: 50, takesBack: [] };
    const payment = paid({ orderId: 'o1' });
    const state = refunded({ eventId: 'refunded:~v', ...unused, voucherId: 'v', complete: false });
    const message = refunded({ eventId: 'refunded:r1', ...unused, voucherId: 'v' });
    expect(takenFen([payment, state])).toEqual([['refunded:~v']]);
    expect(takenFen([payment, state, message])).toEqual([['refunded:r1']]);
  });
});
