import type { Entry } from '../ledger/entry.ts';
import { dealOut, proportion } from '../money/fen.ts';
import { businessDayOf } from '../time/shanghai.ts';

/** One fact that takes back what another booked, whole or in part. */
export interface Taking {
  eventId: string;
  kind: 'reversal' | 'refund' | 'unused_refund' | 'supersession';
  occurredAt: string;
  complete: boolean;
  /** The buyer's money that is taken back, in fen; null for all that is left. */
  paidFen: number | null;
}

/**
 * The entries that take back booked ones. A reversal swaps the sign of what stands in the ledger; it
 * never asks contracts or rates again, so entry + mirror = 0 whatever they say today. Never more is
 * taken than is left after earlier mirrors; what this taking has booked already is left alone.
 *
 * @param booked every entry of one fact, originals and the mirrors of them that already stand
 */
export function mirror(taking: Taking, booked: readonly Entry[]): Entry[] {
  const originals = booked.filter((entry) => entry.mirrors === null);
  const left = originals.map((original) => remainder(original, booked));
  const paidLeft = sum(left, 'paidFen');
  const whole = taking.paidFen === null || taking.paidFen >= paidLeft;
  const parts = whole ? left : takePart(taking.paidFen ?? 0, left, paidLeft);
  return originals.flatMap((original, index) => {
    const part = parts[index];
    const entryId = mirrorId(taking, original);
    const done = booked.some((entry) => entry.entryId === entryId);
    if (part === undefined || done || isNothing(part)) return [];
    return [mirrorOf(original, part, taking, entryId)];
  });
}

/** Where a taking's mirrors of these originals stand, if they were booked: to be looked up by key. */
export function mirrorPlaces(taking: Taking, originals: readonly Entry[]): Entry[] {
  return originals.map((original) =>
    mirrorOf(original, NOTHING, taking, mirrorId(taking, original)),
  );
}

function mirrorId(taking: Taking, original: Entry): string {
  return `${taking.eventId}~${original.entryId}`;
}

interface Part {
  amountFen: number;
  paidFen: number;
  commissionFen: number;
  count: number;
}

const NOTHING: Part = { amountFen: 0, paidFen: 0, commissionFen: 0, count: 0 };

function remainder(original: Entry, booked: readonly Entry[]): Part {
  const mirrors = booked.filter((entry) => entry.mirrors === original.entryId);
  const all = [original, ...mirrors];
  return {
    amountFen: sum(all, 'amountFen'),
    paidFen: sum(all, 'paidFen'),
    commissionFen: sum(all, 'commissionFen'),
    count: sum(all, 'count'),
  };
}

/** Part of the buyer's money takes the same part of the GMV, dealt so that it adds up to the fen. */
function takePart(paidFen: number, left: readonly Part[], paidLeft: number): Part[] {
  const gmvLeft = sum(left, 'amountFen');
  const gmv = dealOver(proportion(gmvLeft, paidFen, paidLeft), left, 'amountFen');
  const paid = dealOver(paidFen, left, 'paidFen');
  return left.map((part, index) => ({
    amountFen: gmv[index] ?? 0,
    paidFen: paid[index] ?? 0,
    commissionFen: proportion(part.commissionFen, paidFen, paidLeft),
    count: 0,
  }));
}

function dealOver(amount: number, parts: readonly Part[], by: 'amountFen' | 'paidFen'): number[] {
  const weights = parts.map((part) => part[by]);
  return weights.every((weight) => weight === 0) ? weights : dealOut(amount, weights);
}

function mirrorOf(original: Entry, part: Part, taking: Taking, entryId: string): Entry {
  return {
    ...original,
    entryId,
    eventId: taking.eventId,
    kind: taking.kind,
    occurredAt: taking.occurredAt,
    businessDay: businessDayOf(taking.occurredAt),
    amountFen: negate(part.amountFen),
    paidFen: negate(part.paidFen),
    commissionFen: negate(part.commissionFen),
    count: negate(part.count),
    mirrors: original.entryId,
    complete: taking.complete,
    explanation: { ...original.explanation, rule: 'mirror' },
  };
}

/** Minus, without the −0 that would make equal entries differ in text. */
function negate(value: number): number {
  return value === 0 ? 0 : -value;
}

function isNothing(part: Part): boolean {
  return part.amountFen === 0 && part.commissionFen === 0 && part.count === 0;
}

function sum<K extends string>(parts: readonly Record<K, number>[], key: K): number {
  return parts.reduce((total, part) => total + part[key], 0);
}
