import { mapLimit } from '../../lib/async/map-limit.ts';
import { rollUpBuckets } from '../../lib/rollups/rollups.ts';
import { storeHourOf } from '../../lib/rollups/store-day.ts';
import { rollUpHour } from '../../lib/rollups/store-hour.ts';
import { closeBatch } from '../../lib/statements/closing.ts';
import { keys } from '../../lib/store/keys.ts';
import { bookEntry } from '../../lib/store/ledger/entries.ts';
import { readStatement } from '../../lib/store/ledger/statements.ts';
import { streamOf } from '../../lib/store/streams.ts';
import { ask, cookieOf, makeProvider } from '../functions/api/support.ts';
import { entry, redeemed } from '../lib/make.ts';
import { HexiaoUnderTest } from '../support/hexiao.ts';
import { writeMany } from '../support/write-many.ts';
import { Meter, perPiece, round, total } from './support/meter.ts';

const DAYS = 28;
const STORES_A_DAY = 10;

/**
 * What it costs to close a month of one provider, as the database counts it: `npm run bench -- closing
 * [lines=1000,10000]`. The lines are spread over 28 days and ten stores a day, each with its event. Read units are those of
 * the closing, and of the statement's page afterwards.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const rows: object[] = [];
  for (const lines of (options.lines ?? '1000,10000').split(',').map(Number)) {
    rows.push(await closeMonthOf(lines));
  }
  return { rows };
}

async function closeMonthOf(lines: number): Promise<object> {
  let nowMs = Date.parse('2025-10-31T12:00:00+08:00');
  const hexiao = await HexiaoUnderTest.start({ now: () => nowMs });
  const id = { providerId: 'agency-of-the-bench', month: '2025-10' };
  const facts = Array.from({ length: lines }, (_, index) => factOf(index, lines, id.providerId));
  await writeMany(hexiao.emulators.database, (table) =>
    mapLimit(facts, 32, async ({ own, event }) => {
      await bookEntry(table, own);
      await table.put(keys.event(streamOf(own), event.eventId), event);
    }),
  );
  const hours = new Map(facts.map(({ own }) => [JSON.stringify(storeHourOf(own)), own]));
  await mapLimit([...hours.values()], 16, (own) => rollUpHour(hexiao.table, storeHourOf(own)));
  for (const day of new Set(facts.map(({ own }) => own.businessDay))) {
    await rollUpBuckets(hexiao.table, id.providerId, day, [0, 1, 2, 3]);
  }
  nowMs = Date.parse('2025-11-02T08:00:00+08:00');
  const token = await makeProvider(hexiao, id.providerId);
  const headers = await cookieOf(hexiao, token);
  const meter = new Meter(hexiao.emulators.database);
  const begunAt = performance.now();
  await ask(hexiao, 'POST', '/v1/statements/2025-10/close', {
    body: { providerId: id.providerId },
  });
  const closer = { table: hexiao.table, now: () => nowMs, requestRollup: async () => {} };
  let pieces = 0;
  for (let left = await readStatement(hexiao.table, id); left?.status === 'closing'; pieces += 1) {
    left = (await closeBatch(closer, left, 300))?.statement;
  }
  const seconds = round((performance.now() - begunAt) / 1_000);
  await hexiao.settle();
  const { writes, reads } = meter;
  meter.reset();
  const closed = await readStatement(hexiao.table, id);
  const found = closed?.sums.month.entryCount;
  if (closed?.status !== 'closed' || found !== lines) throw new Error(`${found} of ${lines} lines`);
  nowMs += 3_600_000;
  meter.reset();
  await ask(hexiao, 'GET', '/statements/2025-10', { token: null, headers });
  const pageReads = round(total(meter.reads));
  const pageByKind = perPiece(meter.reads, 1);
  meter.reset();
  await ask(hexiao, 'GET', '/statements/2025-10', { token: null, headers });
  const againReads = round(total(meter.reads));
  meter.stop();
  await hexiao.stop();
  return {
    ...{ lines, pieces, seconds, linesPerSecond: Math.round(lines / seconds) },
    writeUnitsPerLine: round(total(writes) / lines),
    readUnitsPerLine: round(total(reads) / lines),
    pageReadUnits: { first: pageReads, again: againReads },
    pageByKind,
    byKind: perPiece(writes, lines),
  };
}

function factOf(index: number, lines: number, providerId: string) {
  const day = `2025-10-${String(1 + (index % DAYS)).padStart(2, '0')}`;
  const second = 36_000 + Math.floor((index * 40_000) / lines);
  const clock = new Date(second * 1_000).toISOString().slice(11, 23);
  const occurredAt = `${day}T${clock}+08:00`;
  const redemptionId = `75${String(index).padStart(17, '0')}`;
  const voucherId = `74${String(index).padStart(17, '0')}`;
  const orderId = `10${String(index).padStart(17, '0')}`;
  const storeId = `66${String(index % STORES_A_DAY).padStart(17, '0')}`;
  const event = redeemed(redemptionId, {
    ...{ voucherId, orderId, storeId, occurredAt, deliveryId: 'ab'.repeat(32) },
  });
  const own = entry({
    ...{ providerId, occurredAt, businessDay: day, storeId, voucherId, orderId, redemptionId },
    ...{ eventId: event.eventId, entryId: `${event.eventId}~${voucherId}~1.douyin.730` },
    ...{ productId: '1790000000000000001', buyer: 'abcdefghijklmnop' },
  });
  return { own, event };
}
