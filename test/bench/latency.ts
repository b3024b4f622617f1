import { versionOfDay } from '../../lib/rollups/provider-day.ts';
import type { Item } from '../../lib/store/table.ts';
import { withTimeOf } from '../world/engine/process-time.ts';
import { Load } from './cloud/load.ts';
import { localWaits } from './cloud/local.ts';
import { percentiles } from './support/percentiles.ts';

/**
 * How long after its webhook a redemption is in its provider's total, with AWS's windows and pollers in a time of its own:
 * `npm run bench -- latency [vouchers=600] [providers=50] [local=30]`, at 1 and at 50 redemptions a second. What takes processor
 * takes no time here, and a queue is never quiet for long: see "A quiet queue" in docs/operating.md. And how long in the
 * local run, on this machine and by its clock.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const vouchers = Number(options.vouchers ?? 600);
  const providers = Number(options.providers ?? 50);
  const rows: object[] = [];
  for (const perSecond of [1, 50]) rows.push(await latencyAt(perSecond, vouchers, providers));
  const local = percentiles(await localWaits(Number(options.local ?? 30)));
  return {
    ...{ vouchers, providers, targetP50Ms: TARGET_P50_MS, targetLocalP50Ms: TARGET_LOCAL_P50_MS },
    rows,
    local: [local],
  };
}

const TARGET_P50_MS = 4_000;
const TARGET_LOCAL_P50_MS = 1_500;

const START_MS = Date.parse('2025-10-10T11:03:00+08:00');

async function latencyAt(perSecond: number, vouchers: number, providers: number): Promise<object> {
  const load = new Load({
    ...{ startMs: START_MS, providers, stores: providers * 20 },
    // As much as the apps that so many come from have together.
    settings: { rateFactor: Math.max(1, perSecond / 4) },
  });
  const { cloud } = load;
  return withTimeOf(cloud.clock, async () => {
    await load.prepare();
    const sold = await load.spread(vouchers, 40, () => load.sell());
    const sentMs = new Map<string, number[]>();
    const waits: number[] = [];
    const seen = new Map<string, number>();
    for (const item of days(load)) seen.set(item.pk, versionOfDay(item));
    // A day counts what it has seen: as many more as it has are readable, the oldest first.
    cloud.onCharge = ({ isWrite, pk, sk }) => {
      if (!isWrite || !pk.startsWith('PROVIDER#') || !sk.startsWith('DAY#')) return;
      cloud.clock.in(0, () => {
        const version = days(load, pk).reduce((sum, item) => sum + versionOfDay(item), 0);
        for (let left = version - (seen.get(pk) ?? 0); left > 0; left -= 1) {
          const at = sentMs.get(pk)?.shift();
          if (at !== undefined) waits.push(cloud.clock.nowMs - at);
        }
        seen.set(pk, version);
      });
    };
    await load.spread(vouchers, perSecond, async (index) => {
      const one = sold[index];
      if (one === undefined) return;
      const pk = `PROVIDER#${one.providerId}`;
      sentMs.set(pk, [...(sentMs.get(pk) ?? []), cloud.clock.nowMs]);
      await load.redeem(one);
    });
    return { perSecond, ...percentiles(waits) };
  });
}

function days({ cloud }: Load, pk?: string): Item[] {
  const all = cloud.table.all('PROVIDER#') as Item[];
  return all.filter((item) => item.sk.startsWith('DAY#') && (pk === undefined || item.pk === pk));
}
