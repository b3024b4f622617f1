import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle, bundleFunctions } from '../../infra/bundle.ts';
import { type Emulators, startEmulators, TABLE_NAME } from '../../infra/local/emulators.ts';
import { signWebhook } from '../../lib/integrations/douyin-life/sandbox/index.ts';
import { putApp } from '../../lib/store/accounts/apps.ts';
import { Table } from '../../lib/store/table.ts';
import { httpEvent } from '../infra/runtime/events.ts';
import { Lambda } from '../infra/runtime/lambda.ts';
import { APP_KEY, CLIENT_SECRET } from '../support/douyin.ts';
import { environmentOf } from './support/environment.ts';

/**
 * What the bundles weigh and what they cost to load, to start and to run, against a straightforward
 * build of the same receiver (`bundles/plain.ts`, bundled and minified with the SDK's modules as ours are)
 * and against empty handlers: `npm run bench -- bundles [runs=15] [webhooks=800]`. Processor time, not
 * wall time, except for the cold start. The least of the runs is what the code costs; the rest is what
 * the machine did besides, so ratios are of the least.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const runs = Number(options.runs ?? 15);
  const webhooks = Number(options.webhooks ?? 800);
  const scratch = mkdtempSync(join(tmpdir(), 'hexiao-bench-'));
  const emulators = await startEmulators();
  try {
    const bench = await prepare(scratch, emulators);
    const importCpu = measureImports(bench, runs);
    const coldStart = await measureColdStarts(bench, runs);
    const warm = await measureWarm(bench, webhooks);
    const synthSeconds = measureSynth(scratch);
    const { sizes } = bench;
    return { node: process.version, sizes, importCpu, coldStart, warm, synthSeconds };
  } finally {
    await emulators.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

const OURS = ['ingest', 'normalize', 'attribute', 'reconcile', 'api'];
const BESIDE = ['plain', 'empty', 'hono', 'send'];

interface Bench {
  readonly directoryOf: (name: string) => string;
  readonly environment: Readonly<Record<string, string>>;
  readonly sizes: Readonly<Record<string, { startBytes: number; bytes: number }>>;
}

async function prepare(scratch: string, emulators: Emulators): Promise<Bench> {
  const directoryOf = (name: string) => join(scratch, 'bundles', name);
  const sizes: Record<string, { startBytes: number; bytes: number }> = {};
  for (const { folder, startBytes, bytes } of bundleFunctions({
    outDirectory: join(scratch, 'bundles'),
  })) {
    sizes[folder] = { startBytes, bytes };
  }
  for (const name of BESIDE) {
    const entry = join(import.meta.dirname, 'bundles', `${name}.ts`);
    // The plain build keeps the SDK's whole chain of credentials: nobody thinks of it at first.
    sizes[name] = bundle(entry, directoryOf(name), name === 'plain' ? PLAIN : {});
  }
  await putApp(new Table(emulators.database, TABLE_NAME), {
    integration: 'douyin-life',
    appKey: APP_KEY,
    secrets: { clientSecret: [CLIENT_SECRET] },
    settings: { enrichment: 'pull' },
  });
  return { directoryOf, sizes, environment: environmentOf(emulators) };
}

const PLAIN = { alias: {}, external: [], splitting: false };

const IMPORT = (url: string) => `
const before = process.cpuUsage();
await import(${JSON.stringify(url)});
const { user, system } = process.cpuUsage(before);
console.log(user + system);`;

/** Milliseconds of processor for `import` of each handler, each time in a new process, in turns. */
function measureImports({ directoryOf, environment }: Bench, runs: number) {
  const names = [...OURS, 'plain', 'empty'];
  const all = new Map(names.map((name) => [name, [] as number[]]));
  for (let run = 0; run < runs; run += 1) {
    for (const name of names) {
      const url = pathToFileURL(join(directoryOf(name), 'index.mjs')).href;
      const options = { env: { ...environment }, encoding: 'utf8' } as const;
      const { stdout, stderr, status } = spawnSync(
        process.execPath,
        ['--input-type=module', '--eval', IMPORT(url)],
        options,
      );
      if (status !== 0) throw new Error(`${name} did not load: ${stderr}`);
      all.get(name)?.push(Number(stdout.trim().split('\n').at(-1)) / 1000);
    }
  }
  const ms = Object.fromEntries([...all].map(([name, values]) => [name, least(values)]));
  const medianMs = Object.fromEntries([...all].map(([name, values]) => [name, median(values)]));
  return { runs, ms, medianMs, ingestToPlain: ratio(ms.ingest, ms.plain), atMost: 0.6 };
}

