import { type Coverage, cover } from './coverage.ts';
import type { WorldOptions } from './options.ts';
import { runWorld } from './world.ts';

/** What a range of seeds came to. */
export interface RangeResult {
  readonly seeds: number;
  readonly failed: readonly Failed[];
  readonly acts: number;
  readonly requests: number;
  readonly faults: number;
  readonly steps: number;
  readonly entries: number;
  readonly cpuMs: number;
  /** Of each (stage, fault, kind). */
  readonly coverage: Coverage;
}

export interface Failed {
  readonly seed: number;
  readonly wrong: readonly string[];
}

/** @param seeds which, in this order */
export async function runRange(
  seeds: Iterable<number>,
  options: Omit<WorldOptions, 'seed' | 'only'> = {},
): Promise<RangeResult> {
  const began = process.threadCpuUsage();
  const failed: Failed[] = [];
  const coverage: Coverage = new Map();
  const sums = { seeds: 0, acts: 0, requests: 0, faults: 0, steps: 0, entries: 0 };
  for (const seed of seeds) {
    sums.seeds += 1;
    try {
      const verdict = await runWorld({ ...options, seed });
      const { wrong, acts, faults, requests, steps, entries } = verdict;
      if (wrong.length > 0) failed.push({ seed, wrong });
      sums.acts += acts.length;
      sums.faults += faults.length;
      sums.requests += requests;
      sums.steps += steps;
      sums.entries += entries;
      cover(coverage, verdict);
    } catch (error) {
      failed.push({ seed, wrong: [`the world itself failed: ${String(error)}`] });
    }
  }
  const { user, system } = process.threadCpuUsage(began);
  return { ...sums, failed, coverage, cpuMs: Math.round((user + system) / 1000) };
}

/** Every `of`-th seed from `first + part` to `last`. */
export function* partOf(first: number, last: number, part: number, of: number) {
  for (let seed = first + part; seed <= last; seed += of) yield seed;
}
