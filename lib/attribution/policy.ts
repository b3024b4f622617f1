import type { Amounts } from '../events/event.ts';

/** How GMV is measured. Data, so that an operator's choice can be versioned and explained. */
export interface Policy {
  /** Which amounts make GMV: the buyer's money alone, or with what the platform put in. */
  readonly basis: 'paid' | 'paid+platform';
}

export const DEFAULT_POLICY: Policy = { basis: 'paid+platform' };

/** The GMV of one act in fen. */
export function basisFen(amounts: Amounts, policy: Policy): number {
  switch (policy.basis) {
    case 'paid':
      return amounts.paidFen;
    case 'paid+platform':
      return amounts.paidFen + amounts.platformDiscountFen;
    default:
      return policy.basis satisfies never;
  }
}
