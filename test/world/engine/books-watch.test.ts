import { describe, expect, it } from 'vitest';
import { entrySchema } from '../../../lib/ledger/entry.ts';
import { rollUpHour } from '../../../lib/rollups/store-hour.ts';
import { bookEntry } from '../../../lib/store/ledger/entries.ts';
import { MemoryTable } from '../store/table.ts';
import { BooksWatch } from './books-watch.ts';

const PLACE = { providerId: 'p', platform: 'douyin', storeId: '1', merchantId: 'm' } as const;

/** A redemption worth 100 fen, as it was attributed. */
function entryOf(fields: { readonly entryId: string } & Record<string, unknown>) {
  const policy = { basis: 'paid', basisFen: 100, shareBp: 10_000, rateBp: 0, candidates: 1 };
  return entrySchema.parse({
    ...PLACE,
    ...{ orderId: 'o', voucherId: 'v', redemptionId: 'r', eventId: 'redeemed:r' },
    ...{ kind: 'redemption', occurredAt: '2026-02-01T10:00:00.000+08:00', channel: 'unknown' },
    ...{ businessDay: '2026-02-01', count: 1, amountFen: 100, commissionFen: 0, paidFen: 100 },
    ...{ contractId: null, contractVersion: null, reverses: null, productId: null },
    ...{ complete: true, explanation: { rule: 'agency-contract', ...policy }, ...fields },
  });
}

/** A table whose every write is shown to the watch. */
function watched() {
  const table = new MemoryTable();
  const watch = new BooksWatch(table);
  const seen = table.seenBy(async (what) => ({ after: () => watch.written(what) }));
  return { table, seen, watch };
}

describe('whoever watches the books', () => {
  it.each([
    ['a fact that is attributed once more', { entryId: 'two' }, /^it is attributed twice: p /],
    [
      'more shared out than there is',
      { entryId: 'two', providerId: 'q', amountFen: 1 },
      /^more is attributed than it is worth/,
    ],
  ])('sees %s', async (_what, second, wrong) => {
    const { seen, watch } = watched();
    await bookEntry(seen, entryOf({ entryId: 'one' }));
    await bookEntry(seen, entryOf({ entryId: 'one' }));
    expect(watch.wrong).toEqual([]);
    await bookEntry(seen, entryOf(second));
    expect(watch.wrong[0]).toMatch(wrong);
  });

  it('lets a correction take back what stood, and another entry stand then', async () => {
    const { seen, watch } = watched();
    const back = { entryId: 'back', count: -1, amountFen: -100, corrects: 'one' };
    for (const entry of [{ entryId: 'one' }, back, { entryId: 'two' }]) {
      await bookEntry(seen, entryOf(entry));
    }
    expect(watch.wrong).toEqual([]);
  });

  it('sees a total that claims to have seen all entries and is not their sum', async () => {
    const { table, seen, watch } = watched();
    const hour = { ...PLACE, day: '2026-02-01', hour: '10' };
    await bookEntry(seen, entryOf({ entryId: 'one' }));
    await rollUpHour(seen, hour);
    await bookEntry(seen, entryOf({ entryId: 'late', eventId: 'redeemed:s' }));
    expect(watch.wrong).toEqual([]);
    // The same two entries, of which one says another amount by now.
    const [, late] = table.all('LEDGER#');
    table.items.get(late?.pk ?? '')?.set(late?.sk ?? '', { ...late, amountFen: 7 } as never);
    await rollUpHour(seen, hour);
    expect(watch.wrong).toEqual([]);
    table.items.get(late?.pk ?? '')?.set(late?.sk ?? '', { ...late, amountFen: 100 } as never);
    const [total] = table.all('ROLLUP#');
    watch.written(`set h10 ${total?.pk} ${total?.sk}`);
    expect(watch.wrong).toEqual([
      expect.stringMatching(/redeemedFen is 107, and its entries come to 200$/),
    ]);
  });
});
