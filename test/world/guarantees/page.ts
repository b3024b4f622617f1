import * as z from 'zod';
import type { LossesRecord } from '../losses/record.ts';
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
export function pageOf(promises: readonly Promised[], run: Record, losses: LossesRecord): string {
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

## With webhooks lost

\`npm run world -- --losses 0,5,50,100 --redemptions N --record\` deletes webhooks of every platform that documents records of its own, sends
one in ten of the others twice and one in five late, and has two in a hundred calls fail throughout. People buy, use, take back
and refund by one script, which is played without any loss first. On ${losses.day}, ${count(losses.redemptions)} redemptions in all
(${count(losses.wallSeconds)} s, ${losses.machine}):

| integration | lost of a hundred | workers | redemptions | messages, lost | missing, extra | fen off | totals and statements | calls ÷ the least | of the rate |
|---|---|---|---|---|---|---|---|---|---|
${losses.runs.map(lossRowOf).join('\n')}

Missing and extra are facts of the ledger net of corrections, against the books without any loss; each run is compared with the
platform’s own truth too. Of Meituan a refund, or a reversal in 开店宝, that no message dated counts on the day on which it was seen,
so there they are compared without their day.

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

function lossRowOf(one: LossesRecord['runs'][number]): string {
  const { integration, lossPercent, workers, mostOfLimit, isShownAlike, wrong } = one;
  return `| ${[
    ...[integration, lossPercent, workers, count(one.redemptions)],
    ...[`${count(one.messages)}, ${count(one.lost)}`, `${one.missing}, ${one.extra}`, one.offFen],
    isShownAlike && wrong === 0 ? 'the same' : '**differ**',
    `${count(one.calls)} ÷ ${count(one.neededCalls)} = ${(one.calls / one.neededCalls).toFixed(3)}`,
    mostOfLimit === null ? 'none is documented' : `${Math.round(mostOfLimit * 100)} %`,
  ].join(' | ')} |`;
}

const count = (value: number) => value.toLocaleString('en-US');
