import { describe, expect, test } from 'vitest';
import { countLosingApps } from '../../functions/reconcile/losing.ts';
import type { Fields } from '../../lib/log/fields.ts';
import { lossesOf } from '../../lib/reconciliation/losses.ts';
import { type CheckedDay, putCheckedDay } from '../../lib/store/reconciliation/checked-days.ts';
import { MemoryTable } from '../world/store/table.ts';

const YESTERDAY = '2026-11-22';
const NOW = Date.parse('2026-11-23T06:00:00+08:00');

const checkedDay = (over: Partial<CheckedDay>): CheckedDay => ({
  ...{ platform: 'douyin', merchantId: 'm1', integration: 'douyin-life', appKey: 'app' },
  ...{ storeId: null, businessDay: YESTERDAY, status: 'repaired', reason: null, stores: [] },
  ...{ ours: { count: 0, fen: 0 }, theirs: null, found: 0, repaired: 0, differences: 0 },
  ...{ byWebhook: 0, byAsking: 0, latestSeconds: null, rows: {}, source: 'douyin-life' },
  checkedAt: '2026-11-23T03:00:00.000+08:00',
  ...over,
});

async function tableWith(...days: readonly Partial<CheckedDay>[]): Promise<MemoryTable> {
  const table = new MemoryTable();
  for (const day of days) await putCheckedDay(table, checkedDay(day));
  return table;
}

async function look(table: MemoryTable, lossAlarmBp = 100) {
  const lines: [string, Fields | undefined][] = [];
  const losing = await countLosingApps({
    ...{ table, lossAlarmBp, now: () => NOW },
    notifies: (integration) => integration !== 'meituan',
    log: (_level, what, fields) => lines.push([what, fields]),
  });
  return { losing, lines };
}

describe('a day’s losses', () => {
  test('are added up by app from its merchants’ days, with the latest of all', async () => {
    const table = await tableWith(
      { merchantId: 'm1', byWebhook: 90, byAsking: 10, latestSeconds: 700 },
      { merchantId: 'm2', byWebhook: 95, byAsking: 5, latestSeconds: 900 },
      { merchantId: 'm3', appKey: 'other', byWebhook: 1, byAsking: 0 },
      { merchantId: 'm1', businessDay: '2026-11-21', byWebhook: 7, byAsking: 7 },
    );
    const app = { integration: 'douyin-life', businessDay: YESTERDAY };
    expect(await lossesOf(table, YESTERDAY)).toEqual([
      { ...app, appKey: 'app', byWebhook: 185, byAsking: 15, lossBp: 750, latestSeconds: 900 },
      { ...app, appKey: 'other', byWebhook: 1, byAsking: 0, lossBp: 0, latestSeconds: null },
    ]);
    expect(await lossesOf(table, YESTERDAY, { appKey: 'other' })).toHaveLength(1);
    expect(await lossesOf(table, YESTERDAY, { integration: 'kuaishou-shop' })).toEqual([]);
  });

  test('beyond the set share are reported, with the app’s name', async () => {
    const table = await tableWith({ byWebhook: 98, byAsking: 2, latestSeconds: 60 });
    const { losing, lines } = await look(table);
    expect(losing).toBe(1);
    const fields = { integration: 'douyin-life', appKey: 'app', day: YESTERDAY };
    expect(lines).toEqual([
      ['app-losing', { ...fields, byWebhook: 98, byAsking: 2, lossBp: 200 }],
      ['apps-losing', { losing: 1, byWebhook: 98, byAsking: 2 }],
    ]);
    expect((await look(table, 200)).losing).toBe(0);
  });

  test('of a few redemptions, or of a platform that notifies none, are none', async () => {
    const few = await tableWith({ byWebhook: 10, byAsking: 9 });
    expect((await look(few)).losing).toBe(0);
    const meituan = { integration: 'meituan', platform: 'meituan', byAsking: 500 } as const;
    expect((await look(await tableWith(meituan))).lines).toEqual([
      ['apps-losing', { losing: 0, byWebhook: 0, byAsking: 0 }],
    ]);
  });
});
