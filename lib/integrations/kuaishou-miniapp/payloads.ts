import * as z from 'zod';
import { wireFen as sharedFen, wireId as sharedId, wireTime } from '../kit/wire.ts';

/** The shapes we read, tolerant of new fields. Source: epay/appendix and interfaceDefinition. */

/** A lone surrogate cannot be stored: two ids that differ in one would become the same. */
export const wireId = sharedId.refine((id) => id.isWellFormed(), 'an id is Unicode');

/** Of no notice a negative amount is documented: a refund says what it gives back. */
export const wireFen = sharedFen.pipe(z.int().nonnegative());

/** Absent, null and "" mean "not reported"; 0 fen is reported. */
export function absentAsNull<S extends z.ZodType>(schema: S) {
  return z.preprocess(
    (value) => (value === undefined || value === '' ? null : value),
    schema
      .nullable()
      .optional()
      .transform((value) => value ?? null),
  );
}

/** A kind or a status as the platform names it. */
export const wireWord = z
  .string()
  .min(1)
  .max(64)
  .refine((word) => word.isWellFormed(), 'a name is Unicode');

/** What every notice of money has around it. */
export const noticeSchema = z.looseObject({
  app_id: absentAsNull(wireId),
  timestamp: wireTime,
  data: z.looseObject({ status: wireWord }),
});

export const paymentSchema = z.looseObject({
  ks_order_no: wireId,
  order_amount: wireFen,
  /** Read by origin.ts, where nothing is refused: money does not wait for where it came from. */
  attach: z.unknown().optional(),
  extra_info: z.unknown().optional(),
  enable_promotion: z.unknown().optional(),
  promotion_amount: z.unknown().optional(),
});

/** `out_order_no` is not in a refund's notice: `ks_order_no` joins it to its payment. */
export const refundSchema = z.looseObject({
  ks_order_no: wireId,
  ks_refund_no: wireId,
  refund_amount: wireFen,
});

export const refundFailureSchema = z.looseObject({ ks_order_no: wireId, ks_refund_no: wireId });

export const settlementSchema = z.looseObject({
  ks_order_no: wireId,
  ks_settle_no: wireId,
  settle_amount: wireFen,
  /** To the creator; a payment's was the estimate of it. */
  promotion_amount: absentAsNull(wireFen),
});
