/** Of waits in ms. */
export function percentiles(waits: readonly number[]): object {
  const sorted = waits.toSorted((a, b) => a - b);
  const p = (share: number) => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? 0);
  return { measured: sorted.length, p50Ms: p(0.5), p90Ms: p(0.9), p99Ms: p(0.99) };
}
