import * as z from 'zod';
import type { Promised } from './promises.ts';

/** What a range of seeds came to, as it was recorded. */
export const recordSchema = z.strictObject({
  first: z.int(),
  last: z.int(),
  seeds: z.int(),
  failed: z.int(),
  acts: z.int(),
  requests: z.int(),
  faults: z.int(),
  steps: z.int(),
  entries: z.int(),
  cpuMsAnAct: z.number(),
  wallSeconds: z.int(),
  machine: z.string(),
  day: z.iso.date(),
  /** How often each kind of fault met something, at whatever stage. */
  kinds: z.record(z.string(), z.int()),
  /** Different combinations of stage, fault and kind of thing. */
  met: z.int(),
});
export type Record = z.infer<typeof recordSchema>;

/** The page that a run writes. */
export function pageOf(promises: readonly Promised[], run: Record): string {
  return `# What is promised, and how it is held

\`npm run guarantees -- --seeds A..B\` plays the simulated world and writes this page from what it came to. A seed
draws which platforms play, what people do there, and what goes wrong; the functions, the queues’ rules and the
table’s conditions are the real ones, and time is the world’s own. \`npm run world -- --seed N\` plays one again.

## The last run

Seeds ${run.first} to ${run.last} on ${run.day}: ${run.failed === 0 ? 'none failed' : `**${run.failed} failed**`}.

| | |
|---|---|
| seeds | ${count(run.seeds)} |
| acts at platforms and tills | ${count(run.acts)} |
| requests that came of them | ${count(run.requests)} |
| faults | ${count(run.faults)} |
| entries booked | ${count(run.entries)} |
| steps (calls of workers, and waits) | ${count(run.steps)} |
| combinations of stage, fault and what it met | ${count(run.met)} |
| took | ${count(run.wallSeconds)} s; ${run.cpuMsAnAct} ms of CPU an act |
| machine | ${run.machine} |

## Promises

| what | in the world | tests | where it ends |
|---|---|---|---|
${promises.map(rowOf).join('\n')}

## What went wrong, and how often

| fault | times |
|---|---|
${Object.entries(run.kinds)
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([kind, times]) => `| ${kind} | ${count(times)} |`)
  .join('\n')}
`;
}

function rowOf({ what, world, tests, limit }: Promised): string {
  return `| ${what} | ${world ?? '—'} | ${tests.map((test) => `\`${test}\``).join(', ')} | ${limit} |`;
}

const count = (value: number) => value.toLocaleString('en-US');
