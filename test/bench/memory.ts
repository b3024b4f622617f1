import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunctions } from '../../infra/bundle.ts';
import { cpuSecondsOf, leastMemory, type MeasuredFunction } from '../../infra/memory.ts';
import { FUNCTIONS, type FunctionSpec } from '../../infra/topology.ts';
import { Lambda } from '../infra/runtime/lambda.ts';
import type { Load, Prepare, Work } from './memory/load.ts';

/**
 * What each function needs of memory and processor: `npm run bench -- memory [runs=2] [only=ingest,api]
 * [part=1]`. The built bundles run in processes of their own, with the heaviest work there is for them.
 * Each kind of work has `runs` fresh processes, and one more process does all of them one after the
 * other. Memory is the most that any of them ever had resident. Processor time is, of each kind, that of
 * the heaviest invocation of a process, compiling included, in the process where it was least (the rest is
 * what the machine did besides), and of the kinds the heaviest. Node is given the whole machine, so it
 * collects later than where there is less: it asks for no less than it would there.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const runs = Number(options.runs ?? 2);
  const part = Number(options.part ?? 1);
  const only = options.only?.split(',');
  const scratch = mkdtempSync(join(tmpdir(), 'hexiao-bench-'));
  try {
    const bundles = bundleFunctions({ outDirectory: scratch });
    const functions: Record<string, object> = {};
    for (const spec of FUNCTIONS) {
      if (only !== undefined && !only.includes(spec.folder)) continue;
      const directory = bundles.find(({ folder }) => folder === spec.folder)?.directory ?? '';
      functions[spec.folder] = await measureFunction(spec, directory, runs, part);
    }
    return { node: process.version, runs, ...(part === 1 ? {} : { part }), functions };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function measureFunction(spec: FunctionSpec, directory: string, runs: number, part: number) {
  const { prepare } = (await import(`./memory/${spec.folder}.ts`)) as { prepare: Prepare };
  const load = await prepare(part);
  try {
    const works: Measured[] = [];
    for (const work of load.works) {
      works.push(await measureWork(work, load, directory, work.onlyMemory === 'beyond' ? 1 : runs));
    }
    // One environment that lives through everything.
    const worn = await inOneProcess(load.works, load, directory);
    const peakMb = round(Math.max(worn.peakMb, ...works.map((one) => one.peakMb)));
    const counted = works.filter(({ onlyMemory }) => onlyMemory === undefined);
    const heaviest = counted.toSorted((a, b) => b.cpuMs - a.cpuMs)[0] as Measured;
    const measured = { peakMb, heaviestCpuMs: heaviest.cpuMs };
    const { timeoutSeconds, consumes } = spec;
    return {
      ...measured,
      heaviestWork: heaviest.work,
      initCpuMs: Math.min(...works.map(({ initCpuMs }) => initCpuMs)),
      ...(consumes === undefined ? {} : { batchSize: consumes.batchSize }),
      timeoutSeconds,
      ...chosen(measured, spec),
      works,
    };
  } finally {
    await load.stop();
  }
}

/** What the rule makes of it; where it cannot be kept the figures are wanted all the same. */
function chosen(measured: MeasuredFunction, spec: FunctionSpec) {
  try {
    const { memoryMb, decides } = leastMemory(measured, spec);
    const headroom = round(memoryMb / measured.peakMb);
    return { memoryMb, decides, headroom, cpuSeconds: round(cpuSecondsOf(measured, memoryMb)) };
  } catch (error) {
    return { memoryMb: null, why: (error as Error).message };
  }
}

interface Measured {
  readonly work: string;
  readonly onlyMemory?: Work['onlyMemory'];
  readonly peakMb: number;
  readonly cpuMs: number;
  /** Of the lightest invocation: what the work costs once all is compiled. */
  readonly warmCpuMs: number;
  readonly initCpuMs: number;
}

async function measureWork(
  work: Work,
  load: Load,
  directory: string,
  runs: number,
): Promise<Measured> {
  const all: Used[] = [];
  for (let run = 0; run < runs; run += 1) all.push(await inOneProcess([work], load, directory));
  return {
    work: work.name,
    ...(work.onlyMemory === undefined ? {} : { onlyMemory: work.onlyMemory }),
    peakMb: round(Math.max(...all.map(({ peakMb }) => peakMb))),
    cpuMs: least(all.map(({ cpuMs }) => cpuMs)),
    warmCpuMs: least(all.map(({ warmCpuMs }) => warmCpuMs)),
    initCpuMs: least(all.map(({ initCpuMs }) => initCpuMs)),
  };
}

interface Used {
  readonly peakMb: number;
  /** Of the heaviest invocation. */
  readonly cpuMs: number;
  readonly warmCpuMs: number;
  readonly initCpuMs: number;
}

/** Generous, because other work on the machine must not fail this: wall time is not measured. */
const PATIENCE_MS = 300_000;

async function inOneProcess(
  works: readonly Work[],
  { environment }: Load,
  directory: string,
): Promise<Used> {
  const handler = 'index.handler';
  const lambda = await Lambda.start({ directory, handler, environment, timeoutMs: PATIENCE_MS });
  try {
    const micros: number[] = [];
    let initCpuMicros = 0;
    let before = 0;
    for (const work of works) {
      for (let time = 0; time < work.times; time += 1) {
        const answered = await lambda.invoke(await work.event());
        if (answered.error !== undefined) {
          throw new Error(
            `${work.name}: ${answered.error.errorMessage} ${lambda.log.slice(-2_000)}`,
          );
        }
        await work.check(answered.result);
        initCpuMicros = answered.initCpuMicros;
        micros.push(answered.cpuMicros - Math.max(before, initCpuMicros));
        before = answered.cpuMicros;
      }
    }
    return {
      peakMb: lambda.peakBytes / 1024 / 1024,
      cpuMs: Math.max(...micros) / 1000,
      warmCpuMs: Math.min(...micros) / 1000,
      initCpuMs: initCpuMicros / 1000,
    };
  } finally {
    await lambda.stop();
  }
}

const least = (values: readonly number[]) => round(Math.min(...values));

const round = (value: number) => Math.round(value * 100) / 100;
