import type { Fault } from './weather.ts';

/** How often each kind of fault met each kind of thing at each stage: what a range of seeds has tried. */
export type Coverage = Map<string, number>;

export function cover(coverage: Coverage, faults: readonly Fault[]): void {
  for (const { kind, stage, of } of faults) {
    const triple = `${stage} | ${kind} | ${of}`;
    coverage.set(triple, (coverage.get(triple) ?? 0) + 1);
  }
}

export function addCoverage(coverage: Coverage, more: Iterable<readonly [string, number]>): void {
  for (const [triple, count] of more) coverage.set(triple, (coverage.get(triple) ?? 0) + count);
}
