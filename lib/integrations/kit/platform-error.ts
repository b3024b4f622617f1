import * as z from 'zod';
import { misfitsIn } from './reading.ts';
import type { Resolution } from './resolution.ts';

/**
 * What a platform's number says to the caller. `busy`: the same call may work later. `token`: with
 * a new token. `refused`: the same call is answered the same. `business`: the platform files many
 * reasons under it, so that a question is worth asking again and an act was not done.
 */
export type CodeMeaning = 'busy' | 'token' | 'refused' | 'business';

/** One table of numbers, as a platform publishes it. */
export interface CodeTable {
  /** The platform's own page. */
  readonly source: string;
  /** By the number or word as it stands in the answer. */
  readonly codes: Readonly<Record<string, CodeMeaning>>;
}

/**
 * How often a question is repeated that is answered with a number of no table: with the pauses of a
 * hint, some hours. After that nobody here can do more, and somebody must look at the number.
 */
export const UNKNOWN_CODE_PATIENCE = 24;

/** What an operator may say of a platform's numbers and words. */
export const codesSchema = z.record(
  z.string().regex(/^-?\w{1,40}$/, 'a number or a word'),
  z.enum(['busy', 'token', 'refused', 'business']),
);

/** What an operator knows of a platform's numbers goes before what is published. */
export function tablesWith(
  codes: CodeTable['codes'] | undefined,
  ...published: readonly CodeTable[]
): readonly CodeTable[] {
  return [{ source: 'the setting codes', codes: codes ?? {} }, ...published];
}

/** What a number means by the first table that has it; `unknown` where none has. */
export function meaningOf(
  code: string | number,
  tables: readonly CodeTable[],
): CodeMeaning | 'unknown' {
  const name = String(code);
  const table = tables.find(({ codes }) => Object.hasOwn(codes, name));
  return table?.codes[name] ?? 'unknown';
}

/**
 * What a platform's API did instead of answering. `retryable`: the same call may work later.
 * `why` is made of endpoint names and codes, never of what the platform sent.
 */
export class PlatformError extends Error {
  readonly retryable: boolean;
  /** The API as a whole did not answer, so other questions are no use either. */
  readonly down: boolean;
  /** It answered, in a shape that nobody here can read: of one among many the others are worth going on with. */
  readonly unreadable: boolean;
  readonly retryAfterMs: number | undefined;
  /** The platform's own code, where it answered one: it understood the question, and said no. */
  readonly code: string | undefined;
  /** What the platform's tables say of the code; absent without a code, or where nobody looked it up. */
  readonly meaning: CodeMeaning | 'unknown' | undefined;
  constructor(
    why: string,
    options: {
      retryable: boolean;
      down?: boolean;
      unreadable?: boolean;
      retryAfterMs?: number;
      code?: string;
      meaning?: CodeMeaning | 'unknown';
      cause?: unknown;
    },
  ) {
    super(why, { cause: options.cause });
    this.name = 'PlatformError';
    this.retryable = options.retryable;
    this.down = options.down ?? false;
    this.unreadable = options.unreadable ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.code = options.code;
    this.meaning = options.meaning;
  }
}

/**
 * An act that is answered with a number nobody knows was refused: of platforms that publish few numbers,
 * most refusals have such a one.
 */
export function actError(
  what: string,
  code: string | number,
  tables: readonly CodeTable[],
): PlatformError {
  return codeError(what, { code, isAct: true, isRefusedUnlessKnown: true }, tables);
}

/**
 * Of a question about one thing among many: what the platform answered, if anything can be told from it. Undefined where it
 * refused, or answered by a shape or a number that nobody here knows: the questions about the others go on.
 * @throws PlatformError it did not answer, or is busy
 */
export async function unlessUnusable<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isUnusable(error)) return undefined;
    throw error;
  }
}

/** See {@link unlessUnusable}. */
export function isUnusable(error: unknown): error is PlatformError {
  if (!(error instanceof PlatformError)) return false;
  return error.unreadable || !error.retryable || error.meaning === 'unknown';
}

/** More fields say no more about what is wrong with an answer. */
const MAX_FIELDS = 5;

/**
 * An answer that nobody here can read: the next one may be readable.
 * @param error names the fields that did not fit
 */
export function unknownShape(what: string, error?: z.ZodError, whole?: string): PlatformError {
  const fields = error === undefined ? [] : misfitsIn(error, '', whole).slice(0, MAX_FIELDS);
  const where = fields.length === 0 ? '' : ` at ${fields.join(', ')}`;
  const text = `${what} answered in an unknown shape${where}`;
  return new PlatformError(text, { retryable: true, unreadable: true });
}

/**
 * The error for an answer with a number that is no success. A number that no table has is worth asking
 * again, with a bound; its text names it, so that whoever reads the log can look it up.
 * @param what the endpoint's name
 * @param answer.subCode the platform's closer reason: where a table has it, it decides
 * @param answer.isAct the call does something, so that `business` is a refusal
 * @param answer.isRefusedUnlessKnown of an act, where the platform publishes no table of its refusals
 */
export function codeError(
  what: string,
  answer: {
    readonly code: string | number;
    readonly subCode?: string | number;
    readonly isAct?: boolean;
    readonly isRefusedUnlessKnown?: boolean;
  },
  tables: readonly CodeTable[],
): PlatformError {
  const { code, subCode, isAct = false, isRefusedUnlessKnown = false } = answer;
  const closer = subCode === undefined ? 'unknown' : meaningOf(subCode, tables);
  const meaning = closer === 'unknown' ? meaningOf(code, tables) : closer;
  const number = subCode === undefined ? `${code}` : `${code} (${subCode})`;
  const hint = meaning === 'unknown' ? ', which none of its tables has' : '';
  const isRefused =
    meaning === 'refused' ||
    (meaning === 'business' && isAct) ||
    (meaning === 'unknown' && isRefusedUnlessKnown);
  return new PlatformError(`${what} answered error ${number}${hint}`, {
    retryable: !isRefused,
    code: String(code),
    meaning,
  });
}

/**
 * What becomes of a hint whose question was not answered: it waits. Where the platform did answer, by a
 * number without a plain meaning, it waits only so long, and is then set aside with that number.
 * @param answers how often the platform answered about this hint before without showing what it says
 */
export function unanswered(error: PlatformError, answers: number): Resolution {
  const { message: why, retryAfterMs, down: unavailable, unreadable, meaning } = error;
  const isPuzzling = meaning === 'unknown' || meaning === 'business';
  return {
    outcome: isPuzzling && answers >= UNKNOWN_CODE_PATIENCE ? 'contradicted' : 'wait',
    why,
    ...(isPuzzling && { answered: true }),
    ...(unreadable && { unreadable }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...{ unavailable, events: [], stores: [] },
  };
}
