import { type ContractVersion, compareInstants } from '../attribution/contract.ts';
import type { Rollup } from '../ledger/rollup.ts';
import type { Measure } from './profiles.ts';

/** What our books know of a merchant in the window, for one provider. */
export interface KnownMerchant {
  readonly rollup: Rollup;
  /** What of the merchant was booked to nobody. */
  readonly unattributed: Rollup;
  /** The provider's contracts with it, in their latest versions. */
  readonly contracts: readonly ContractVersion[];
}

export interface ComparedWindow {
  readonly from: string;
  readonly to: string;
  readonly isEstimate: boolean;
}

export function measured(rollup: Rollup, measure: Measure): number {
  switch (measure) {
    case 'paid':
      return rollup.paidFen;
    case 'redeemed':
      return rollup.redeemedFen;
    case 'refunded':
      return rollup.refundedFen;
    case 'commission':
      return rollup.commissionFen;
    default:
      return measure satisfies never;
  }
}

/** The provider's contracts in the order in which they begin. */
export function byStart(contracts: readonly ContractVersion[]): ContractVersion[] {
  return [...contracts].sort((a, b) => compareInstants(a.startsAt, b.startsAt));
}
