import * as z from 'zod';
import * as wire from '../kit/wire.ts';

/** What these systems' messages are made of, stricter than the wire in general where money demands it. */

export { absentAsNull, wireTime } from '../kit/wire.ts';

/** A lone surrogate cannot be stored: two ids that differ in one would become the same. */
export const wireId = wire.wireId.refine((id) => id.isWellFormed(), 'an id is Unicode');

/** More than any order, and little enough that those of one message add up exactly. */
const MAX_FEN = 1_000_000_000_000;

/** Fen, never negative: every amount of these systems says in its name which way it goes. */
export const wireFen = wire.wireFen.refine(
  (fen) => fen >= 0 && fen <= MAX_FEN,
  'an amount is from 0 to ten thousand million yuan',
);

/** An amount that may be left out. Unlike an id, a 0 is a value. */
export const optionalFen = z.preprocess(
  (value) => (value === '' ? null : value),
  wireFen.nullish().transform((fen) => fen ?? null),
);

/** A word such as a status: bounded, because it becomes part of the reading's kind. */
export const wireWord = z
  .string()
  .min(1)
  .max(64)
  .refine((word) => word.isWellFormed(), 'a word is Unicode');

/** A flag as JSON's own, or as older pages write it. */
export const wireFlag = z
  .unknown()
  .optional()
  .transform((value) => TRUE.has(value));

const TRUE = new Set<unknown>([true, 'true', 1, '1']);
