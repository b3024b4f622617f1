import * as z from 'zod';
import { normalizeInstant } from '../../time/shanghai.ts';
import { wireTime } from '../kit/wire.ts';

/** How values come in messages and answers. Absent, null and "" are "not reported". */

const CLOCK = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;

/** Seconds or milliseconds since 1970, or `yyyy-MM-dd HH:mm:ss` of Shanghai → instant. */
export const wireInstant = z.union([
  wireTime,
  z
    .string()
    .regex(CLOCK)
    .transform((clock, context) => {
      try {
        return normalizeInstant(`${clock.replace(' ', 'T')}+08:00`);
      } catch {
        context.addIssue({ code: 'custom', message: 'no day or time of day' });
        return z.NEVER;
      }
    }),
]);

/** Absent, null and "" as null; anything else must fit. A 0 is a value: it may be an amount. */
export function presentOrNull<S extends z.ZodType>(schema: S) {
  return z.preprocess(
    (value) => (value === '' ? null : value),
    schema.nullish().transform((value) => value ?? null),
  );
}

/** What stands there and nobody can read: unknown, which is not the same as not reported. */
export const UNREAD = Symbol('unread');

/** Absent, null and "" as null; what does not fit as `UNREAD`, so that it takes nothing from the fields beside it. */
export function unlessUnread<T>(schema: z.ZodType<T>) {
  return presentOrNull(schema).or(z.unknown().transform((): typeof UNREAD => UNREAD));
}

/** What could be read. */
export function known<T>(value: T | typeof UNREAD): T | null {
  return value === UNREAD ? null : value;
}

/** A flag as JSON's own, or as a text or number. */
export const wireFlag = z.union([
  z.boolean(),
  z.union([z.literal('true'), z.literal('1'), z.literal(1)]).transform(() => true),
  z.union([z.literal('false'), z.literal('0'), z.literal(0)]).transform(() => false),
]);
