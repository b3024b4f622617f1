import * as z from 'zod';
import type { JsonValue } from '../../json/parse.ts';
import { yuanToFen } from '../../money/yuan.ts';
import { normalizeInstant } from '../../time/shanghai.ts';
import { wireFen, wireTime } from '../wire.ts';

/** How values come in messages and answers. Absent, null and "" are "not told". */

/** Yuan as a float or its text → fen. Negative amounts are none. */
export const wireYuan = z
  .union([z.string(), z.number()])
  .transform((yuan, context) => {
    try {
      return yuanToFen(yuan);
    } catch {
      context.addIssue({ code: 'custom', message: 'not an amount in yuan' });
      return z.NEVER;
    }
  })
  .pipe(z.int().nonnegative());

export const wireAmount = { yuan: wireYuan, fen: wireFen.pipe(z.int().nonnegative()) } as const;

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

/** Absent, null and "" as null; anything else must fit. A 0 is told: it may be an amount. */
export function toldOrNull<S extends z.ZodType>(schema: S) {
  return z.preprocess(
    (value) => (value === '' ? null : value),
    schema.nullish().transform((value) => value ?? null),
  );
}

/** The value at a dotted path of names and list positions; undefined where there is none. */
export function valueAt(value: JsonValue, path: string): JsonValue | undefined {
  let at: JsonValue | undefined = value;
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as { [name: string]: JsonValue })[name];
  }
  return at;
}
