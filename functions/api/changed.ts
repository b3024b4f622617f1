import type { Context } from 'hono';
import { fingerprint } from '../../lib/crypto/hash.ts';

/** For whoever polls: an answer that is made of rollups has their versions for an ETag. */

/** What an answer is made of, beside its address: who reads, the days, and the versions of what was read. */
export type MadeOf = readonly string[];

const SLICE_MS = 10 * 60_000;

/**
 * What has no version of ours: names, and totals below a day that a weakly consistent read may miss for a moment. A
 * part of the ETag, so that none of it stays behind for longer than ten minutes.
 */
export function sliceOf(nowMs: number): string {
  return String(Math.floor(nowMs / SLICE_MS));
}

/**
 * Answers 304 to whoever has it as it is. The versions must have been read before what is answered: whatever comes in
 * between is then another version at the next request.
 */
export function ifChanged(
  c: Context,
  madeOf: MadeOf,
  answer: () => Response | Promise<Response>,
): Response | Promise<Response> {
  const { pathname, search } = new URL(c.req.url);
  const etag = `"${fingerprint(pathname, search, ...madeOf).slice(0, 24)}"`;
  c.header('etag', etag);
  return has(c.req.header('if-none-match'), etag) ? c.body(null, 304) : answer();
}

/** By the weak comparison, as RFC 9110 13.1.2 has it for `If-None-Match`. */
function has(header: string | undefined, etag: string): boolean {
  const known = (header ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''));
  return known.includes('*') || known.includes(etag);
}
