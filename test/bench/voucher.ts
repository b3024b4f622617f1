import { withTimeOf } from '../world/engine/process-time.ts';
import { Load } from './cloud/load.ts';
import { type Bills, perPiece, round, total } from './support/meter.ts';

/**
 * Everything that a voucher costs which is sold and redeemed: units of the table, requests to the queues with the
 * pollers', invocations and calls of the platform, as AWS's windows and pollers have it:
 * `npm run bench -- voucher [vouchers=600] [perSecond=1] [providers=50] [stores=1000] [pollers=5]`.
 * Times are a clock's of its own: see `Cloud`.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const vouchers = Number(options.vouchers ?? 600);
  const perSecond = Number(options.perSecond ?? 1);
  const load = new Load({
    startMs: START_MS,
    providers: Number(options.providers ?? 50),
    stores: Number(options.stores ?? 1_000),
    pollers: Number(options.pollers ?? 5),
    windows: {
      ...(options.intakeWindow && { intake: Number(options.intakeWindow) }),
      ...(options.attributionWindow && { attribution: Number(options.attributionWindow) }),
    },
  });
  const { cloud } = load;
  return withTimeOf(cloud.clock, async () => {
    await load.prepare();
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
    return { vouchers, perSecond, redemption, sale };
  });
}

/** 2025-10-10 11:03 in Shanghai. */
const START_MS = Date.parse('2025-10-10T11:03:00+08:00');

function costsOf({ cloud }: Load, pieces: number) {
  const { writes, reads, requests, calls, invocations } = cloud;
  const each = (bills: Bills) => ({
    units: round(total(bills) / pieces),
    by: perPiece(bills, pieces),
  });
  return {
    writes: each(writes),
    reads: each(reads),
    requests: each(requests),
    calls: perPiece(calls, pieces),
    invocations: Object.fromEntries(
      Object.entries(invocations).map(([name, count]) => [name, round(count / pieces)]),
    ),
  };
}
