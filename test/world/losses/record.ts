import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { lossSchema } from './play.ts';

/** What all runs came to, as it was recorded: docs/guarantees.md has it. */
const lossesSchema = z.strictObject({
  day: z.iso.date(),
  machine: z.string(),
  wallSeconds: z.int(),
  redemptions: z.int(),
  runs: z.array(lossSchema),
});
export type LossesRecord = z.infer<typeof lossesSchema>;

const PATH = join(import.meta.dirname, 'run.json');

export function lossesRecord(): LossesRecord {
  return lossesSchema.parse(JSON.parse(readFileSync(PATH, 'utf8')));
}

export function recordLosses(run: LossesRecord): void {
  writeFileSync(PATH, `${JSON.stringify(run, null, 2)}\n`);
}
