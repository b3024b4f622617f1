/** What a webhook takes of each thing that is paid for, and what a stage takes to which nothing comes. */
import { FUNCTIONS, type FunctionName } from '../../topology.ts';
import { gigabyteSeconds, type Usage } from './estimate.ts';
import type { Measured, Piece } from './measured.ts';

/** What one webhook takes, and what comes of it. */
export function usageOf({ bundles, memory }: Measured, piece: Piece): Usage {
  const { invocations, workerMs } = piece;
  const worked = (['normalize', 'attribute'] as const).reduce((sum, name) => {
    const { memoryMb } = functionOf(name);
    const { work, messages } = ORDINARY[name];
    const cpuMs = memory.functions[name].works.find((one) => one.work === work)?.warmCpuMs;
    if (cpuMs === undefined) throw new Error(`docs/measured/memory.json has no work "${work}"`);
    const waits = (workerMs[name] / 1_000) * (memoryMb / 1_024);
    return sum + waits + gigabyteSeconds((cpuMs / messages) * 1_000, memoryMb);
  }, 0);
  return {
    tableWriteMillion: piece.writes.units,
    tableReadMillion: piece.reads.units,
    httpApiMillion: 1,
    queueMillion: piece.requests.units,
    functionCallMillion: invocations.ingest + invocations.normalize + invocations.attribute,
    functionGigabyteSecond: worked + received(bundles.warm.micros.ingest),
    logsGigabyte: piece.logBytes / 1024 ** 3,
  };
}

/** A webhook's processor in `ingest`, and its wait for the queue. */
function received(micros: number): number {
  const { memoryMb } = functionOf('ingest');
  return gigabyteSeconds(micros, memoryMb) + QUEUE_SECONDS * (memoryMb / 1_024);
}
const QUEUE_SECONDS = 0.01;

/** Of the works that `npm run bench -- memory` measures: those of ordinary messages, and how many they are. */
const ORDINARY = {
  normalize: { work: '50 redemptions, asked about', messages: 50 },
  attribute: { work: '100 vouchers changed', messages: 100 },
} as const;

/** Connections of the two event sources that wait side by side, whose every 20 s in vain are a request; in a month. */
const MONTH_SECONDS = 30 * 86_400;
const IDLE_RECEIVES = (2 * 5 * MONTH_SECONDS) / 20;

/** What a stage makes in a month to which nothing comes. */
export const IDLE: Usage = {
  queueMillion: IDLE_RECEIVES,
  functionCallMillion: MONTH_SECONDS / 300,
};

function functionOf(name: FunctionName) {
  const found = FUNCTIONS.find(({ folder }) => folder === name);
  if (found === undefined) throw new Error(`the topology has no ${name}`);
  return found;
}
