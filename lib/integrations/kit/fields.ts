import * as z from 'zod';
import type { JsonValue } from '../../json/parse.ts';
import { floatYuanToFen, yuanToFen } from '../../money/yuan.ts';
import { wireFen } from './wire.ts';

/** For messages and answers whose fields only an operator's settings name. */

/** The value at a dotted path of names and list positions; undefined where there is none. */
export function valueAt(value: JsonValue, path: string): JsonValue | undefined {
  let at: JsonValue | undefined = value;
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as { [name: string]: JsonValue })[name];
  }
  return at;
}

/** Yuan as a float or its text → fen. Negative amounts are none. */
export const wireYuan = z
  .union([z.string(), z.number()])
  .transform((yuan, context) => {
    try {
      return typeof yuan === 'number' ? floatYuanToFen(yuan) : yuanToFen(yuan);
    } catch {
      context.addIssue({ code: 'custom', message: 'not an amount in yuan' });
      return z.NEVER;
    }
  })
  .pipe(z.int().nonnegative());

/** An amount in the unit that the setting says. */
export const wireAmount = { yuan: wireYuan, fen: wireFen.pipe(z.int().nonnegative()) } as const;
