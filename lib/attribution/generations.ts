import type { Channel } from '../events/channel.ts';
import type { Entry } from '../ledger/entry.ts';
import type { Attributable } from './attributable.ts';
import { attribute } from './attribute.ts';
import { type ContractVersion, compareInstants } from './contract.ts';
import { type Policy, type PolicyVersion, policyKnownAt } from './policy.ts';

/** By what a fact is attributed: a merchant's contract log and the operator's policy log. */
export interface Terms {
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
  /** By event id: the channel of its sale by the channel map known at `asOf`, where that is another. */
  readonly channels?: Readonly<Record<string, Channel>> | undefined;
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
  terms: Terms,
  markers: readonly Marker[],
): Generations {
  const first: Generation = { restatementId: null, originals: attributeBy(event, terms, null) };
  const all = [first];
  let live = first;
  for (const marker of applicable(event, first, markers)) {
    const { restatementId } = marker;
    const next = { restatementId, originals: attributeBy(event, terms, marker) };
    all.push(next);
    if (!saysTheSame(live.originals, next.originals)) live = next;
  }
  return { all, live };
}

function attributeBy(event: Attributable, terms: Terms, marker: Marker | null): Entry[] {
  const instant = marker?.asOf ?? event.recordedAt;
  const policy = policyKnownAt(terms.policies, instant, terms.standard);
  return attribute(event, terms.contracts, policy, marker);
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

/** Another version of a contract that comes to the same is no reason to book again; another channel is. */
function saysTheSame(a: readonly Entry[], b: readonly Entry[]): boolean {
  const says = (entries: readonly Entry[]) =>
    JSON.stringify(
      entries.map(
        ({ providerId, storeId, contractId, amountFen, paidFen, commissionFen, kind, channel }) => [
          ...[providerId, storeId, contractId, amountFen, paidFen, commissionFen, kind, channel],
        ],
      ),
    );
  return says(a) === says(b);
}
