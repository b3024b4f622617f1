import { JsonError, type JsonObject, type JsonValue, parseJsonBytes } from '../json/parse.ts';
import type { ResolveContext } from './integration.ts';
import { PlatformError } from './platform-error.ts';

/** An answer that takes longer is one that did not come: whoever asked asks again later. */
const TIMEOUT_MS = 2_500;

/** A platform may not make us wait longer than this before we ask again. */
const MAX_RETRY_AFTER_S = 900;

export type ExchangeContext = Pick<ResolveContext, 'fetch' | 'now'> & {
  /** Epoch ms; none when absent. */
  readonly deadlineMs?: number;
};

export interface HttpQuestion {
  readonly url: string;
  /** Redirects are not followed unless it says so: one would carry the credentials elsewhere. */
  readonly init: RequestInit;
}

/**
 * One HTTP exchange with a platform; its body as JSON.
 * @param what the endpoint's name, for error texts
 * @throws PlatformError: no answer in time, any status but 200, no JSON
 */
export async function exchange(
  what: string,
  { url, init }: HttpQuestion,
  { fetch, now, deadlineMs }: ExchangeContext,
): Promise<JsonValue> {
  const leftMs = (deadlineMs ?? Number.POSITIVE_INFINITY) - now();
  if (leftMs <= 0) throw new PlatformError(`no time left for ${what}`, { retryable: true });
  let response: Response;
  let bytes: Uint8Array;
  try {
    const signal = AbortSignal.timeout(Math.min(TIMEOUT_MS, leftMs));
    response = await fetch(url, { redirect: 'manual', ...init, signal });
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

/** The same for the platforms whose answers are always objects. @throws PlatformError */
export async function exchangeObject(
  what: string,
  question: HttpQuestion,
  context: ExchangeContext,
): Promise<JsonObject> {
  const answer = await exchange(what, question, context);
  if (typeof answer === 'object' && answer !== null && !Array.isArray(answer)) return answer;
  throw new PlatformError(`${what} answered no JSON object`, { retryable: true });
}

/** The same call would be refused again. */
export function refusal(why: string): PlatformError {
  return new PlatformError(why, { retryable: false });
}

function refusedByStatus(what: string, response: Response): PlatformError {
  const retryAfterS = Number(response.headers.get('retry-after'));
  const retryable = response.status === 429 || response.status === 408 || response.status >= 500;
  return new PlatformError(`${what} answered HTTP ${response.status}`, {
    retryable,
    down: retryable,
    ...(retryAfterS > 0 ? { retryAfterMs: Math.min(retryAfterS, MAX_RETRY_AFTER_S) * 1000 } : {}),
  });
}
