import { JsonError, type JsonValue, parseJsonBytes } from '../../json/parse.ts';
import type { ResolveContext } from '../integration.ts';
import { PlatformError } from '../platform-error.ts';

/** An answer that takes longer is asked for again later; nothing else waits for it. */
const TIMEOUT_MS = 2_500;

export type ClientContext = Pick<ResolveContext, 'app' | 'fetch' | 'now'> & {
  readonly deadlineMs?: number;
};

/** One HTTP exchange; its body as JSON. @throws PlatformError */
export async function exchange(
  what: string,
  { url, init }: { url: string; init: RequestInit },
  { fetch, now, deadlineMs }: ClientContext,
): Promise<JsonValue> {
  const leftMs = (deadlineMs ?? Number.POSITIVE_INFINITY) - now();
  if (leftMs <= 0) throw new PlatformError(`no time left for ${what}`, { retryable: true });
  let response: Response;
  let bytes: Uint8Array;
  try {
    const signal = AbortSignal.timeout(Math.min(TIMEOUT_MS, leftMs));
    response = await fetch(url, { ...init, redirect: 'manual', signal });
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new PlatformError(`${what} did not answer`, { retryable: true, down: true, cause });
  }
  if (response.status !== 200) throw refusedByStatus(what, response);
  try {
    return parseJsonBytes(bytes);
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause;
    throw new PlatformError(`${what} answered no JSON`, { retryable: true, down: true, cause });
  }
}

/** No list of codes is documented as passing by itself, so none is retried. */
export function refusal(why: string): PlatformError {
  return new PlatformError(why, { retryable: false });
}

function refusedByStatus(what: string, response: Response): PlatformError {
  const retryAfter = Number(response.headers.get('retry-after'));
  const retryable = response.status === 429 || response.status === 408 || response.status >= 500;
  return new PlatformError(`${what} answered HTTP ${response.status}`, {
    retryable,
    down: retryable,
    ...(retryAfter > 0 ? { retryAfterMs: Math.min(retryAfter, 900) * 1000 } : {}),
  });
}
