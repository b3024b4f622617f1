import type { ByteReader, ByteWriter } from './bytes.ts';
import type { Entry } from './entry.ts';

/**
 * A total computed from entries, never incremented. `entryCount` is its version: the ledger only
 * grows, so of two rollups of the same entries the one that saw more of them is the newer.
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

export type Rollup = Record<(typeof MEASURES)[number], number>;

export function emptyRollup(): Rollup {
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
export type RolledUpEntry = Pick<Entry, 'kind' | 'amountFen' | 'commissionFen' | 'count'>;

/** Entries → their total. */
export function rollUpEntries(entries: Iterable<RolledUpEntry>): Rollup {
  const rollup = emptyRollup();
  for (const entry of entries) {
    rollup.entryCount += 1;
    rollup.commissionFen += entry.commissionFen;
    addAmount(rollup, entry);
  }
  return rollup;
}

/** Rollups → their sum: how a day is made of stores, and a month of days. */
export function addRollups(rollups: Iterable<Rollup>): Rollup {
  const total = emptyRollup();
  for (const rollup of rollups) {
    for (const measure of MEASURES) total[measure] += rollup[measure];
  }
  return total;
}

/** The measures in their order, as small numbers. */
export function writeRollup(writer: ByteWriter, rollup: Rollup): void {
  for (const measure of MEASURES) writer.int(rollup[measure]);
}

/** @throws RangeError when `writeRollup` did not write it */
export function readRollup(reader: ByteReader): Rollup {
  const rollup = emptyRollup();
  for (const measure of MEASURES) rollup[measure] = reader.int();
  return rollup;
}

function addAmount(rollup: Rollup, entry: RolledUpEntry): void {
  const { amountFen, count } = entry;
  switch (entry.kind) {
    case 'payment':
    case 'unused_refund':
      rollup.paidFen += amountFen;
      return;
    case 'redemption':
    case 'supersession':
      rollup.redeemedFen += amountFen;
      rollup.redeemedCount += count;
      return;
    case 'reversal':
      rollup.redeemedFen += amountFen;
      rollup.redeemedCount += count;
      rollup.reversedFen -= amountFen;
      rollup.reversedCount -= count;
      return;
    case 'refund':
      rollup.redeemedFen += amountFen;
      rollup.redeemedCount += count;
      rollup.refundedFen -= amountFen;
      return;
    case 'tier':
      // Settles what the month's GMV earns: commission alone.
      return;
    default:
      entry.kind satisfies never;
  }
}
