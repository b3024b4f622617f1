import { describe, expect, it } from 'vitest';
import { MemoryTable } from '../store/table.ts';
import { LedgerWatch } from './ledger-watch.ts';

const KEY = { pk: 'LEDGER#p#douyin#1', sk: '2026-02-01#10:00:00.000#redeemed:1' };

describe('whoever watches the ledger', () => {
  it.each([
    ['an entry that changes', { amountFen: 2 }, ['it changed']],
    ['no fault in a statement that bills it', { amountFen: 1, statementId: 's' }, []],
  ])('sees %s', async (_what, fields, wrong) => {
    const table = new MemoryTable();
    const watch = new LedgerWatch(table);
    for (const content of [{ amountFen: 1 }, fields]) {
      await table.put(KEY, content, null);
      watch.written(`put ${KEY.pk} ${KEY.sk}`);
    }
    expect(watch.wrong.map((one) => one.split(':')[0])).toEqual(wrong);
  });

  it('sees an entry that goes, and a complete event that changes', async () => {
    const table = new MemoryTable();
    const watch = new LedgerWatch(table);
    const event = { pk: 'VOUCHER#douyin#1', sk: 'EVENT#redeemed:1' };
    await table.put(KEY, { amountFen: 1 });
    watch.written(`put ${KEY.pk} ${KEY.sk}`);
    await table.delete(KEY);
    watch.written(`delete ${KEY.pk} ${KEY.sk}`);
    for (const [complete, at] of [
      [false, 1],
      [true, 2],
      [true, 3],
    ] as const) {
      await table.put(event, { complete, at }, null);
      watch.written(`put ${event.pk} ${event.sk}`);
    }
    expect(watch.wrong).toEqual([
      `it is gone: ${KEY.pk} ${KEY.sk}`,
      `it changed: ${event.pk} ${event.sk}`,
    ]);
  });
});
