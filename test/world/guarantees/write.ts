import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lossesRecord } from '../losses/record.ts';
import { pageOf, type Record, recordSchema } from './page.ts';
import { PROMISES } from './promises.ts';

const RUN = join(import.meta.dirname, 'run.json');
const PAGE = join(import.meta.dirname, '../../../docs/guarantees.md');

export function recordRun(run: Record): void {
  writeFileSync(RUN, `${JSON.stringify(run, null, 2)}\n`);
}

/** From what is recorded of both. */
export function writePage(): void {
  const run = recordSchema.parse(JSON.parse(readFileSync(RUN, 'utf8')));
  writeFileSync(PAGE, pageOf(PROMISES, run, lossesRecord()));
}
