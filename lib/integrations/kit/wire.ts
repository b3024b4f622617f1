import * as z from 'zod';
import { idSchema } from '../../events/event.ts';
import { fromEpochSeconds, toInstant } from '../../time/shanghai.ts';

/**
 * How values come over the wire, whatever the platform. Ids are strings or numbers; the JSON reader
 * has already kept those beyond 2^53 as their digits.
 */

export const wireId = z
  .union([z.string(), z.int().transform(String)])
  .pipe(idSchema.regex(/\S/, 'an id is not blank'));

/** Fen, as a JSON number or its digits. */
export const wireFen = z
  .union([
    z.int(),
    z
      .string()
      .regex(/^-?\d{1,15}$/)
      .transform(Number),
  ])
  .pipe(z.int());

/** Later than any second of this century and earlier than any millisecond of it … */
const SECONDS_END = 100_000_000_000;
/** … and a thousand times that: what is later is no time. */
const MILLISECONDS_END = 1000 * SECONDS_END;

/** Documented in seconds; what can only be milliseconds is read as such. */
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

/** Absent, null, "" and 0 all mean "not reported" for optional ids, times and parts. */
export function absentAsNull<S extends z.ZodType>(schema: S) {
  return z.preprocess(
    (value) => (NOT_TOLD.has(value) ? null : value),
    schema
      .nullable()
      .optional()
      .transform((value) => value ?? null),
  );
}

/** A part that decides nothing about money: what is odd in it reads as not reported, and holds nothing up. */
export function courtesy<S extends z.ZodType>(schema: S) {
  return absentAsNull(schema).catch(null);
}

const NOT_TOLD = new Set<unknown>([undefined, null, '', 0, '0']);
