import * as z from 'zod';
import { idSchema, loopSchema, platformSchema } from '../events/event.ts';

/** Stands for a store that the platform did not name. */
export const UNKNOWN_STORE = 'unknown';

/** Which amounts make GMV: the buyer's money, and with it the platform's, the payment channel's, or all. */
export const BASES = ['paid', 'paid+platform', 'paid+platform+payment', 'original'] as const;

/**
 * Why an entry is what it is, in few bytes: every entry pays for them. A reversing entry keeps its original's
 * and says what it reverses. `candidates` counts the contracts considered; they can be listed again at
 * any time (`lib/attribution/explain.ts`), because the logs of contracts and policies only grow.
 */
export const explanationSchema = z.object({
  rule: z.enum([
    'special-contract',
    'agency-contract',
    'no-contract',
    'rest-of-share',
    'reversing-entry',
    'tier',
  ]),
  basis: z.enum(BASES),
  basisFen: z.int(),
  shareBp: z.int(),
  rateBp: z.int(),
  candidates: z.int(),
  /** The policy's version; 0 is what holds before an operator recorded one. */
  policy: z.int().min(0).default(0),
});
export type Explanation = z.infer<typeof explanationSchema>;

/** One immutable line of the GMV ledger. Amounts and counts are signed. */
export const entrySchema = z.object({
  entryId: z.string().min(1).max(700),
  providerId: idSchema,
  platform: platformSchema,
  merchantId: idSchema,
  storeId: z.string().min(1).max(128),
  orderId: idSchema,
  voucherId: idSchema.nullable(),
  redemptionId: idSchema.nullable(),
  eventId: z.string(),
  kind: z.enum([
    'payment',
    'unused_refund',
    'redemption',
    'reversal',
    'refund',
    'supersession',
    'tier',
  ]),
  occurredAt: z.iso.datetime({ offset: true }),
  businessDay: z.iso.date(),
  /**
   * 1 for a redemption, −1 for what takes one back whole, 0 for a partial refund or a payment, and for
   * the further shares of one provider in one redemption.
   */
  count: z.int().min(-1).max(1),
  amountFen: z.int(),
  commissionFen: z.int(),
  /** The buyer's own money in `amountFen` before shares: what a partial refund is measured against. */
  paidFen: z.int(),
  contractId: z.string().nullable(),
  contractVersion: z.int().nullable(),
  /** The entry this one takes back; null for an original. */
  reverses: z.string().nullable(),
  /** When that one happened: tiers are settled by the month of the redemption, see `tiers.ts`. */
  reversesAt: z.iso.datetime({ offset: true }).nullable().default(null),
  /** The entry this one corrects to the fen, at the same instant: it was restated, or decided again. */
  corrects: z.string().nullable().default(null),
  /** The restatement this entry came by; null for what was booked as it happened. */
  restatementId: z.string().nullable().default(null),
  loop: loopSchema.default('closed'),
  channel: z.string(),
  productId: z.string().nullable(),
  creatorId: z.string().nullable().default(null),
  /** How the creator earns by it: see `cpsSchema`. */
  cpsKind: z.string().nullable().default(null),
  /** The buyer's keyed hash. */
  buyer: z.string().nullable().default(null),
  complete: z.boolean(),
  explanation: explanationSchema,
});
export type Entry = z.infer<typeof entrySchema>;
