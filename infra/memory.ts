import type { FunctionSpec } from './topology.ts';

/** How much memory a function gets, from what `npm run bench -- memory` measured of it. */

/**
 * A whole processor comes with this much memory; below it, processor is given in proportion.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
export const MB_PER_PROCESSOR = 1_769;

/** Peaks are of a load that we thought of, and what AWS's own runtime takes beside ours is in none. */
const PEAK_FACTOR = 1.5;

/** Below it a start takes longer than memory saves: the share of a processor is under a seventh. */
const LEAST_MB = 256;

const STEP_MB = 64;

/**
 * The part of its timeout that a function's heaviest invocation may compute for: the rest is for waiting
 * (table, queue, platform), for a machine slower than the bench's, and for retries of the SDK.
 */
const CPU_PART = 1 / 5;
/** `ingest` answers platforms, and its timeout is all that they wait. */
const INGEST_CPU_PART = 1 / 10;

export interface MeasuredFunction {
  /** The most resident memory, in MB. */
  readonly peakMb: number;
  /** Processor time of the heaviest invocation. */
  readonly heaviestCpuMs: number;
}

export interface LeastMemory {
  readonly memoryMb: number;
  /** Which of the rules asks for the most. */
  readonly decides: 'peak' | 'processor' | 'floor';
}

/**
 * The least memory that a function may have, a multiple of 64 MB.
 * @throws when no memory suffices, because more than one processor does not make one thread faster
 */
export function leastMemory(
  { peakMb, heaviestCpuMs }: MeasuredFunction,
  { folder, timeoutSeconds }: Pick<FunctionSpec, 'folder' | 'timeoutSeconds'>,
): LeastMemory {
  const part = folder === 'ingest' ? INGEST_CPU_PART : CPU_PART;
  const processors = heaviestCpuMs / 1000 / (timeoutSeconds * part);
  if (processors > 1) {
    throw new Error(
      `${folder} computes for ${heaviestCpuMs} ms, more than ${part} of its ${timeoutSeconds} s: ` +
        'memory cannot help. Bound the work of one invocation, or raise the timeout.',
    );
  }
  const peak = stepsOf(peakMb * PEAK_FACTOR);
  const processor = stepsOf(processors * MB_PER_PROCESSOR);
  const memoryMb = Math.max(LEAST_MB, peak, processor);
  if (memoryMb === LEAST_MB) return { memoryMb, decides: 'floor' };
  return { memoryMb, decides: memoryMb === peak ? 'peak' : 'processor' };
}

/** How long the heaviest invocation computes with this memory's share of a processor. */
export function cpuSecondsOf({ heaviestCpuMs }: MeasuredFunction, memoryMb: number): number {
  return heaviestCpuMs / 1000 / Math.min(1, memoryMb / MB_PER_PROCESSOR);
}

function stepsOf(mb: number): number {
  return Math.ceil(mb / STEP_MB) * STEP_MB;
}
