import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { runSeeds } from '../engine/threads.ts';
import type { Record } from './page.ts';
import { recordRun, writePage } from './write.ts';

const HELP = `npm run guarantees -- --seeds A..B

Plays the simulated world and writes docs/guarantees.md from what it came to.
Exits with 1 when a seed failed: the page says so.
`;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { seeds: { type: 'string', default: '1..1000' }, help: { type: 'boolean' } },
  });
  const [first = 0, last = 0] = values.seeds.split('..').map(Number);
  if (values.help === true || !(last >= first && first > 0)) {
    process.stdout.write(HELP);
    return values.help === true ? 0 : 1;
  }
  const began = performance.now();
  const { failed, coverage, cpuMs, ...sums } = await runSeeds(first, last, {});
  const [cpu] = cpus();
  const run: Record = {
    ...{ first, last, ...sums, failed: failed.length, met: coverage.size },
    cpuMsAnAct: Number((cpuMs / sums.acts).toFixed(2)),
    wallSeconds: Math.round((performance.now() - began) / 1000),
    machine: `${cpus().length} × ${cpu?.model ?? 'unknown'}, Node ${process.versions.node}`,
    day: new Date().toISOString().slice(0, 10),
    kinds: kindsOf(coverage),
  };
  recordRun(run);
  writePage();
  for (const { seed, wrong } of failed) process.stderr.write(`seed ${seed}: ${wrong[0]}\n`);
  return failed.length === 0 ? 0 : 1;
}

/** By the fault alone, which stands second in each of the coverage's names. */
function kindsOf(coverage: ReadonlyMap<string, number>): { [kind: string]: number } {
  const kinds = new Map<string, number>();
  for (const [triple, times] of coverage) {
    const [, kind = '', of = ''] = triple.split(' | ');
    const name = kind === 'does' ? `the operator does: ${of}` : kind;
    kinds.set(name, (kinds.get(name) ?? 0) + times);
  }
  return Object.fromEntries(kinds);
}
