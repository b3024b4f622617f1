import type * as z from 'zod';
import { ApiFailure, CODES } from './answers.ts';

/** Reads what an API call brings; what is not as documented is answered 2100005. */

export function text(query: URLSearchParams, name: string): string | null {
  return query.get(name) || null;
}

/** @throws ApiFailure when it is missing */
export function requiredText(query: URLSearchParams, name: string): string {
  const value = text(query, name);
  if (value === null) throw badParameter(`${name} is required`);
  return value;
}

/** @throws ApiFailure when it is missing or outside the bounds, both included */
export function requiredInteger(
  query: URLSearchParams,
  name: string,
  bounds: { readonly min: number; readonly max: number },
): number {
  const value = integer(query, name);
  if (value === null) throw badParameter(`${name} is required`);
  if (value < bounds.min || value > bounds.max) {
    throw badParameter(`${name} is ${bounds.min} to ${bounds.max}`);
  }
  return value;
}

/** @throws ApiFailure when it is there and no whole number */
export function integer(query: URLSearchParams, name: string): number | null {
  const value = text(query, name);
  if (value === null) return null;
  if (!/^\d{1,15}$/.test(value)) throw badParameter(`${name} is a whole number`);
  return Number(value);
}

/**
 * An `Array<String>` in a query string. How the platform wants it written is shown in three ways,
 * so all are read: repeated, a comma list, and a JSON list (which the official SDK sends).
 */
export function list(query: URLSearchParams, name: string): string[] {
  return [...query.getAll(name), ...query.getAll(`${name}[]`)]
    .flatMap((value) => value.replace(/^\[|\]$/g, '').split(','))
    .map((item) => item.trim().replace(/^"|"$/g, ''))
    .filter((item) => item !== '');
}

export function badParameter(what: string): ApiFailure {
  return new ApiFailure(CODES.badParameter, `参数不合法: ${what}`);
}

/** A call's body, as its endpoint reads it. @throws ApiFailure */
export function fieldsOf<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw badParameter(parsed.error.issues.map((issue) => issue.path.join('.')).join(', '));
}
