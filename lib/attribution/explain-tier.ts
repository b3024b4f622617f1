import type { Entry } from '../ledger/entry.ts';
import {
  addTierSums,
  type Settlement,
  type TieredContract,
  type TierSum,
  tierEntry,
  tierParts,
} from '../ledger/tiers.ts';
import type { ContractVersion } from './contract.ts';
import type { Explained } from './explain.ts';
import { yuan } from './words.ts';

/** What is known of the statements that a tier entry came by. */
export interface TierFacts {
  readonly settlement: Settlement;
  /** The contract in the version it was settled by. */
  readonly contract: ContractVersion & { readonly tiers: TieredContract['tiers'] };
  /** What the statements before had of the month. */
  readonly before: TierSum;
  /** What its own statement has of the month. */
  readonly own: TierSum;
}

/** Why a tier entry is what it is, worked out again from the statements. */
export function explainTier(
  entry: Entry,
  { settlement, contract, before, own }: TierFacts,
): Explained {
  const { contractId, version, providerId, mode, shareBp, rateBp, tiers } = contract;
  const sum = addTierSums([before, { ...own, settledFen: 0 }]);
  const bookedFen = sum.commissionFen + sum.settledFen;
  const again = tierEntry(settlement, contract, sum);
  const parts = tierParts(sum.redeemedFen, rateBp, tiers);
  const earnedFen = parts.reduce((all, part) => all + part.resultFen, 0);
  const [gmv, earned, booked, due] = [
    ...[sum.redeemedFen, earnedFen, bookedFen, entry.commissionFen].map(yuan),
  ];
  return {
    ...{ rule: 'tier', policy: null, basis: 'redeemed-gmv', restatement: null },
    candidates: [
      {
        ...{ contractId, version, providerId, mode, shareBp, isTaken: true, verdict: 'taken' },
        why: { zh: '按月度阶梯计佣', en: 'pays by the month’s tiers' },
      },
    ],
    arithmetic: [
      { step: 'month', month: settlement.of, resultFen: sum.redeemedFen },
      ...parts.map(({ fromFen, rateBp: partBp, ofFen, resultFen }) => ({
        ...({ step: 'tier', fromFen, rateBp: partBp, ofFen, resultFen } as const),
        rounding: 'half-up-on-the-absolute-value' as const,
      })),
      { step: 'booked-before', resultFen: -bookedFen },
      { step: 'due', resultFen: entry.commissionFen },
    ],
    contract: { contractId, version },
    isReproduced: again?.commissionFen === entry.commissionFen,
    sentence: {
      zh: `阶梯结算：合同 ${contractId} v${version} 在 ${settlement.of} 的核销 GMV 为 ${gmv} 元，按阶梯应计佣金 ${earned} 元，已记 ${booked} 元，本次记 ${due} 元。`,
      en: `Tier settlement: the redeemed GMV of ${settlement.of} under ${contractId} v${version} is ¥${gmv}; by tiers it earns ¥${earned}, of which ¥${booked} was booked, and this entry books ¥${due}.`,
    },
  };
}
