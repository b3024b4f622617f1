import { proportion, WHOLE_BP } from '../money/fen.ts';
import { businessDayOf } from '../time/shanghai.ts';
import { type Entry, UNKNOWN_STORE } from './entry.ts';
import { foldEntries } from './fold.ts';
import { type Line, lastDayOf } from './statement.ts';

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

/** What a contract pays by tiers, in its version that a statement settles by. */
export interface TieredContract {
  readonly contractId: string;
  readonly version: number;
  /** Below the first tier. */
  readonly rateBp: number;
  readonly tiers: readonly Tier[];
}

/** A contract's sum with more of its lines, which are at least one. */
export function addToContract(
  before: ContractSum | undefined,
  lines: readonly [Line, ...Line[]],
): ContractSum {
  const { platform, merchantId } = lines[0];
  const { redeemedFen, commissionFen } = foldEntries(lines);
  const sum = before ?? { platform, merchantId, redeemedFen: 0, commissionFen: 0 };
  return {
    ...sum,
    redeemedFen: sum.redeemedFen + redeemedFen,
    commissionFen: sum.commissionFen + commissionFen,
  };
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
  contract: TieredContract,
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
