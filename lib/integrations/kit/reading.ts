import type * as z from 'zod';
import type { EventDraft } from '../../events/event.ts';
import { JsonError, type JsonValue, parseJson } from '../../json/parse.ts';

/** What a delivery turned out to say. */
export type Reading =
  | { readonly outcome: 'events'; readonly kind: string; readonly events: readonly EventDraft[] }
  | { readonly outcome: 'hint'; readonly kind: string; readonly hint: Hint }
  /** Known, and not about money: kept in the archive. */
  | { readonly outcome: 'kept'; readonly kind: string }
  /** A kind nobody here knows: parked until the adapter learns it. */
  | { readonly outcome: 'unknown'; readonly kind: string }
  /** A known kind in a shape nobody expected, or no single JSON value: quarantined. */
  | { readonly outcome: 'malformed'; readonly kind: string; readonly why: string };

/** A delivery that says that something changed, but not enough to book it. */
export interface Hint {
  readonly action: 'paid' | 'redeemed' | 'reversed' | 'refunded';
  readonly merchantId: string;
  readonly orderId: string;
  readonly voucherId: string;
  /** When the platform says it happened. */
  readonly occurredAt: string;
}

/** What every integration's `read` says alike. */

/** More fields say no more about what is wrong with a message. */
const MAX_FIELDS = 20;

/**
 * The fields that did not fit, each once; never what was in them.
 * @param within the path of the object that was read, such as `info.`
 * @param whole what to call the object itself
 */
export function misfitsIn({ issues }: z.ZodError, within = '', whole = 'the whole'): string[] {
  const fields = issues.map(({ path }) => `${within}${path.join('.') || whole}`);
  return [...new Set(fields)].slice(0, MAX_FIELDS);
}

/** The same in words. */
export function misfit(error: z.ZodError, within = ''): string {
  return `did not fit: ${misfitsIn(error, within).join(', ')}`;
}

export function malformed(kind: string, why: string | z.ZodError, within = ''): Reading {
  return { outcome: 'malformed', kind, why: typeof why === 'string' ? why : misfit(why, within) };
}

/** A message without a time happened when it came. */
export function withoutTime(kind: string): Reading {
  return malformed(kind, 'it carries no time, and nobody knows when it came');
}

export function events(kind: string, ...drafts: EventDraft[]): Reading {
  return { outcome: 'events', kind, events: drafts };
}

/** A field that a message lacks, or that does not fit. Named by its path, never by its value. */
export class Misfit extends Error {
  constructor(field: string) {
    super(`did not fit: ${field}`);
    this.name = 'Misfit';
  }
}

/**
 * JSON in a string, read a second time. What is missing reads as null, and its schema says so.
 * @throws JsonError
 */
export function contentOf(content: JsonValue | undefined): JsonValue {
  if (typeof content !== 'string') return content ?? null;
  return content === '' ? null : parseJson(content);
}

/**
 * What `read` makes of a body. Where the body, or JSON within it, is none, or a field is a {@link Misfit},
 * the reading is malformed.
 * @param kind what is known of the message's kind when it fails
 * @param within where the JSON stands, such as `info: `
 */
export function readable(read: () => Reading, kind: () => string, within = ''): Reading {
  try {
    return read();
  } catch (error) {
    if (error instanceof JsonError) return malformed(kind(), `${within}${error.message}`);
    if (error instanceof Misfit) return malformed(kind(), error.message);
    throw error;
  }
}
