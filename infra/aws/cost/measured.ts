/** What docs/cost.md multiplies: what the benches measured, and how many alarms and metrics the stack has. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { RECEIVERS } from '../../../lib/integrations/receivers.ts';
import { type CountedLine, METRICS } from '../../../lib/log/metrics.ts';

export const DOCS = join(import.meta.dirname, '..', '..', '..', 'docs');

/** Of `npm run bench -- bundles`. */
const bundlesSchema = z.object({
  warm: z.object({ micros: z.object({ ingest: z.number().positive() }) }),
});

const pieceSchema = z.object({
  writes: z.object({ units: z.number().positive() }),
  reads: z.object({ units: z.number().positive() }),
  requests: z.object({ units: z.number().positive() }),
  invocations: z.object({ ingest: z.number(), normalize: z.number(), attribute: z.number() }),
  workerMs: z.object({ normalize: z.number(), attribute: z.number() }),
  logBytes: z.number().positive(),
});
export type Piece = z.infer<typeof pieceSchema>;

const daySchema = z.object({
  perSecond: z.number(),
  redemption: pieceSchema,
  sale: pieceSchema,
  storedBytes: z.object({ archive: z.number().positive(), kept: z.number().positive() }),
});

/** Of `npm run bench -- voucher at=both`. */
const voucherSchema = z.object({ calm: daySchema, busy: daySchema });

const workSchema = z.object({ work: z.string(), warmCpuMs: z.number() });

/** Of `npm run bench -- memory`. */
const memorySchema = z.object({
  functions: z.object({
    normalize: z.object({ works: z.array(workSchema) }),
    attribute: z.object({ works: z.array(workSchema) }),
  }),
});

export interface Measured {
  readonly voucher: z.infer<typeof voucherSchema>;
  readonly memory: z.infer<typeof memorySchema>;
  readonly bundles: z.infer<typeof bundlesSchema>;
  /** As many as docs/operating.md has sections for, which a test holds to the template. */
  readonly alarms: number;
  readonly metrics: number;
}

/** @throws when a bench was not run, saying which */
export function readMeasured(): Measured {
  const operating = readFileSync(join(DOCS, 'operating.md'), 'utf8');
  const titles = [...operating.matchAll(/^### (.*)$/gm)].map(([, title = '']) => title);
  return {
    voucher: voucherSchema.parse(readBench('voucher')),
    memory: memorySchema.parse(readBench('memory')),
    bundles: bundlesSchema.parse(readBench('bundles')),
    alarms: titles.flatMap((title) => [...title.matchAll(/`[^`]+`/g)]).length,
    metrics: countMetrics(),
  };
}

/** `RequestThrottled`: infra/aws/constructs/front.ts. */
const COUNTED_FROM_ACCESS_LOG = 1;

/** One for each metric, and one more for each integration of those that are counted by it. */
function countMetrics(): number {
  const lines: readonly CountedLine[] = Object.values(METRICS);
  return lines.reduce(
    (sum, { by, metrics }) => sum + metrics.length * (by === undefined ? 1 : 1 + RECEIVERS.length),
    COUNTED_FROM_ACCESS_LOG,
  );
}

function readBench(name: string): unknown {
  const file = join(DOCS, 'measured', `${name}.json`);
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`Run: npm run docs:benchmarks -- record ${name}`, { cause });
  }
}
