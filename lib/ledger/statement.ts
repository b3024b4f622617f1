import * as z from 'zod';
import { proportion, WHOLE_BP } from '../money/fen.ts';
import { addDays, businessDayOf, DAY_MS, instantToMs } from '../time/shanghai.ts';
import { type Entry, entrySchema, UNKNOWN_STORE } from './entry.ts';
import { emptyFold, type Fold, foldEntries, MEASURES } from './fold.ts';

/** A calendar month of Asia/Shanghai, YYYY-MM. */
export const monthSchema = z.string().regex(/^20\d{2}-(0[1-9]|1[0-2])$/, 'a month is YYYY-MM');

export function lastDayOf(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  const next = number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
  return addDays(`${next}-01`, -1);
}

/** What a statement keeps of an entry. */
export const lineSchema = entrySchema.pick({
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
  restatementId: true,
  channel: true,
  productId: true,
});
export type Line = z.infer<typeof lineSchema>;

export const foldSchema = z.object(
  Object.fromEntries(MEASURES.map((measure) => [measure, z.int()])) as Record<
    (typeof MEASURES)[number],
    z.ZodInt
  >,
);

/** Lines of the month itself, and apart from them those of days before it that were late or corrected. */
export const sumsSchema = z.object({ month: foldSchema, adjustments: foldSchema });
export type Sums = z.infer<typeof sumsSchema>;

export const NO_SUMS: Sums = { month: emptyFold(), adjustments: emptyFold() };

export function isAdjustment({ businessDay }: Pick<Line, 'businessDay'>, month: string): boolean {
  return businessDay < `${month}-01`;
}

export function sumLines(lines: readonly Line[], month: string): Sums {
  const [adjustments, own] = [true, false].map((wanted) =>
    foldEntries(lines.filter((line) => isAdjustment(line, month) === wanted)),
  );
  return { month: own ?? emptyFold(), adjustments: adjustments ?? emptyFold() };
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

/** What a contract's lines in one statement come to. */
export interface ContractSum {
  readonly platform: Entry['platform'];
  readonly merchantId: string;
  readonly redeemedFen: number;
  readonly commissionFen: number;
}

export interface Tier {
  readonly fromFen: number;
  readonly rateBp: number;
}

/**
 * What a statement's redeemed GMV earns by tiers: each part of it at the rate of the tier it falls into,
 * and below the first tier at the contract's own. Each part is rounded half up on its absolute value.
 */
export function tieredCommissionFen(
  redeemedFen: number,
  rateBp: number,
  tiers: readonly Tier[],
): number {
  const steps = [{ fromFen: 0, rateBp }, ...[...tiers].sort((a, b) => a.fromFen - b.fromFen)];
  return steps.reduce((sum, step, index) => {
    const until = steps[index + 1]?.fromFen ?? Number.MAX_SAFE_INTEGER;
    // GMV below nothing, after refunds of months before, falls into the first part.
    const over = index === 0 ? redeemedFen : Math.max(0, redeemedFen - step.fromFen);
    return sum + proportion(Math.min(over, until - step.fromFen), step.rateBp, WHOLE_BP);
  }, 0);
}

/** The one entry that settles a contract's tiers for a statement; undefined when nothing is due. */
export function tierEntry(
  statement: { readonly providerId: string; readonly month: string },
  contract: {
    readonly contractId: string;
    readonly version: number;
    readonly rateBp: number;
    readonly tiers: readonly Tier[];
  },
  sum: ContractSum,
): Entry | undefined {
  const { redeemedFen, platform, merchantId } = sum;
  const wanted = tieredCommissionFen(redeemedFen, contract.rateBp, contract.tiers);
  const commissionFen = wanted - sum.commissionFen;
  if (commissionFen === 0) return undefined;
  const occurredAt = `${lastDayOf(statement.month)}T23:59:59.999+08:00`;
  const id = `tier:${statement.month}`;
  return {
    entryId: `${id}~${contract.contractId}`,
    ...{ providerId: statement.providerId, platform, merchantId, storeId: UNKNOWN_STORE },
    ...{ orderId: id, voucherId: null, redemptionId: null, eventId: id, kind: 'tier' },
    ...{ occurredAt, businessDay: businessDayOf(occurredAt), count: 0, amountFen: 0, paidFen: 0 },
    commissionFen,
    ...{ contractId: contract.contractId, contractVersion: contract.version },
    ...{ mirrors: null, undoes: null, restatementId: null, loop: 'closed', channel: 'unknown' },
    ...{ productId: null, creatorId: null, cpsKind: null, buyer: null, complete: true },
    explanation: {
      ...{ rule: 'tier', basis: 'paid', basisFen: redeemedFen, shareBp: WHOLE_BP },
      ...{ rateBp: contract.rateBp, candidates: 1, policy: 0 },
    },
  };
}

export function lineOf(entry: Entry): Line {
  return lineSchema.parse(entry);
}

/** Of all lines. */
export function wholeOf({ month, adjustments }: Sums): Fold {
  const fold = emptyFold();
  for (const measure of MEASURES) fold[measure] = month[measure] + adjustments[measure];
  return fold;
}
