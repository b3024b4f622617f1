import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunctions } from '../../infra/bundle.ts';
import { leastMemory } from '../../infra/memory.ts';
import { FUNCTIONS, type FunctionSpec } from '../../infra/topology.ts';
import { Lambda } from '../infra/runtime/lambda.ts';
import type { Load, Prepare, Work } from './memory/load.ts';

/**
 * What each function needs of memory and processor: `npm run bench -- memory [runs=2] [only=ingest,api]`.
 * The built bundles run in processes of their own, with the heaviest work there is for them: each kind of
 * work has `runs` fresh processes. Memory is the most that any of them ever had resident. Processor time is,
 * of each kind, that of the heaviest invocation of a process, compiling included, in the process where it
 * was least (the rest is what the machine did besides), and of the kinds the heaviest that does not go on for as long
 * as it is given. Node is given the
 * whole machine, so it collects later than where there is less: it asks for no less than it would there.
 */
export async function run({
  runs = '2',
  only,
}: Readonly<Record<string, string>> = {}): Promise<object> {
  const scratch = mkdtempSync(join(tmpdir(), 'hexiao-bench-'));
  try {
    const functions: Record<string, object> = {};
    const bundles = bundleFunctions({ outDirectory: scratch });
    for (const spec of FUNCTIONS) {
      const bundle = bundles.find(({ folder }) => folder === spec.folder);
      if (bundle === undefined || only?.split(',').includes(spec.folder) === false) continue;
      functions[spec.folder] = await measureFunction(spec, bundle.directory, Number(runs));
    }
    return { node: process.version, runs: Number(runs), functions };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function measureFunction(spec: FunctionSpec, directory: string, runs: number) {
  const { prepare } = (await import(`./memory/${spec.folder}.ts`)) as { prepare: Prepare };
  const load = await prepare();
  try {
    const works: (Used & { readonly work: string })[] = [];
    for (const work of load.works) {
      const all: Used[] = [];
      for (let run = 0; run < runs; run += 1) all.push(await inOneProcess(work, load, directory));
      const peakMb = Math.max(...all.map((one) => one.peakMb));
      const cpuMs = Math.min(...all.map((one) => one.cpuMs));
      works.push({ work: work.name, peakMb, cpuMs });
    }
    const timed = new Set(load.works.flatMap(({ name, isTimed }) => (isTimed ? name : [])));
    const bounded = works.filter(({ work }) => !timed.has(work));
    const heaviestCpuMs = Math.max(...bounded.map(({ cpuMs }) => cpuMs));
    const measured = { peakMb: Math.max(...works.map(({ peakMb }) => peakMb)), heaviestCpuMs };
    const { timeoutSeconds, consumes } = spec;
    return {
      ...measured,
      heaviestWork: works.find(({ cpuMs }) => cpuMs === heaviestCpuMs)?.work,
      ...(consumes === undefined ? {} : { batchSize: consumes.batchSize }),
      timeoutSeconds,
      ...leastMemory(measured, spec),
      works,
    };
  } finally {
    await load.stop();
  }
}

interface Used {
  readonly peakMb: number;
  /** Of the heaviest invocation. */
  readonly cpuMs: number;
}

/** Generous, because other work on the machine must not fail this: wall time is not measured. */
const PATIENCE_MS = 300_000;

async function inOneProcess(work: Work, { environment }: Load, directory: string): Promise<Used> {
  const handler = 'index.handler';
  const lambda = await Lambda.start({ directory, handler, environment, timeoutMs: PATIENCE_MS });
  try {
    const micros: number[] = [];
    let before = 0;
    for (let time = 0; time < work.times; time += 1) {
      const answered = await lambda.invoke(await work.event());
      if (answered.error !== undefined) {
        const { errorMessage } = answered.error;
        throw new Error(`${work.name}: ${errorMessage} ${lambda.log.slice(-2_000)}`);
      }
      await work.check(answered.result);
      micros.push(answered.cpuMicros - Math.max(before, answered.initCpuMicros));
      before = answered.cpuMicros;
    }
    return {
      peakMb: round(lambda.peakBytes / 1024 / 1024),
      cpuMs: round(Math.max(...micros) / 1000),
    };
  } finally {
    await lambda.stop();
  }
}

const round = (value: number) => Math.round(value * 100) / 100;
