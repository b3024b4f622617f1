import { parentPort, workerData } from 'node:worker_threads';
import type { WorldOptions } from './options.ts';
import { partOf, runRange } from './range.ts';

export interface Part {
  readonly first: number;
  readonly last: number;
  readonly part: number;
  readonly of: number;
  readonly options: Omit<WorldOptions, 'seed' | 'only'>;
}

const { first, last, part, of, options } = workerData as Part;
parentPort?.postMessage(await runRange(partOf(first, last, part, of), options));
