import { MAX_ID } from '../events/is-id.ts';
import { shortId } from '../events/short-id.ts';
import { proportion, WHOLE_BP } from '../money/fen.ts';
import { businessDayOf } from '../time/shanghai.ts';
import type { Entry } from './entry.ts';
import { rollUpEntries } from './rollup.ts';
import { lastDayOf, type StatementLine } from './statement.ts';

/** What one statement has of a contract for the redemptions of one month. In fen. */
export interface TierSum {
  /** Redeemed GMV, net of what took it back. */
  readonly redeemedFen: number;
  /** What the lines earned at the contract's own rate. */
  readonly commissionFen: number;
  /** What the statement settled beside it by tiers. */
  readonly settledFen: number;
}

/** By contract, then by the month of the redemptions, YYYY-MM. */
export type TierSums = Readonly<Record<string, Readonly<Record<string, TierSum>>>>;

export const NO_TIER_SUM: TierSum = { redeemedFen: 0, commissionFen: 0, settledFen: 0 };

export interface Tier {
  readonly fromFen: number;
  readonly rateBp: number;
}

/** What a contract pays by tiers, in its version that a statement settles by. */
export interface TieredContract {
  readonly contractId: string;
  readonly version: number;
  readonly platform: Entry['platform'];
  readonly merchantId: string;
  /** Below the first tier. */
  readonly rateBp: number;
  readonly tiers: readonly Tier[];
}

/** The month whose tiers a line counts to: that of the redemption, also for what takes it back later. */
export function tierMonthOf({
  reversesAt,
  businessDay,
}: Pick<StatementLine, 'reversesAt' | 'businessDay'>) {
  return (reversesAt === null ? businessDay : businessDayOf(reversesAt)).slice(0, 7);
}

/** A contract's sums with more of its lines. */
export function addToContract(
  before: TierSums[string] | undefined,
  lines: readonly StatementLine[],
): TierSums[string] {
  const sums = { ...before };
  for (const [month, own] of Map.groupBy(lines, tierMonthOf)) {
    const { redeemedFen, commissionFen } = rollUpEntries(own);
    sums[month] = addTierSums([sums[month], { redeemedFen, commissionFen, settledFen: 0 }]);
  }
  return sums;
}

export function addTierSums(sums: readonly (TierSum | undefined)[]): TierSum {
  return sums.reduce<TierSum>(
    (all, one) => ({
      redeemedFen: all.redeemedFen + (one?.redeemedFen ?? 0),
      commissionFen: all.commissionFen + (one?.commissionFen ?? 0),
      settledFen: all.settledFen + (one?.settledFen ?? 0),
    }),
    NO_TIER_SUM,
  );
}

/** One part of a month's GMV and what it earns. */
export interface TierPart extends Tier {
  readonly ofFen: number;
  readonly resultFen: number;
}

/**
 * How a month's redeemed GMV falls into tiers: each part of it earns the rate of its tier, and below the
 * first tier the contract's own. Each part is rounded half up on its absolute value.
 */
export function tierParts(redeemedFen: number, rateBp: number, tiers: readonly Tier[]): TierPart[] {
  const steps = [{ fromFen: 0, rateBp }, ...[...tiers].sort((a, b) => a.fromFen - b.fromFen)];
  return steps.map((step, index) => {
    const until = steps[index + 1]?.fromFen ?? Number.MAX_SAFE_INTEGER;
    // GMV below nothing falls into the first part.
    const over = index === 0 ? redeemedFen : Math.max(0, redeemedFen - step.fromFen);
    const ofFen = Math.min(over, until - step.fromFen);
    return { ...step, ofFen, resultFen: proportion(ofFen, step.rateBp, WHOLE_BP) };
  });
}

/** What a month's redeemed GMV earns in all, in fen. */
export function tieredCommissionFen(
  redeemedFen: number,
  rateBp: number,
  tiers: readonly Tier[],
): number {
  return tierParts(redeemedFen, rateBp, tiers).reduce((sum, part) => sum + part.resultFen, 0);
}

const STORE_PREFIX = 'tier~';

/**
 * Where a merchant's tiers are booked: they are of its contract and of no store, and have a row of their
 * own, so that the rows add up. No platform's id of a store begins so.
 */
export function tierStoreOf(merchantId: string): string {
  return `${STORE_PREFIX}${shortId(merchantId, MAX_ID - STORE_PREFIX.length)}`;
}

export function isTierStore(storeId: string): boolean {
  return storeId.startsWith(STORE_PREFIX);
}

/** Which tiers are settled: the month of a statement, and of the redemptions. */
export interface Settlement {
  readonly providerId: string;
  /** Of the statement. */
  readonly month: string;
  /** Of the redemptions: the same, or one before it that the statement brings lines of. */
  readonly of: string;
}

/**
 * The one entry that settles a month's tiers of a contract in a statement: what they earn by all that is
 * known now, less what was booked. Undefined when nothing is due.
 * @param sum of this statement and all before it
 */
export function tierEntry(
  { providerId, month, of }: Settlement,
  contract: TieredContract,
  sum: TierSum,
): Entry | undefined {
  const { contractId, version, platform, merchantId, rateBp, tiers } = contract;
  const { redeemedFen } = sum;
  const wanted = tieredCommissionFen(redeemedFen, rateBp, tiers);
  const commissionFen = wanted - sum.commissionFen - sum.settledFen;
  if (commissionFen === 0) return undefined;
  const occurredAt = `${lastDayOf(month)}T23:59:59.999+08:00`;
  const id = of === month ? `tier:${month}` : `tier:${month}:${of}`;
  return {
    entryId: `${id}~${contractId}`,
    ...{ providerId, platform, merchantId, storeId: tierStoreOf(merchantId) },
    ...{ orderId: id, voucherId: null, redemptionId: null, eventId: id, kind: 'tier' },
    ...{ occurredAt, businessDay: businessDayOf(occurredAt), count: 0, amountFen: 0, paidFen: 0 },
    commissionFen,
    ...{ contractId, contractVersion: version },
    ...{ reverses: null, reversesAt: null, corrects: null, restatementId: null },
    ...{ loop: 'closed', channel: 'unknown', productId: null, creatorId: null, cpsKind: null },
    ...{ buyer: null, complete: true },
    explanation: {
      ...{ rule: 'tier', basis: 'paid', basisFen: redeemedFen, shareBp: WHOLE_BP },
      ...{ rateBp, candidates: 1, policy: 0 },
    },
  };
}

/** What a tier entry settles. @returns undefined for an id that `tierEntry` did not make */
export function settlementOf({ providerId, eventId }: Entry): Settlement | undefined {
  const [, month, of = month] = /^tier:(\d{4}-\d{2})(?::(\d{4}-\d{2}))?$/.exec(eventId) ?? [];
  return month === undefined || of === undefined ? undefined : { providerId, month, of };
}
