import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulators } from '../../infra/local/emulators.ts';
import { type Event, NO_AMOUNTS } from '../../lib/events/event.ts';
import { bookEvents } from '../../lib/store/booking.ts';
import { readEvents, recordEvent } from '../../lib/store/events.ts';
import type { Table } from '../../lib/store/table.ts';
import { startTable } from '../support/table.ts';
import { knowing, redeemed } from './make.ts';

describe('one redemption that reaches us on two roads', () => {
  let emulators: Emulators;
  let table: Table;

  beforeAll(async () => {
    ({ emulators, table } = await startTable());
  });

  afterAll(() => emulators.stop());

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
