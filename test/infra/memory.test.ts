import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { cpuSecondsOf, leastMemory } from '../../infra/memory.ts';
import { FUNCTIONS, type FunctionSpec } from '../../infra/topology.ts';

const AGAIN =
  'Measure again: npm run -s bench -- memory > docs/measured/memory.json, and set memoryMb in ' +
  'infra/topology.ts to what it says';

/** Of `npm run bench -- memory`, with the load left out. */
const measuredSchema = z.object({
  bench: z.literal('memory'),
  /** Only there when not all of the load was run. */
  part: z.undefined().optional(),
  functions: z.record(
    z.string(),
    z.object({
      peakMb: z.number().positive(),
      heaviestCpuMs: z.number().positive(),
      batchSize: z.int().optional(),
      timeoutSeconds: z.int(),
    }),
  ),
});

const file = join(import.meta.dirname, '../../docs/measured/memory.json');
const { functions } = measuredSchema.parse(JSON.parse(readFileSync(file, 'utf8')));

describe('a function’s memory', () => {
  test.each(FUNCTIONS)('$folder has what the rule makes of its measurement', (spec) => {
    const measured = functions[spec.folder];

    expect(measured, `${spec.folder} was never measured. ${AGAIN}`).toBeDefined();
    if (measured === undefined) return;
    expect(spec.memoryMb, AGAIN).toBe(leastMemory(measured, spec).memoryMb);
  });

  // A larger batch is another load, and a shorter time another share of it.
  test.each(FUNCTIONS)('$folder was measured as it is deployed', (spec) => {
    const { batchSize, timeoutSeconds } = functions[spec.folder] ?? {};

    expect({ batchSize, timeoutSeconds }, AGAIN).toEqual({
      batchSize: spec.consumes?.batchSize,
      timeoutSeconds: spec.timeoutSeconds,
    });
  });
});

test('a run that reads records for as long as it may ends before Lambda ends it, and before the next one', () => {
  const { timeoutSeconds = 0, environment, schedule } = FUNCTIONS.find(isReconcile) ?? {};
  const records = Number(environment?.RECORDS_SECONDS);

  // What goes before the records, and the last call to a platform.
  expect(timeoutSeconds - records).toBeGreaterThanOrEqual(60);
  expect(timeoutSeconds).toBeLessThan((schedule?.everyMinutes ?? 0) * 60);
});

const isReconcile = ({ folder }: FunctionSpec) => folder === 'reconcile';

describe('the rule', () => {
  const worker: Pick<FunctionSpec, 'folder' | 'timeoutSeconds'> = {
    folder: 'attribute',
    timeoutSeconds: 30,
  };
  const receiver = { folder: 'ingest', timeoutSeconds: 5 } as const;

  test('gives half as much again as the peak, in steps of 64 MB', () => {
    expect(leastMemory({ peakMb: 256, heaviestCpuMs: 1 }, worker)).toEqual({
      memoryMb: 384,
      decides: 'peak',
    });
    expect(leastMemory({ peakMb: 256.1, heaviestCpuMs: 1 }, worker).memoryMb).toBe(448);
  });

  test('lets the heaviest invocation compute for a fifth of the timeout, and ingest’s for a tenth', () => {
    const slow = { peakMb: 100, heaviestCpuMs: 3_000 };
    const { memoryMb, decides } = leastMemory(slow, worker);

    expect(decides).toBe('processor');
    expect(cpuSecondsOf(slow, memoryMb)).toBeLessThanOrEqual(30 / 5);
    expect(cpuSecondsOf(slow, memoryMb - 64)).toBeGreaterThan(30 / 5);

    const webhook = { peakMb: 100, heaviestCpuMs: 250 };
    const ingest = leastMemory(webhook, receiver).memoryMb;
    expect(cpuSecondsOf(webhook, ingest)).toBeLessThanOrEqual(5 / 10);
    expect(cpuSecondsOf(webhook, ingest - 64)).toBeGreaterThan(5 / 10);
  });

  test('goes no lower than 256 MB', () => {
    expect(leastMemory({ peakMb: 60, heaviestCpuMs: 1 }, worker)).toEqual({
      memoryMb: 256,
      decides: 'floor',
    });
  });

  test('refuses work that no memory makes fast enough', () => {
    expect(() => leastMemory({ peakMb: 100, heaviestCpuMs: 6_001 }, worker)).toThrow(
      'attribute computes for 6001 ms',
    );
  });

  test('never counts on more than one processor', () => {
    expect(cpuSecondsOf({ peakMb: 1, heaviestCpuMs: 1_000 }, 4_096)).toBe(1);
  });
});
