import type { Context, MiddlewareHandler } from 'hono';
import { Problem } from '../../lib/errors/problem.ts';

/**
 * How many requests one token may send in a minute. It is counted in this process's memory, so it costs no read and
 * no write; of several processes each counts for itself, so a token may have up to that many times as much.
 */

export interface RequestLimitOptions {
  /** Of one token in a minute, in one process; 0 for no limit. */
  readonly most: number;
  /** Any clock in ms that goes on by itself. */
  readonly clockMs: () => number;
}

const WINDOW_MS = 60_000;

/** More than a process sees in a minute; the one that came first is forgotten. */
const MAX_TOKENS = 5_000;

interface Spent {
  readonly sinceMs: number;
  count: number;
}

/** Where a token stands after a request. */
interface Standing {
  readonly most: number;
  readonly left: number;
  /** Until all of it is there again. */
  readonly resetMs: number;
}

export class RequestLimit {
  readonly #options: RequestLimitOptions;
  readonly #spent = new Map<string, Spent>();

  constructor(options: RequestLimitOptions) {
    this.#options = options;
  }

  /** Counts a request. @throws Problem `too-many-requests` */
  count(tokenId: string, c: Context): void {
    const { most } = this.#options;
    if (most === 0) return;
    const { count, resetMs } = this.#spend(tokenId);
    const standing: Standing = { most, left: Math.max(0, most - count), resetMs };
    c.set(STANDING, standing);
    if (count <= most) return;
    const detail = `More than ${most} requests a minute came with this token. Wait as long as Retry-After says.`;
    throw new Problem('too-many-requests', detail, { retryAfterMs: resetMs });
  }

  #spend(tokenId: string): { count: number; resetMs: number } {
    const nowMs = this.#options.clockMs();
    const known = this.#spent.get(tokenId);
    const isOver = known === undefined || nowMs - known.sinceMs >= WINDOW_MS;
    const spent = isOver ? { sinceMs: nowMs, count: 0 } : known;
    spent.count += 1;
    if (isOver) this.#keep(tokenId, spent);
    return { count: spent.count, resetMs: spent.sinceMs + WINDOW_MS - nowMs };
  }

  #keep(tokenId: string, spent: Spent): void {
    this.#spent.delete(tokenId);
    this.#spent.set(tokenId, spent);
    if (this.#spent.size <= MAX_TOKENS) return;
    const [oldest] = this.#spent.keys();
    if (oldest !== undefined) this.#spent.delete(oldest);
  }
}

const STANDING = 'request-limit';

/**
 * Says to whoever sends requests how many are left: `RateLimit` and `RateLimit-Policy` as
 * draft-ietf-httpapi-ratelimit-headers-10 writes them (lists of strings with parameters: quota and window, rest and
 * seconds until the reset).
 */
export function limitHeaders(): MiddlewareHandler {
  return async function limitHeaders(c, next) {
    await next();
    const standing = c.get(STANDING) as Standing | undefined;
    if (standing === undefined) return;
    const { most, left, resetMs } = standing;
    c.res.headers.set('ratelimit-policy', `"token";q=${most};w=${WINDOW_MS / 1000}`);
    c.res.headers.set('ratelimit', `"token";r=${left};t=${Math.ceil(resetMs / 1000)}`);
  };
}
