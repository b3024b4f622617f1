import { dwellBeside } from './cloud/tenants.ts';
import { round } from './support/meter.ts';

/**
 * Two tenants on one queue, of which one sends a hundred times as much as the other, and more than the workers can do: how
 * long the messages of each wait, in a time of its own: `npm run bench -- fair`.
 */
export async function run(): Promise<object> {
  const rows: object[] = [];
  for (const isFair of [true, false]) {
    const { flood, quiet } = await dwellBeside(isFair);
    rows.push({ isFair, flood: waitsOf(flood), quiet: waitsOf(quiet) });
  }
  return { times: 100, seconds: 60, rows };
}

function waitsOf(waitsMs: readonly number[]): object {
  const sorted = waitsMs.toSorted((a, b) => a - b);
  const p = (share: number) => round((sorted[Math.ceil(share * sorted.length) - 1] ?? 0) / 1_000);
  return { messages: sorted.length, p50Seconds: p(0.5), mostSeconds: p(1) };
}
