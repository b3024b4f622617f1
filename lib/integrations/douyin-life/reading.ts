import type * as z from 'zod';
import { parseJson } from '../../json/parse.ts';
import type { App } from '../kit/app.ts';
import type { Reading } from '../kit/integration.ts';

/** One message on its way to what it says. */
export interface Message {
  readonly kind: string;
  readonly content: unknown;
  /** The platform's id of the buyer, or null. */
  readonly buyerId: string | null;
  readonly app: App;
  readonly receivedAt: string | undefined;
}

/** JSON in a string, read a second time. What is missing reads as null, and its schema says so. */
export function contentOf(content: unknown): unknown {
  if (typeof content !== 'string') return content ?? null;
  return content === '' ? null : parseJson(content);
}

/** Names the fields that did not fit, never what was in them. */
export function malformed(kind: string, error: z.ZodError): Reading {
  const fields = error.issues.map((issue) => issue.path.join('.') || 'the whole');
  return { outcome: 'malformed', kind, why: `did not fit: ${[...new Set(fields)].join(', ')}` };
}

/** A message that tells no time is as of when it came. */
export function withoutTime(kind: string): Reading {
  return { outcome: 'malformed', kind, why: 'it tells no time, and nobody knows when it came' };
}
