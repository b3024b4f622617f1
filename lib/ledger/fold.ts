import type { ByteReader, ByteWriter } from './bytes.ts';
import type { Entry } from './entry.ts';

/**
 * A total computed from entries, never incremented. `entryCount` is its version: the ledger only
 * grows, so of two folds of the same entries the one that saw more of them is the newer.
 *
 * `redeemedFen` and `redeemedCount` are net of what was reversed or refunded after use;
 * `reversedFen` and `refundedFen` say how much was taken off. `paidFen` is net of refunds before use.
 */
export const MEASURES = [
  'entryCount',
  'paidFen',
  'redeemedFen',
  'redeemedCount',
  'reversedFen',
  'reversedCount',
  'refundedFen',
  'commissionFen',
] as const;

export type Fold = Record<(typeof MEASURES)[number], number>;

export function emptyFold(): Fold {
  return {
    entryCount: 0,
    paidFen: 0,
    redeemedFen: 0,
    redeemedCount: 0,
    reversedFen: 0,
    reversedCount: 0,
    refundedFen: 0,
    commissionFen: 0,
  };
}

/** What of an entry its total needs. */
export type Foldable = Pick<Entry, 'kind' | 'amountFen' | 'commissionFen' | 'count'>;

/** Entries → their total. */
export function foldEntries(entries: Iterable<Foldable>): Fold {
  const fold = emptyFold();
  for (const entry of entries) {
    fold.entryCount += 1;
    fold.commissionFen += entry.commissionFen;
    addAmount(fold, entry);
  }
  return fold;
}

/** Folds → their sum: how a day is made of stores, and a month of days. */
export function addFolds(folds: Iterable<Fold>): Fold {
  const total = emptyFold();
  for (const fold of folds) {
    for (const measure of MEASURES) total[measure] += fold[measure];
  }
  return total;
}

/** The measures in their order, as small numbers. */
export function writeFold(writer: ByteWriter, fold: Fold): void {
  for (const measure of MEASURES) writer.int(fold[measure]);
}

/** @throws RangeError when `writeFold` did not write it */
export function readFold(reader: ByteReader): Fold {
  const fold = emptyFold();
  for (const measure of MEASURES) fold[measure] = reader.int();
  return fold;
}

/**
 * A fold as the first version kept it: its measures in their order.
 * @throws RangeError when it is no such list
 */
export function listedFold(list: unknown): Fold {
  const fold = emptyFold();
  MEASURES.forEach((measure, index) => {
    const value: unknown = Array.isArray(list) ? list[index] : undefined;
    if (!Number.isSafeInteger(value)) throw new RangeError(`a stored fold lacks ${measure}`);
    fold[measure] = Number(value);
  });
  return fold;
}

function addAmount(fold: Fold, entry: Foldable): void {
  const { amountFen, count } = entry;
  switch (entry.kind) {
    case 'payment':
    case 'unused_refund':
      fold.paidFen += amountFen;
      return;
    case 'redemption':
    case 'supersession':
      fold.redeemedFen += amountFen;
      fold.redeemedCount += count;
      return;
    case 'reversal':
      fold.redeemedFen += amountFen;
      fold.redeemedCount += count;
      fold.reversedFen -= amountFen;
      fold.reversedCount -= count;
      return;
    case 'refund':
      fold.redeemedFen += amountFen;
      fold.redeemedCount += count;
      fold.refundedFen -= amountFen;
      return;
    case 'tier':
      // Settles what the month's GMV earns: commission alone.
      return;
    default:
      entry.kind satisfies never;
  }
}
