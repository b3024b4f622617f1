import { join } from 'node:path';
import { resendHints } from '../../functions/reconcile/sweep.ts';
import { sweepBehind } from '../../functions/reconcile/sweep-unfinished.ts';
import { logLines } from '../../lib/log/log.ts';
import type { AttributionMessage } from '../../lib/queue/messages.ts';
import { Queue } from '../../lib/queue/queue.ts';
import { Table } from '../../lib/store/table.ts';
import { type Demo, startDemo } from './demo/demo.ts';
import { TABLE_NAME } from './emulators.ts';
import { loadFromSource } from './functions.ts';
import { type LocalHexiao, startHexiao } from './hexiao.ts';
import { keep } from './lock.ts';
import { noteStop, notifyOfRecent, takeStop } from './recover.ts';
import { type LocalSettings, readSettings } from './settings.ts';

/** `npm start`: the whole of Hexiao on this machine. */

const log = logLines((line) => process.stderr.write(`${line}\n`));

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  await keep(settings.data);
  const hexiao = await startHexiao({
    port: settings.port,
    databaseDirectory: join(settings.data, 'dynamodb'),
    bodyKeysFile: settings.bodyKeysFile,
    proofKeysFile: settings.proofKeysFile,
    operatorTokenHash: settings.operatorTokenHash,
    loadFunction: loadFromSource,
    log,
  });
  await resendWaitingHints(hexiao);
  await resendBehind(hexiao);
  if (!takeStop(settings.data)) await bookWhatWasLeft(hexiao);
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const demo = settings.demo ? await startDemo(hexiao, settings, say) : undefined;
  say(greeting(hexiao.url, settings, demo).trimEnd());
  stopOnSignals(hexiao, demo, settings);
}

/** The embedded queue forgets; the hints' items do not. */
async function resendWaitingHints({ emulators }: LocalHexiao): Promise<void> {
  const table = new Table(emulators.database, TABLE_NAME);
  const intake = new Queue<never>(emulators.sqs, emulators.queues.intake.url);
  await resendHints({ table, intake: intake as never, now: Date.now, log });
}

/** Nor do the notes of totals that are behind. */
async function resendBehind({ emulators }: LocalHexiao): Promise<void> {
  const table = new Table(emulators.database, TABLE_NAME);
  const { url } = emulators.queues.attribution;
  const attribution = new Queue<AttributionMessage>(emulators.sqs, url);
  await sweepBehind({ table, attribution, now: Date.now, log }, true);
}

/** The last run was killed, or stopped with messages undone: what it had read may not be booked. */
async function bookWhatWasLeft({ emulators }: LocalHexiao): Promise<void> {
  const { url } = emulators.queues.attribution;
  const attribution = new Queue<AttributionMessage>(emulators.sqs, url);
  const lookedAtAgain = await notifyOfRecent(
    new Table(emulators.database, TABLE_NAME),
    attribution,
  );
  if (lookedAtAgain > 0) log('warn', 'last-run-not-stopped', { lookedAtAgain });
}

function stopOnSignals(hexiao: LocalHexiao, demo: Demo | undefined, { data }: LocalSettings): void {
  let stopping = false;
  const stop = async (signal: string) => {
    // A second Ctrl-C means: now.
    if (stopping) process.exit(130);
    stopping = true;
    process.stdout.write(`\n${signal}: finishing what is on its way …\n`);
    // What is on its way still asks the demo's platform, so that one stops last.
    await demo?.pause();
    const left = await hexiao.stop();
    await demo?.stop();
    if (left === 0) noteStop(data);
    process.stdout.write(left === 0 ? 'Stopped.\n' : `Stopped with ${left} messages undone.\n`);
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      stop(signal).catch((error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
        process.exit(1);
      });
    });
  }
}

function greeting(url: string, settings: LocalSettings, demo: Demo | undefined): string {
  const lines = [`Hexiao 核销 is ready at ${url}`, `  data      ${settings.data}`];
  if (settings.newOperatorToken !== null) {
    lines.push(`  operator  ${settings.newOperatorToken}   (made just now; shown this once)`);
  }
  if (demo !== undefined) lines.push('', ...demo.greeting);
  return `${lines.join('\n')}\n`;
}

main().catch((error: unknown) => {
  process.stderr.write(
    `Hexiao did not start: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exit(1);
});
