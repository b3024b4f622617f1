import type { Entry } from '../ledger/entry.ts';
import { correctionId, joinIds } from '../ledger/entry-id.ts';
import { dealOut, proportion } from '../money/fen.ts';
import { businessDayOf } from '../time/shanghai.ts';

/** One fact that takes back what another booked, whole or in part. */
export interface Reversal {
  eventId: string;
  kind: 'reversal' | 'refund' | 'unused_refund' | 'supersession';
  occurredAt: string;
  complete: boolean;
  /** The buyer's money that is taken back, in fen; null for all that is left. */
  paidFen: number | null;
}

/**
 * The entries that take back booked ones. A reversal swaps the sign of what stands in the ledger; it
 * never asks contracts or rates again, so entry + reversing entry = 0 whatever they say today. Never more
 * is taken than the other reversing entries leave.
 *
 * What this reversal has booked already stays, and is not counted as taken by others: a worker that died
 * half-way goes on to the same entries.
 *
 * @param booked every entry of one fact, originals and the reversing entries of them that already stand
 */
export function reversingEntries(reversal: Reversal, booked: readonly Entry[]): Entry[] {
  const originals = booked.filter((entry) => entry.reverses === null);
  const others = booked.filter(
    (entry) => entry.reverses !== null && entry.eventId !== reversal.eventId,
  );
  const left = originals.map((original) => remainder(original, others));
  const whole = reversal.paidFen === null || reversal.paidFen >= sum(left, 'paidFen');
  const parts = whole ? left : partsOf(reversal.paidFen ?? 0, originals, left);
  return originals.flatMap((original, index) => {
    const part = parts[index];
    if (part === undefined || isNothing(part)) return [];
    const wanted = reversingEntryOf(original, part, reversal);
    const done = booked.some((entry) => entry.entryId === wanted.entryId);
    return done ? [] : [wanted];
  });
}

/** Where the entries by which a reversal reverses these originals stand, if they were booked. */
export function reversingPlaces(reversal: Reversal, originals: readonly Entry[]): Entry[] {
  return originals.map((original) => reversingEntryOf(original, NOTHING, reversal));
}

interface Part {
  amountFen: number;
  paidFen: number;
  commissionFen: number;
  count: number;
}

const NOTHING: Part = { amountFen: 0, paidFen: 0, commissionFen: 0, count: 0 };

function remainder(original: Entry, reverses: readonly Entry[]): Part {
  const all = [original, ...reverses.filter((entry) => entry.reverses === original.entryId)];
  return {
    amountFen: sum(all, 'amountFen'),
    paidFen: sum(all, 'paidFen'),
    commissionFen: sum(all, 'commissionFen'),
    count: sum(all, 'count'),
  };
}

/**
 * Part of the buyer's money takes the same part of the GMV, dealt over the shares so that it adds up
 * to the fen. It is measured on the originals, so that it does not depend on which of several partial
 * refunds came first; what is left is only its bound.
 */
function partsOf(paidFen: number, originals: readonly Entry[], left: readonly Part[]): Part[] {
  const paidWhole = sum(originals, 'paidFen');
  const gmvFen = proportion(sum(originals, 'amountFen'), paidFen, paidWhole);
  const gmv = fit(dealOver(gmvFen, originals, 'amountFen'), left, 'amountFen');
  const paid = fit(dealOver(paidFen, originals, 'paidFen'), left, 'paidFen');
  return originals.map((original, index) => {
    const commissionFen = proportion(original.commissionFen, paidFen, paidWhole);
    return {
      amountFen: gmv[index] ?? 0,
      paidFen: paid[index] ?? 0,
      commissionFen: Math.min(commissionFen, left[index]?.commissionFen ?? 0),
      count: 0,
    };
  });
}

/** Keeps each part within what is left there, and moves what did not fit to where there is room. */
function fit(
  wanted: readonly number[],
  left: readonly Part[],
  by: 'amountFen' | 'paidFen',
): number[] {
  const fitted = wanted.map((part, index) => Math.min(part, left[index]?.[by] ?? 0));
  let over = wanted.reduce((all, part) => all + part, 0) - fitted.reduce((all, p) => all + p, 0);
  return fitted.map((part, index) => {
    const more = Math.min(over, (left[index]?.[by] ?? 0) - part);
    over -= more;
    return part + more;
  });
}

function dealOver(amount: number, parts: readonly Part[], by: 'amountFen' | 'paidFen'): number[] {
  const weights = parts.map((part) => part[by]);
  return weights.every((weight) => weight === 0) ? weights : dealOut(amount, weights);
}

function reversingEntryOf(original: Entry, part: Part, reversal: Reversal): Entry {
  return {
    ...original,
    entryId: joinIds(reversal.eventId, original.entryId),
    eventId: reversal.eventId,
    kind: reversal.kind,
    occurredAt: reversal.occurredAt,
    businessDay: businessDayOf(reversal.occurredAt),
    amountFen: negate(part.amountFen),
    paidFen: negate(part.paidFen),
    commissionFen: negate(part.commissionFen),
    count: negate(part.count),
    reverses: original.entryId,
    reversesAt: original.occurredAt,
    complete: reversal.complete,
    explanation: { ...original.explanation, rule: 'reversing-entry' },
  };
}

/**
 * The entry that corrects another to the fen: at its instant and of its kind, so that every total it
 * was counted in comes down again.
 */
export function correctionOf(entry: Entry, restatementId: string | null): Entry {
  return {
    ...negated(entry),
    entryId: correctionId(entry.entryId),
    corrects: entry.entryId,
    restatementId: restatementId ?? entry.restatementId,
  };
}

/** The same entry with every measure's sign turned. */
function negated(entry: Entry): Entry {
  return {
    ...entry,
    amountFen: negate(entry.amountFen),
    paidFen: negate(entry.paidFen),
    commissionFen: negate(entry.commissionFen),
    count: negate(entry.count),
  };
}

/** Minus, without the −0 that would make equal entries differ in text. */
function negate(value: number): number {
  return value === 0 ? 0 : -value;
}

function isNothing({ amountFen, paidFen, commissionFen, count }: Part): boolean {
  return amountFen === 0 && paidFen === 0 && commissionFen === 0 && count === 0;
}

function sum<K extends string>(parts: readonly Record<K, number>[], key: K): number {
  return parts.reduce((total, part) => total + part[key], 0);
}
