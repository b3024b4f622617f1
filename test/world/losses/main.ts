import { cpus } from 'node:os';
import { Worker } from 'node:worker_threads';
import { writePage } from '../guarantees/write.ts';
import { isRight, type LossFigures, type Played, type PlayOptions } from './play.ts';
import { type LossesRecord, recordLosses } from './record.ts';
import { WITH_RECORDS } from './run.ts';

/** More than this a day of one platform: its days are cut into parts, as those of large merchants are. */
const REDEMPTIONS_A_DAY = 1_250;

/**
 * Plays every integration with documented records, once without any loss and once with each, and prints what the books
 * came to.
 * @returns the exit code
 */
export async function playAllLosses({ redemptions, losses, record, seed }: LossesOptions) {
  const began = performance.now();
  const perRun = Math.ceil(redemptions / WITH_RECORDS.length / (losses.length + 1));
  const days = Math.max(1, Math.ceil(perRun / REDEMPTIONS_A_DAY));
  const all = await Promise.all(
    WITH_RECORDS.map((integration) =>
      inThread({ integration, redemptions: perRun, days, seed, losses }),
    ),
  );
  const runs = all.flatMap(({ figures }) => figures);
  const [cpu] = cpus();
  const run: LossesRecord = {
    day: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} × ${cpu?.model ?? 'unknown'}, Node ${process.versions.node}`,
    wallSeconds: Math.round((performance.now() - began) / 1000),
    redemptions: all.reduce((sum, one) => sum + one.redemptions, 0),
    runs,
  };
  const sum = (of: (one: LossFigures) => number) => runs.reduce((all, one) => all + of(one), 0);
  process.stdout.write(
    `${run.redemptions} redemptions: ${sum((one) => one.missing)} missing, ${sum((one) => one.extra)} extra, ` +
      `${sum((one) => one.offFen)} fen off\n`,
  );
  for (const line of all.flatMap(({ wrong }) => wrong)) process.stderr.write(`${line}\n`);
  if (record) {
    recordLosses(run);
    writePage();
  }
  return runs.every(isRight) && all.every(({ wrong }) => wrong.length === 0) ? 0 : 1;
}

export interface LossesOptions {
  /** Of all runs together. */
  readonly redemptions: number;
  /** Of a hundred webhooks, in one run after the other. */
  readonly losses: readonly number[];
  /** Whether the figures are written down for docs/guarantees.md. */
  readonly record: boolean;
  readonly seed: number;
}

type Message = { readonly figures: LossFigures } | { readonly played: Played };

/** A thread has a time of its own. */
function inThread(workerData: PlayOptions): Promise<Played> {
  return new Promise((done, fail) => {
    const thread = new Worker(new URL('./thread.ts', import.meta.url), { workerData });
    thread.on('message', (message: Message) => {
      if ('played' in message) done(message.played);
      else process.stdout.write(`${JSON.stringify(message.figures)}\n`);
    });
    thread.once('error', fail);
  });
}
