import { withTimeOf } from '../world/engine/process-time.ts';
import { itemBytes } from '../world/store/size.ts';
import { Load } from './cloud/load.ts';
import { type Bills, perPiece, round, total } from './support/meter.ts';

/**
 * Everything that a voucher costs which is sold and redeemed: units of the table, requests to the queues with the
 * pollers', invocations and calls of the platform, as AWS's windows and pollers have it:
 * `npm run bench -- voucher [vouchers=600] [perSecond=1] [providers=50] [stores=1000] [pollers=5]`.
 * Times are a clock's of its own: see `Cloud`. `at=both`: a calm day and a busy one, for docs/measured.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  if (options.at !== 'both') return measure(options);
  return {
    calm: await measure({ vouchers: '600', perSecond: '1' }),
    busy: await measure({ vouchers: '3000', perSecond: '100' }),
  };
}

async function measure(options: Readonly<Record<string, string>>): Promise<object> {
  const vouchers = Number(options.vouchers ?? 600);
  const perSecond = Number(options.perSecond ?? 1);
  const load = new Load({
    startMs: START_MS,
    providers: Number(options.providers ?? 50),
    stores: Number(options.stores ?? 1_000),
    pollers: Number(options.pollers ?? 5),
    // So many come from many apps, each with a budget of its own: here one has as much as they have together.
    settings: { rateFactor: Math.max(1, perSecond / 4) },
    windows: {
      ...(options.intakeWindow && { intake: Number(options.intakeWindow) }),
      ...(options.attributionWindow && { attribution: Number(options.attributionWindow) }),
    },
  });
  const { cloud } = load;
  return withTimeOf(cloud.clock, async () => {
    await load.prepare();
    const before = storedBytes(load);
    cloud.reset();
    const sold = await load.spread(vouchers, perSecond, () => load.sell());
    const sale = costsOf(load, vouchers);
    cloud.reset();
    await load.spread(vouchers, perSecond, async (index) => {
      const one = sold[index];
      if (one !== undefined) await load.redeem(one);
    });
    const redemption = costsOf(load, vouchers);
    const booked = cloud.table.all('LEDGER#').length;
    if (booked !== 2 * vouchers) throw new Error(`${booked} entries of ${vouchers} vouchers`);
    const after = storedBytes(load);
    const stored = {
      archive: round((after.archive - before.archive) / vouchers),
      kept: round((after.kept - before.kept) / vouchers),
    };
    return { vouchers, perSecond, redemption, sale, storedBytes: stored };
  });
}

/** 2025-10-10 11:03 in Shanghai. */
const START_MS = Date.parse('2025-10-10T11:03:00+08:00');

function costsOf({ cloud }: Load, pieces: number) {
  const { writes, reads, requests, calls, invocations, workerMs } = cloud;
  const each = (bills: Bills) => ({
    units: round(total(bills) / pieces),
    by: perPiece(bills, pieces),
  });
  return {
    writes: each(writes),
    reads: each(reads),
    requests: each(requests),
    calls: perPiece(calls, pieces),
    invocations: eachOf(invocations, pieces),
    workerMs: eachOf(workerMs, pieces),
    logBytes: round(cloud.logBytes / pieces),
  };
}

/** An item's bytes and what storage is charged for it besides. Source: DynamoDB's page of prices, "data storage". */
const ITEM_BYTES_BESIDE = 100;

/** What stands in the table: the archive, which ends after 90 days, and the rest. */
function storedBytes({ cloud }: Load): { archive: number; kept: number } {
  const bytesOf = (items: readonly object[]) =>
    items.reduce<number>((sum, item) => sum + itemBytes(item) + ITEM_BYTES_BESIDE, 0);
  const archive = bytesOf(cloud.table.all('DELIVERY#'));
  return { archive, kept: bytesOf(cloud.table.all('')) - archive };
}

function eachOf(counted: Readonly<Record<string, number>>, pieces: number) {
  const rows = Object.entries(counted).map(([name, count]) => [name, round(count / pieces)]);
  return Object.fromEntries(rows) as Record<string, number>;
}
