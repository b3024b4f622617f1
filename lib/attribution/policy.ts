import * as z from 'zod';
import type { Amounts } from '../events/event.ts';
import { BASES } from '../ledger/entry.ts';
import { compareInstants } from './contract.ts';

/**
 * How GMV is measured and in which order contracts are tried: data, so that an operator's choice can
 * be versioned and explained. A provider whom the platform itself names would be tried first; no
 * platform's message names one today, so there is no such step.
 */
export const policySchema = z.object({
  /** Which amounts make GMV. */
  basis: z.enum(BASES),
  /** The first mode with a contract that covers the event takes it; a mode not named is never tried. */
  order: z
    .array(z.enum(['special', 'agency']))
    .min(1)
    .max(2),
  /** Days that entries wait beyond the platform's reversal window before they are final. */
  holdingDays: z.int().min(0).max(90),
});
export type Policy = z.infer<typeof policySchema>;

export const DEFAULT_POLICY: Policy = {
  basis: 'paid+platform',
  order: ['special', 'agency'],
  holdingDays: 0,
};

/** One version of the operator's policy; versions are only added. */
export const policyVersionSchema = policySchema.extend({
  version: z.int().min(1),
  recordedAt: z.iso.datetime({ offset: true }),
  recordedBy: z.string().default('operator'),
});
export type PolicyVersion = z.infer<typeof policyVersionSchema>;

/** A policy and the number it is known by; 0 before an operator recorded one. */
export type NumberedPolicy = Policy & { readonly version: number };

/** The policy that was known at an instant. @param log oldest version first */
export function policyKnownAt(
  log: readonly PolicyVersion[],
  instant: string,
  standard: Policy,
): NumberedPolicy {
  const known = log.findLast((version) => compareInstants(version.recordedAt, instant) <= 0);
  return known ?? { ...standard, version: 0 };
}

/** The GMV of one act in fen. */
export function basisFen(amounts: Amounts, { basis }: Pick<Policy, 'basis'>): number {
  switch (basis) {
    case 'paid':
      return amounts.paidFen;
    case 'paid+platform':
      return amounts.paidFen + amounts.platformDiscountFen;
    case 'paid+platform+payment':
      return amounts.paidFen + amounts.platformDiscountFen + amounts.paymentDiscountFen;
    case 'original':
      return amounts.originalFen;
    default:
      return basis satisfies never;
  }
}
