import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import * as z from 'zod';

/** Two cores, two files. */
const FILES = 2;

const run = promisify(execFile);
const MAIN = join(import.meta.dirname, 'main.ts');

const answer = z.object({
  seeds: z.int(),
  acts: z.int(),
  faults: z.int(),
  met: z.int(),
  cpuMsAnAct: z.number(),
  failed: z.array(z.unknown()),
});

/**
 * Plays a file's share of the seeds with the command, as people do: a process of its own has no clock and no timers
 * but the world's.
 * @param part from 0 @param all in both files together
 */
export async function playSeeds(part: number, all: number): Promise<void> {
  const share = all / FILES;
  const range = `${part * share + 1}..${(part + 1) * share}`;
  // What it exits with is in `failed` too, with the seeds that fail.
  const { stdout } = await run(process.execPath, [MAIN, '--seeds', range, '--json'], {
    maxBuffer: 64 * 1024 * 1024,
  }).catch((error: { stdout: string; stderr: string }) => {
    process.stderr.write(error.stderr);
    return error;
  });
  const { failed, seeds, acts, faults, met, cpuMsAnAct } = answer.parse(JSON.parse(stdout));
  expect(failed).toEqual([]);
  expect(seeds).toBe(share);
  expect(faults).toBeGreaterThan(seeds * 5);
  process.stdout.write(
    `seeds ${range}: ${acts} acts, ${faults} faults in ${met} combinations, ${cpuMsAnAct} ms an act\n`,
  );
}
