import { withTimeOf } from '../world/engine/process-time.ts';
import { Load } from './cloud/load.ts';
import { round } from './support/meter.ts';

/**
 * How many redemptions a second one app of Douyin can have whose payments are known, by its platform's limits and with
 * AWS's windows: `npm run bench -- app [vouchers=3000] [perSecond=120]`. More are sent than can be done; what counts is how
 * fast their events come while there is work. Times are a clock's of its own: see `Cloud`.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const vouchers = Number(options.vouchers ?? 3_000);
  const perSecond = Number(options.perSecond ?? 120);
  const ways = ['always', 'unpaid'] as const;
  const rows: object[] = [];
  for (const orderQuery of ways) rows.push(await appWith(orderQuery, vouchers, perSecond));
  return { vouchers, perSecond, rows };
}

const START_MS = Date.parse('2025-10-10T11:03:00+08:00');

/** Of the run: what warms up, and what is left at the end, says nothing about how fast it goes between. */
const FROM = 0.2;
const TO = 0.8;

async function appWith(
  orderQuery: 'always' | 'unpaid',
  vouchers: number,
  perSecond: number,
): Promise<object> {
  const load = new Load({
    ...{ startMs: START_MS, providers: 10, stores: 100 },
    settings: { orderQuery },
  });
  const { cloud } = load;
  return withTimeOf(cloud.clock, async () => {
    await load.prepare();
    const sold = await load.spread(vouchers, 40, () => load.sell());
    cloud.reset();
    const doneMs: number[] = [];
    cloud.onCharge = ({ isWrite, isRefused, pk, sk }) => {
      const isEvent = pk.startsWith('VOUCHER#') && sk.startsWith('EVENT#');
      if (isWrite && !isRefused && isEvent) doneMs.push(cloud.clock.nowMs);
    };
    await load.spread(vouchers, perSecond, async (index) => {
      const one = sold[index];
      if (one !== undefined) await load.redeem(one);
    });
    const [from = 0, to = 0] = [FROM, TO].map((part) => doneMs[Math.floor(vouchers * part)] ?? 0);
    const calls = Object.entries(cloud.calls).map(([path, { calls: made }]) => [
      path,
      round(made / vouchers),
    ]);
    return {
      orderQuery,
      perSecond: round((vouchers * (TO - FROM) * 1_000) / (to - from)),
      calls: Object.fromEntries(calls),
      hintWrites: round((cloud.writes.HINT?.units ?? 0) / vouchers),
    };
  });
}