/** Milliseconds of wall clock from starting the process to the first acknowledgement. */
async function measureColdStarts(bench: Bench, runs: number) {
  const ours: number[] = [];
  const plain: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    ours.push(await coldStart(bench, 'ingest'));
    plain.push(await coldStart(bench, 'plain'));
  }
  const ms = { ingest: least(ours), plain: least(plain) };
  const medianMs = { ingest: median(ours), plain: median(plain) };
  return { runs, ms, medianMs, ingestToPlain: ratio(ms.ingest, ms.plain), atMost: 0.8 };
}

async function coldStart(bench: Bench, name: string): Promise<number> {
  const startMs = performance.now();
  const lambda = await start(bench, name);
  const { result, error } = await lambda.invoke(webhook(0));
  const tookMs = performance.now() - startMs;
  await lambda.stop();
  if ((result as { statusCode?: number } | undefined)?.statusCode !== 200) {
    throw new Error(`${name} did not acknowledge: ${JSON.stringify(result ?? error)}`);
  }
  return tookMs;
}

/** Microseconds of processor for one event once a function is warm, all functions in turns. */
async function measureWarm(bench: Bench, webhooks: number) {
  const message = JSON.stringify(webhook(0));
  const events: Readonly<Record<WarmName, (n: number) => unknown>> = {
    ...{ ingest: webhook, plain: webhook, hono: webhook, empty: webhook },
    send: () => ({ message }),
  };
  const rounds = new Map<WarmName, number[]>();
  const lambdas = new Map<WarmName, Lambda>();
  for (const name of WARM) lambdas.set(name, await start(bench, name));
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [name, lambda] of lambdas) {
      const micros = await roundOf(lambda, events[name], Math.ceil(webhooks / ROUNDS));
      // The first round compiles and is not counted.
      if (round > 0) rounds.set(name, [...(rounds.get(name) ?? []), micros]);
    }
  }
  for (const lambda of lambdas.values()) await lambda.stop();
  const micros = (name: WarmName) => Math.round(least(rounds.get(name) ?? []));
  // What sending costs beyond an event that does nothing.
  const withoutQueue = micros('ingest') - (micros('send') - micros('empty'));
  const all = Object.fromEntries(WARM.map((name) => [name, micros(name)]));
  const toHono = ratio(withoutQueue, micros('hono'));
  return { webhooks, micros: all, withoutQueue, toHono, atMost: 2.5 };
}

const WARM = ['ingest', 'plain', 'hono', 'empty', 'send'] as const;
type WarmName = (typeof WARM)[number];

const ROUNDS = 16;

/** @returns what each of some events took on average */
async function roundOf(lambda: Lambda, event: (n: number) => unknown, count: number) {
  const { cpuMicros: before } = await lambda.invoke(event(0));
  let after = before;
  for (let n = 1; n <= count; n += 1) after = (await lambda.invoke(event(n))).cpuMicros;
  return (after - before) / count;
}

/** Seconds to synthesize one region, as `cdk synth` runs it: a process of its own, bundling included. */
function measureSynth(outdir: string): number {
  const app = join(import.meta.dirname, '..', '..', 'infra', 'aws', 'app.ts');
  const startMs = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [app], {
    env: { ...process.env, CDK_OUTDIR: join(outdir, 'synth') },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`synth failed: ${stderr}`);
  return Math.round((performance.now() - startMs) / 100) / 10;
}

function start({ directoryOf, environment }: Bench, name: string): Promise<Lambda> {
  const directory = directoryOf(name);
  return Lambda.start({ directory, handler: 'index.handler', environment, timeoutMs: 30_000 });
}

/** A signed webhook of the usual size, each one different. */
function webhook(n: number) {
  const body = JSON.stringify({
    event: 'life_trade_certificate_notify',
    client_key: APP_KEY,
    from_user_id: 'of-the-bench',
    content: JSON.stringify({
      action: 'verify',
      msg_time: 1_759_276_800 + n,
      note: 'x'.repeat(300),
    }),
    log_id: String(n),
  });
  return httpEvent({
    method: 'POST',
    path: `/webhooks/douyin-life/${APP_KEY}`,
    headers: {
      'content-type': 'application/json',
      'x-douyin-signature': signWebhook(CLIENT_SECRET, body),
    },
    body,
  });
}

const least = (values: readonly number[]) => round(Math.min(...values));

function median(values: readonly number[]): number {
  return round(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN);
}

const round = (value: number) => Math.round(value * 10) / 10;

function ratio(a = Number.NaN, b = Number.NaN): number {
  return Math.round((a / b) * 100) / 100;
}
