import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { addCoverage } from './coverage.ts';
import type { WorldOptions } from './options.ts';
import { partOf, type RangeResult, runRange } from './range.ts';
import type { Part } from './thread.ts';

/** Fewer seeds than this are played by this thread alone: to start another one takes as long. */
const WORTH_THREADS = 150;

/** Plays a range of seeds with all of the machine's cores. */
export async function runSeeds(
  first: number,
  last: number,
  options: Omit<WorldOptions, 'seed' | 'only'>,
): Promise<RangeResult> {
  const of = availableParallelism();
  if (last - first < WORTH_THREADS || of === 1) return runRange(partOf(first, last, 0, 1), options);
  const parts = Array.from({ length: of }, (_, part) =>
    inThread({ first, last, part, of, options }),
  );
  return (await Promise.all(parts)).reduce(sum);
}

function inThread(workerData: Part): Promise<RangeResult> {
  return new Promise((done, fail) => {
    const thread = new Worker(new URL('./thread.ts', import.meta.url), { workerData });
    thread.once('message', done);
    thread.once('error', fail);
  });
}

function sum(a: RangeResult, b: RangeResult): RangeResult {
  const coverage = new Map(a.coverage);
  addCoverage(coverage, b.coverage);
  return {
    ...{ coverage, failed: [...a.failed, ...b.failed].sort((x, y) => x.seed - y.seed) },
    ...{ seeds: a.seeds + b.seeds, acts: a.acts + b.acts, requests: a.requests + b.requests },
    ...{ faults: a.faults + b.faults, steps: a.steps + b.steps, entries: a.entries + b.entries },
    cpuMs: a.cpuMs + b.cpuMs,
  };
}
