import { expect } from 'vitest';
import { partOf, runRange } from './range.ts';

/** Two cores, two files. */
const FILES = 2;

/** Plays a file's share of the seeds. @param part from 0 @param all in both files together */
export async function playSeeds(part: number, all: number): Promise<void> {
  const result = await runRange(partOf(1, all, part, FILES));
  expect(result.failed).toEqual([]);
  expect(result.seeds).toBe(all / FILES);
  expect(result.faults).toBeGreaterThan(result.seeds * 5);
  const { seeds, acts, faults, cpuMs, coverage } = result;
  const each = (cpuMs / acts).toFixed(2);
  process.stdout.write(
    `${seeds} seeds, ${acts} acts, ${faults} faults of ${coverage.size} kinds, ${each} ms an act\n`,
  );
}
