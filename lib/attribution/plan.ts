import type { Event } from '../events/event.ts';
import type { Entry } from '../ledger/entry.ts';
import { correctionId } from '../ledger/entry-id.ts';
import type { Attributable } from './attributable.ts';
import { attribute } from './attribute.ts';
import { type ContractVersion, compareInstants } from './contract.ts';
import { type Policy, type PolicyVersion, policyKnownAt } from './policy.ts';
import { negated, type Reversal, reversingEntries } from './reversing.ts';

/** What is known about who gets what: a merchant's contract log and the operator's policy log. */
export interface Known {
  readonly contracts: readonly ContractVersion[];
  readonly policies: readonly PolicyVersion[];
  /** What holds before an operator recorded a policy. */
  readonly standard: Policy;
}

/**
 * Says of one voucher or order that a restatement attributes it again: facts of its days, with the
 * contracts and the policy that were recorded at or before `asOf`. Markers are only added.
 */
export interface Marker {
  readonly restatementId: string;
  readonly asOf: string;
  /** Business days, both included. */
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

/** One way a fact was or is attributed. */
export interface Generation {
  /** Null: as it was known when the fact was recorded. */
  readonly restatementId: string | null;
  readonly originals: readonly Entry[];
}

/** All the ways a fact has been attributed; the ledger nets to the live one. */
export interface Generations {
  readonly all: readonly Generation[];
  readonly live: Generation;
}

/**
 * A fact's generations: how it was attributed first, and again by each restatement of its day that
 * knew more. The live one is the last that says anything new: a restatement that finds the same
 * provider, store, amounts and commission books nothing.
 */
export function generationsOf(
  event: Attributable,
  known: Known,
  markers: readonly Marker[],
): Generations {
  const first: Generation = { restatementId: null, originals: attributeBy(event, known, null) };
  const all = [first];
  let live = first;
  for (const marker of applicable(event, first, markers)) {
    const { restatementId } = marker;
    const next = { restatementId, originals: attributeBy(event, known, marker) };
    all.push(next);
    if (!saysTheSame(live.originals, next.originals)) live = next;
  }
  return { all, live };
}

/** A fact's originals with every reversing entry of them, in the order of the reversals' own time. */
export function withReversing(
  originals: readonly Entry[],
  reversals: readonly Reversal[],
): Entry[] {
  const own = [...originals];
  for (const reversal of reversals) own.push(...reversingEntries(reversal, own));
  return own;
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

/** Whether two states of a history are the same to booking: which events, how complete, which markers. */
export function stateOf(events: readonly Event[], markers: readonly Marker[]): string {
  const told = events.map(({ eventId, complete, ...event }) => [
    eventId,
    complete,
    'storeId' in event ? event.storeId : null,
  ]);
  return JSON.stringify([told.sort(byFirst), markers.map((marker) => marker.restatementId).sort()]);
}

function attributeBy(event: Attributable, known: Known, marker: Marker | null): Entry[] {
  const instant = marker?.asOf ?? event.recordedAt;
  const policy = policyKnownAt(known.policies, instant, known.standard);
  return attribute(event, known.contracts, policy, marker);
}

/** What was recorded after a restatement began knew at least as much, and is none of its business. */
function applicable(event: Attributable, first: Generation, markers: readonly Marker[]): Marker[] {
  const day = first.originals[0]?.businessDay ?? '';
  return markers
    .filter(({ from, to, asOf }) => {
      return from <= day && day <= to && compareInstants(asOf, event.recordedAt) > 0;
    })
    .sort(
      (a, b) => compareInstants(a.asOf, b.asOf) || (a.restatementId < b.restatementId ? -1 : 1),
    );
}

/** Another version of a contract that comes to the same is no reason to book again. */
function saysTheSame(a: readonly Entry[], b: readonly Entry[]): boolean {
  const says = (entries: readonly Entry[]) =>
    JSON.stringify(
      entries.map(
        ({ providerId, storeId, contractId, amountFen, paidFen, commissionFen, kind }) => [
          ...[providerId, storeId, contractId, amountFen, paidFen, commissionFen, kind],
        ],
      ),
    );
  return says(a) === says(b);
}

function byFirst(a: readonly unknown[], b: readonly unknown[]): number {
  return String(a[0]) < String(b[0]) ? -1 : 1;
}
