import { withParts } from '../events/channel.ts';
import { WHOLE_BP } from '../money/fen.ts';
import type { Attributable } from './attributable.ts';
import { type ContractVersion, compareInstants, inForceAt, latestVersions } from './contract.ts';
import type { Policy } from './policy.ts';

/** Why a contract claims an event, or does not. */
export const VERDICTS = [
  'taken',
  'recorded-later',
  'not-yet-in-force',
  'ended',
  'other-store',
  'other-channel',
  'other-product',
  'other-creator',
  'mode-not-asked',
  'another-mode-first',
  'share-used-up',
] as const;
export type ContractVerdict = (typeof VERDICTS)[number];

export interface Candidate {
  readonly contract: ContractVersion;
  readonly verdict: ContractVerdict;
  /** What it gets of the whole, in 1/10000; 0 unless taken. */
  readonly shareBp: number;
}

/**
 * Goes through contracts as they were known and says of each whether it claims the event. What
 * `attribute` books and what an explanation shows both come from here, so they cannot differ.
 * @param known the latest known version of each contract, oldest first
 */
export function considerContracts(
  event: Attributable,
  known: readonly ContractVersion[],
  policy: Policy,
): Candidate[] {
  const judged = known.map((contract) => ({ contract, verdict: coverage(contract, event) }));
  const first = policy.order.find((mode) =>
    judged.some(({ contract, verdict }) => verdict === 'taken' && contract.mode === mode),
  );
  let leftBp = WHOLE_BP;
  return judged.map(({ contract, verdict }) => {
    if (verdict !== 'taken') return { contract, verdict, shareBp: 0 };
    if (contract.mode !== first) {
      const isInOrder = policy.order.includes(contract.mode);
      return { contract, verdict: isInOrder ? 'another-mode-first' : 'mode-not-asked', shareBp: 0 };
    }
    // Registration refuses shares over the whole; should two ever stand, the earlier keeps its part.
    const shareBp = Math.min(contract.shareBp, leftBp);
    leftBp -= shareBp;
    return { contract, verdict: shareBp === 0 ? 'share-used-up' : 'taken', shareBp };
  });
}

/** The same over the whole log, with the versions that came to be known too late for the event. */
export function considerLog(
  event: Attributable,
  log: readonly ContractVersion[],
  policy: Policy,
  knowing: { known: readonly ContractVersion[]; instant: string },
): Candidate[] {
  const later = latestVersions(log)
    .filter((contract) => compareInstants(contract.recordedAt, knowing.instant) > 0)
    .map((contract) => ({ contract, verdict: 'recorded-later' as const, shareBp: 0 }));
  return [...considerContracts(event, knowing.known, policy), ...later];
}

function coverage(contract: ContractVersion, event: Attributable): ContractVerdict {
  if (!inForceAt(contract, event.occurredAt)) {
    const isEarly = compareInstants(event.occurredAt, contract.startsAt) < 0;
    return isEarly ? 'not-yet-in-force' : 'ended';
  }
  const { stores, channels, products, creators } = contract.scope;
  if (!covers(stores, event.storeId)) return 'other-store';
  if (!covers(withParts(channels), event.sale.channel)) return 'other-channel';
  if (!covers(products, event.sale.productId)) return 'other-product';
  if (!covers(creators, event.sale.creatorId)) return 'other-creator';
  return 'taken';
}

function covers(list: readonly string[], value: string | null): boolean {
  return list.length === 0 || (value !== null && list.includes(value));
}
