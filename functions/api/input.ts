import type { Context } from 'hono';
import * as z from 'zod';
import { Problem } from '../../lib/errors/problem.ts';
import { JsonError, type JsonValue, parseJsonBytes } from '../../lib/json/parse.ts';
import {
  addDays,
  businessDayAt,
  daysBetween,
  isBusinessDay,
  normalizeInstant,
} from '../../lib/time/shanghai.ts';

/** What comes in is parsed here, once; errors name the field and never repeat its value. */

/** @throws Problem `request-invalid` */
export async function readBody<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  let json: JsonValue;
  try {
    json = parseJsonBytes(new Uint8Array(await c.req.arrayBuffer()));
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new Problem('request-invalid', `The body must be one JSON object: ${error.message}.`);
  }
  return check(schema, json);
}

/** @throws Problem `request-invalid` */
export function check<T>(schema: z.ZodType<T>, value: unknown): T {
  if (hasFieldOfNone(value)) throw new Problem('request-invalid', 'No field is called __proto__.');
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape).join(', ') : '';
  const issues = parsed.error.issues.flatMap(nearest);
  const texts = issues.map((issue) => textOf(issue, known));
  const fields = issues.map(({ path }) => String(path[0] ?? '')).filter(isName);
  throw new Problem('request-invalid', texts.join('; '), { fields });
}

/** Of a body with several forms, what is wrong in the one that it comes nearest to. */
function nearest(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union' || issue.path.length > 0) return [issue];
  const [first, ...rest] = issue.errors;
  if (first === undefined) return [issue];
  return rest.reduce((best, one) => (wrongIn(one) < wrongIn(best) ? one : best), first);
}

/** Each field that a form does not know counts, as each that it misses does. */
function wrongIn(issues: readonly z.core.$ZodIssue[]): number {
  const counts = issues.map((one) => (one.code === 'unrecognized_keys' ? one.keys.length : 1));
  return counts.reduce((sum, one) => sum + one, 0);
}

/** The schemas pass over a field of this name in silence, where fields are named by ids. */
function hasFieldOfNone(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(hasFieldOfNone);
}

/**
 * Zod names the fields that it does not know, and those are whatever the caller wrote.
 * @param known the fields that there are, where that is certain
 */
function textOf({ path, ...issue }: z.core.$ZodIssue, known: string): string {
  const where = path.map(String).filter(isName).join('.');
  if (issue.code !== 'unrecognized_keys') {
    return where === '' ? issue.message : `${where}: ${issue.message}`;
  }
  const { length } = issue.keys;
  const what = `${length === 1 ? 'a field' : `${length} fields`} that nobody knows here`;
  if (where !== '') return `${where}: ${what}; /docs has the names`;
  return known === '' ? `${what}; /docs has the names` : `${what}; known are ${known}`;
}

/** A name of ours, or a place in a list; a record's key is the caller's. */
const isName = (name: string) => /^(?:\d{1,5}|[A-Za-z_]{1,40})$/.test(name);

/**
 * One line of somebody's words: a name, a reason. Control characters would break a line or a terminal, and
 * those that turn the direction of writing would make it read as another.
 */
export function lineInput(most: number): z.ZodType<string> {
  return z
    .string()
    .trim()
    .min(1)
    .max(most)
    .refine((text) => text.isWellFormed() && !NOT_OF_A_LINE.test(text), LINE_HELP);
}

/** Controls, separators of lines, and the marks, embeddings, overrides and isolates of bidirectional text. */
const NOT_OF_A_LINE = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

const LINE_HELP =
  'one line of text, without control characters and marks of the direction of writing';

/** An instant with an offset, in our one form. */
export const instantInput = z.string().transform((value, context) => {
  try {
    return normalizeInstant(value);
  } catch {
    context.addIssue({ code: 'custom', message: INSTANT_HELP });
    return z.NEVER;
  }
});

const INSTANT_HELP = 'an instant is ISO 8601 with an offset, such as 2025-10-09T16:53:20+08:00';

/** A window of business days, both ends included. */
export interface Window {
  readonly from: string;
  readonly to: string;
}

const DEFAULT_DAYS = 31;
export const MAX_DAYS = 400;

const dayInput = z.string().refine(isBusinessDay, 'a day is YYYY-MM-DD');

/** `?from&to`, for a query's schema. */
export const windowShape = { from: dayInput.optional(), to: dayInput.optional() };

/** The last 31 days where nothing is said. @throws Problem `request-invalid` */
export function windowOf(
  requested: { readonly from?: string | undefined; readonly to?: string | undefined },
  nowMs: number,
): Window {
  const to = requested.to ?? businessDayAt(nowMs);
  const from = requested.from ?? addDays(to, 1 - DEFAULT_DAYS);
  const days = daysBetween(from, to);
  if (days < 1) {
    throw new Problem('request-invalid', 'from: must not be after to', {
      fields: ['order-of-days'],
    });
  }
  if (days > MAX_DAYS) throw tooManyDays();
  return { from, to };
}

/** Said in both languages, as the reasons of a file's lines are. */
export function tooManyDays(): Problem {
  const detail = `A window has at most ${MAX_DAYS} days: ask for several. (时段最多 ${MAX_DAYS} 天，请分几次)`;
  return new Problem('request-invalid', detail, { fields: ['number-of-days'] });
}

/** `?limit`: how many a page has, and at most. */
export function limitInput(standard: number, most: number) {
  return z.coerce.number().int().min(1).max(most).default(standard);
}

/** `?cursor`, opened, for a query's schema: where to go on, undefined at the start. */
export function cursorInput<T>(schema: z.ZodType<T>) {
  const read = z.string().transform((cursor, context): T | undefined => {
    const position = positionIn(cursor, schema);
    if (position !== WRONG) return position;
    context.addIssue({ code: 'custom', message: CURSOR_HELP });
    return z.NEVER;
  });
  return read.optional();
}

/** The same where the schema depends on the rest of the request. @throws Problem `request-invalid` */
export function readPosition<T>(
  cursor: string | null | undefined,
  schema: z.ZodType<T>,
): T | undefined {
  const position = positionIn(cursor ?? '', schema);
  if (position !== WRONG) return position;
  throw new Problem('request-invalid', `cursor: ${CURSOR_HELP}`, { fields: ['cursor'] });
}

const CURSOR_HELP = 'use the `next` of an earlier answer as it is.';

const WRONG = Symbol('no cursor of ours');

function positionIn<T>(cursor: string, schema: z.ZodType<T>): T | undefined | typeof WRONG {
  if (cursor === '') return undefined;
  const read = cursor.length > MAX_CURSOR ? null : decoded(cursor);
  const parsed = schema.safeParse(read);
  return parsed.success && isKeyable(read) ? parsed.data : WRONG;
}

/** In characters: none of ours is half of it. */
const MAX_CURSOR = 4_096;

/** DynamoDB's limit for a sort key, in bytes, which none of our partition keys reaches either. */
const MAX_KEY_BYTES = 1_024;

function decoded(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}

/** Texts in a cursor are keys of the table or parts of them, so each must be able to be one. */
function isKeyable(read: unknown): boolean {
  if (typeof read === 'string') {
    return read.isWellFormed() && Buffer.byteLength(read) <= MAX_KEY_BYTES;
  }
  return typeof read !== 'object' || read === null || Object.values(read).every(isKeyable);
}
