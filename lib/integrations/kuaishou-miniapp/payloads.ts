import * as z from 'zod';
import { idSchema } from '../../events/event.ts';
import { fromEpochSeconds, toInstant } from '../../time/shanghai.ts';

/**
 * The shapes we read, tolerant of new fields. Ids come as strings or numbers; the JSON reader has
 * already kept those beyond 2^53 as their digits. Source: epay/appendix and interfaceDefinition.
 */

/** A lone surrogate cannot be stored: two ids that differ in one would become the same. */
export const wireId = z
  .union([z.string(), z.int().transform(String)])
  .pipe(idSchema.regex(/\S/, 'an id is not blank'))
  .refine((id) => id.isWellFormed(), 'an id is Unicode');

/** Fen, as a JSON number or its digits. */
export const wireFen = z
  .union([
    z.int(),
    z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number),
  ])
  .pipe(z.int().nonnegative());

/** Later than any second of this century and earlier than any millisecond of it … */
const SECONDS_END = 100_000_000_000;
/** … and a thousand times that: what is later is no time. */
const MILLISECONDS_END = 1000 * SECONDS_END;

/** Documented in milliseconds; what can only be seconds is read as such. */
export const wireTime = z
  .union([
    z.int(),
    z
      .string()
      .regex(/^\d{1,14}$/)
      .transform(Number),
  ])
  .pipe(z.int().positive().lt(MILLISECONDS_END))
  .transform((time) => (time < SECONDS_END ? fromEpochSeconds(time) : toInstant(time)));

/** Absent, null and "" mean "not told"; 0 fen is told. */
export function absentAsNull<S extends z.ZodType>(schema: S) {
  return z.preprocess(
    (value) => (value === undefined || value === '' ? null : value),
    schema.nullable(),
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
  /** Of a settlement: to the creator. Of a payment it is an estimate, and not read. */
  promotion_amount: absentAsNull(wireFen),
});
