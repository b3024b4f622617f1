import { UNKNOWN_SALE } from '../../lib/events/sale.ts';
import { recordEvent } from '../../lib/store/ledger/events.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import { redeemed } from '../lib/make.ts';
import { withTimeOf } from '../world/engine/process-time.ts';
import { MemoryTable } from '../world/store/table.ts';
import { Cloud } from './cloud/cloud.ts';
import { type Bills, perPiece, round, total } from './support/meter.ts';

/**
 * One store at so many redemptions a second, from the message to attribution on: what a redemption costs there, and
 * whether the table would throttle: `npm run bench -- hot [perSecond=1,5,20,50] [seconds=180]`. It begins at a full
 * hour, and in a time of its own: see `Cloud`.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const seconds = Number(options.seconds ?? 180);
  const rates = (options.perSecond ?? '1,5,20,50').split(',').map(Number);
  const stores: object[] = [];
  for (const perSecond of rates) stores.push(await storeAt(perSecond, seconds));
  return { seconds, stores };
}

/** What one partition takes in a second. Source: DynamoDB developer guide, "partition key design". */
const PARTITION_READS = 3_000;
const PARTITION_WRITES = 1_000;

const START_MS = Date.parse('2025-10-10T11:00:00+08:00');

async function storeAt(perSecond: number, seconds: number): Promise<object> {
  const cloud = new Cloud({ startMs: START_MS, fetch: globalThis.fetch });
  const { clock } = cloud;
  const peaks = new Map<string, { reads: number; writes: number }>();
  cloud.onCharge = ({ isWrite, pk, units }) => {
    const place = `${pk} ${Math.floor(clock.nowMs / 1_000)}`;
    const peak = peaks.get(place) ?? { reads: 0, writes: 0 };
    peak[isWrite ? 'writes' : 'reads'] += units;
    peaks.set(place, peak);
  };
  const count = perSecond * seconds;
  // What `normalize` would have written, for nothing.
  const unmetered = new MemoryTable({ items: cloud.table.items });
  await withTimeOf(clock, async () => {
    for (let n = 0; n < count; n += 1) {
      clock.in((n * 1_000) / perSecond, () => void use(cloud, unmetered, n));
    }
    await clock.run();
  });
  const booked = cloud.table.all('LEDGER#').length;
  if (booked !== count) throw new Error(`${booked} entries of ${count}`);
  const most = (kind: 'reads' | 'writes') =>
    Math.max(...[...peaks.values()].map((peak) => peak[kind]));
  const each = (bills: Bills) => ({
    units: round(total(bills) / count),
    by: perPiece(bills, count),
  });
  return {
    perSecond,
    reads: each(cloud.reads),
    writes: each(cloud.writes),
    partition: { reads: round(most('reads')), writes: round(most('writes')) },
    throttled: most('reads') > PARTITION_READS || most('writes') > PARTITION_WRITES,
  };
}

async function use(cloud: Cloud, table: MemoryTable, n: number): Promise<void> {
  const ids = { voucherId: `74${n}`, orderId: `10${n}`, storeId: '6600000000000000001' };
  const sale = { ...UNKNOWN_SALE, buyer: `buyer-${n % 997}`, productId: `p${n % 8}` };
  const nowMs = cloud.clock.nowMs;
  const occurredAt = toInstant(Math.round(nowMs));
  await recordEvent(table, redeemed(`v${n}`, { ...ids, sale, occurredAt, recordedAt: occurredAt }));
  cloud.notify({ of: 'voucher', platform: 'douyin', id: ids.voucherId });
}
