import type { Amounts } from '../events/event.ts';
import type { Entry } from '../ledger/entry.ts';
import type { Attributable } from './attributable.ts';
import { attribute, placedAt, rateOf } from './attribute.ts';
import { type ContractVerdict, considerLog } from './candidates.ts';
import { knownAt } from './contract.ts';
import type { Marker, Terms } from './generations.ts';
import { basisFen, policyKnownAt } from './policy.ts';
import { type Sentence, sentenceOf, verdictWords } from './words.ts';

/** One step from what the platform reported to what was booked; fen and 1/10000. */
export type Step =
  | ({ readonly step: 'amounts' } & Amounts)
  | { readonly step: 'basis'; readonly basis: string; readonly resultFen: number }
  | {
      readonly step: 'share';
      readonly shareBp: number;
      readonly ofFen: number;
      readonly rounding: 'largest-remainder';
      readonly resultFen: number;
    }
  | {
      readonly step: 'commission';
      readonly rateBp: number;
      readonly ofFen: number;
      readonly rounding: 'half-up-on-the-absolute-value';
      readonly resultFen: number;
    }
  | { readonly step: 'month'; readonly month: string; readonly resultFen: number }
  | {
      readonly step: 'tier';
      readonly fromFen: number;
      readonly rateBp: number;
      readonly ofFen: number;
      readonly rounding: 'half-up-on-the-absolute-value';
      readonly resultFen: number;
    }
  | { readonly step: 'booked-before' | 'due'; readonly resultFen: number }
  | {
      readonly step: 'taken-back' | 'corrected';
      readonly what: string;
      readonly amountFen: number;
      readonly commissionFen: number;
    };

export interface ExplainedCandidate {
  readonly contractId: string;
  readonly version: number;
  readonly providerId: string;
  readonly mode: string;
  readonly isTaken: boolean;
  readonly verdict: ContractVerdict;
  readonly shareBp: number;
  readonly why: Sentence;
}

export interface Explained {
  readonly rule: string;
  /** Null for tiers, which no policy decides. */
  readonly policy: {
    readonly version: number;
    readonly basis: string;
    readonly order: readonly string[];
  } | null;
  readonly candidates: readonly ExplainedCandidate[];
  readonly basis: string;
  readonly arithmetic: readonly Step[];
  readonly contract: { readonly contractId: string; readonly version: number } | null;
  readonly restatement: { readonly restatementId: string; readonly reason: string } | null;
  /** Whether the logs, read now, come to exactly this original. */
  readonly isReproduced: boolean;
  readonly sentence: Sentence;
}

/**
 * Why an entry is what it is, worked out again from its event and the logs.
 * @param original the entry itself, or for a reversing entry or a correction the one it leads back to
 * @param marker the restatement that the original was booked by
 */
export function explain(
  entry: Entry,
  original: Entry,
  event: Attributable,
  terms: Terms,
  marker: Marker | null,
): Explained {
  const instant = marker?.asOf ?? event.recordedAt;
  const policy = policyKnownAt(terms.policies, instant, terms.standard);
  const knowing = { known: knownAt(terms.contracts, instant), instant };
  const place = placedAt(event, instant, marker);
  const candidates = considerLog(place, terms.contracts, policy, knowing).map(
    ({ contract, verdict, shareBp }) => ({
      contractId: contract.contractId,
      version: contract.version,
      providerId: contract.providerId,
      mode: contract.mode,
      isTaken: verdict === 'taken',
      verdict,
      shareBp,
      why: verdictWords(verdict, contract, place),
    }),
  );
  const again = attribute(event, terms.contracts, policy, marker);
  const contract = knowing.known.find(({ contractId }) => contractId === original.contractId);
  const rateBp = contract === undefined ? 0 : rateOf(contract, event);
  const gmvFen = basisFen(event.amounts, policy);
  const arithmetic: Step[] = [
    { step: 'amounts', ...event.amounts },
    { step: 'basis', basis: policy.basis, resultFen: gmvFen },
    {
      ...{ step: 'share', shareBp: original.explanation.shareBp, ofFen: gmvFen },
      ...{ rounding: 'largest-remainder', resultFen: original.amountFen },
    },
    {
      ...{ step: 'commission', rateBp: original.kind === 'redemption' ? rateBp : 0 },
      ...{ ofFen: original.amountFen, rounding: 'half-up-on-the-absolute-value' },
      resultFen: original.commissionFen,
    },
    ...lastStep(entry, original),
  ];
  return {
    rule: entry.explanation.rule,
    policy: { version: policy.version, basis: policy.basis, order: policy.order },
    candidates,
    basis: policy.basis,
    arithmetic,
    contract:
      contract === undefined
        ? null
        : { contractId: contract.contractId, version: contract.version },
    restatement:
      marker === null ? null : { restatementId: marker.restatementId, reason: marker.reason },
    isReproduced: again.some((one) => isSameOriginal(one, original)),
    sentence: sentenceOf(entry, original),
  };
}

/** How a reversing entry or a correction came from what was booked. */
function lastStep(entry: Entry, original: Entry): Step[] {
  const { amountFen, commissionFen } = entry;
  if (entry.corrects !== null)
    return [{ step: 'corrected', what: entry.corrects, amountFen, commissionFen }];
  if (entry.reverses === null) return [];
  return [{ step: 'taken-back', what: original.entryId, amountFen, commissionFen }];
}

function isSameOriginal(a: Entry, b: Entry): boolean {
  return (
    b.entryId.startsWith(a.entryId) &&
    a.providerId === b.providerId &&
    a.storeId === b.storeId &&
    Math.abs(a.amountFen) === Math.abs(b.amountFen) &&
    Math.abs(a.commissionFen) === Math.abs(b.commissionFen)
  );
}
