import type { OfficeAct } from './office.ts';
import type { Fault } from './weather.ts';

/** How often each kind of fault met each kind of thing at each stage, and how often the operator's people did what: what a range of seeds has tried. */
export type Coverage = Map<string, number>;

export function cover(
  coverage: Coverage,
  { faults, office }: { readonly faults: readonly Fault[]; readonly office: readonly OfficeAct[] },
): void {
  const met = [
    ...faults.map(({ kind, stage, of }) => `${stage} | ${kind} | ${of}`),
    ...office.map(({ deed }) => `operator | does | ${deed}`),
  ];
  addCoverage(
    coverage,
    met.map((triple) => [triple, 1] as const),
  );
}

export function addCoverage(coverage: Coverage, more: Iterable<readonly [string, number]>): void {
  for (const [triple, count] of more) coverage.set(triple, (coverage.get(triple) ?? 0) + count);
}
