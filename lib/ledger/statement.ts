import * as z from 'zod';
import { addDays, DAY_MS, instantToMs } from '../time/shanghai.ts';
import { type Entry, entrySchema } from './entry.ts';
import {
  addRollups,
  emptyRollup,
  MEASURES,
  type RolledUpEntry,
  type Rollup,
  rollUpEntries,
} from './rollup.ts';

/** A calendar month of Asia/Shanghai, YYYY-MM. */
export const monthSchema = z.string().regex(/^20\d{2}-(0[1-9]|1[0-2])$/, 'a month is YYYY-MM');

export function lastDayOf(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  const next = number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
  return addDays(`${next}-01`, -1);
}

/**
 * What a line's proof says of where it comes from, all of it hashes: the fact, the delivery that reported it, and the
 * entry that this one takes back or corrects. Taken down once, when the month is closed: events may learn more later.
 */
const evidenceSchema = z.object({
  event: z.string().nullable(),
  delivery: z.string().nullable(),
  takesBack: z.string().nullable(),
});
export type Evidence = z.infer<typeof evidenceSchema>;

/** What a statement keeps of an entry. */
export const lineSchema = entrySchema
  .pick({
    entryId: true,
    kind: true,
    occurredAt: true,
    businessDay: true,
    platform: true,
    merchantId: true,
    storeId: true,
    orderId: true,
    voucherId: true,
    redemptionId: true,
    count: true,
    amountFen: true,
    commissionFen: true,
    contractId: true,
    contractVersion: true,
    reversesAt: true,
    restatementId: true,
    channel: true,
    productId: true,
  })
  .extend({
    /** Of its explanation: basis × share is the amount of an original, × rate its commission. In fen and 1/10000. */
    basisFen: z.int().nullable().default(null),
    shareBp: z.int().nullable().default(null),
    rateBp: z.int().nullable().default(null),
    /** Takes another line back, or corrects one, by that one's share and rate. */
    isReversing: z.boolean().default(false),
    /** Null for what tiers settled. */
    evidence: evidenceSchema.nullable().default(null),
    /** What a bill or an order told that the platform took or gave: null is unknown, and never 0. In fen. */
    charges: z
      .object({
        feeFen: z.int().nullable(),
        creatorFen: z.int().nullable(),
        providerFen: z.int().nullable(),
      })
      .nullable()
      .default(null),
  });
export type StatementLine = z.infer<typeof lineSchema>;

export const rollupSchema = z.object(
  Object.fromEntries(MEASURES.map((measure) => [measure, z.int()])) as Record<
    (typeof MEASURES)[number],
    z.ZodInt
  >,
);

/** Lines of the month itself, and apart from them those of days before it that were late or corrected. */
export const sumsSchema = z.object({ month: rollupSchema, adjustments: rollupSchema });
export type Sums = z.infer<typeof sumsSchema>;

export const NO_SUMS: Sums = { month: emptyRollup(), adjustments: emptyRollup() };

export function isAdjustment(
  { businessDay }: Pick<StatementLine, 'businessDay'>,
  month: string,
): boolean {
  return businessDay < `${month}-01`;
}

/** Whether a line's amount is paid GMV: of the others it is redeemed GMV, and none of a tier's. */
export function isPaid({ kind }: Pick<StatementLine, 'kind'>): boolean {
  return kind === 'payment' || kind === 'unused_refund';
}

/**
 * Lines that one file of a statement holds: about 3 MB of CSV, where a function may answer with 6 MB.
 * The last file has what tiers settled beside them.
 */
export const FILE_LINES = 5_000;

/** Of more lines those that end a file, by their sort keys. @param before lines that came before them */
export function fileEnds(before: number, sortKeys: readonly string[]): string[] {
  return sortKeys.filter((_, index) => (before + index + 1) % FILE_LINES === 0);
}

/** What of a line is added up. */
type Summed = RolledUpEntry & Pick<StatementLine, 'businessDay'>;

export function sumLines(lines: readonly Summed[], month: string): Sums {
  const [adjustments, own] = [true, false].map((wanted) =>
    rollUpEntries(lines.filter((line) => isAdjustment(line, month) === wanted)),
  );
  return { month: own ?? emptyRollup(), adjustments: adjustments ?? emptyRollup() };
}

export function addSums(a: Sums, b: Sums): Sums {
  return {
    month: addRollups([a.month, b.month]),
    adjustments: addRollups([a.adjustments, b.adjustments]),
  };
}

/** How long entries may still be taken back, by platform, and the operator's days on top of it. */
export interface Holding {
  readonly reversalWindowsMs: Readonly<Record<string, number>>;
  readonly holdingDays: number;
}

/** Whether an entry is past its platform's reversal window and the holding period at an instant. */
export function isFinal(
  { platform, occurredAt }: Pick<Entry, 'platform' | 'occurredAt'>,
  { reversalWindowsMs, holdingDays }: Holding,
  asOf: string,
): boolean {
  const heldMs = (reversalWindowsMs[platform] ?? 0) + holdingDays * DAY_MS;
  return instantToMs(occurredAt) + heldMs <= instantToMs(asOf);
}

/** What is paid, and what is carried on when more was taken back than earned. In fen. */
export interface Balance {
  /** Carried over from the statement before: never over 0. */
  readonly openingFen: number;
  readonly commissionFen: number;
  readonly payableFen: number;
  /** Carried on to the next: never over 0. */
  readonly carriedFen: number;
}

export function balanceOf({ month, adjustments }: Sums, openingFen: number): Balance {
  const commissionFen = month.commissionFen + adjustments.commissionFen;
  const balance = openingFen + commissionFen;
  const payableFen = Math.max(0, balance);
  return { openingFen, commissionFen, payableFen, carriedFen: balance - payableFen };
}

export function lineOf(entry: Entry): StatementLine {
  const { basisFen, shareBp, rateBp } = entry.explanation;
  const isReversing = entry.reverses !== null || entry.corrects !== null;
  return lineSchema.parse({ ...entry, basisFen, shareBp, rateBp, isReversing });
}

/** Of all lines. */
export function wholeOf({ month, adjustments }: Sums): Rollup {
  const rollup = emptyRollup();
  for (const measure of MEASURES) rollup[measure] = month[measure] + adjustments[measure];
  return rollup;
}
