import { JsonError, type JsonObject, type JsonValue, parseJsonBytes } from '../../json/parse.ts';
import type { ResolveContext } from '../integration.ts';
import { PlatformError } from '../platform-error.ts';
import { isObject } from './family.ts';

const DEFAULT_API = 'https://open.douyin.com';

/** Staff stand at the counter: an answer that takes longer is one that did not come. */
const TIMEOUT_MS = 2_500;

/** What a call needs to know: whose it is, how to reach the platform, and how long it may take. */
export type CallContext = Pick<ResolveContext, 'app' | 'fetch' | 'now' | 'deadlineMs'>;

export function baseOf({ app }: Pick<CallContext, 'app'>): string {
  return (app.settings.apiBaseUrl ?? DEFAULT_API).replace(/\/+$/, '');
}

/** One POST of JSON; the answer's body as JSON. @throws PlatformError */
export async function post(
  context: CallContext,
  what: string,
  { url, headers, body }: { url: string; headers?: Record<string, string>; body: object },
): Promise<JsonObject> {
  const leftMs = context.deadlineMs - context.now();
  if (leftMs <= 0) throw new PlatformError(`no time left for ${what}`, { retryable: true });
  let response: Response;
  let bytes: Uint8Array;
  try {
    response = await context.fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      // A redirect would carry the token to whoever it names.
      redirect: 'error',
      signal: AbortSignal.timeout(Math.min(TIMEOUT_MS, leftMs)),
    });
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new PlatformError(`${what} did not answer`, { retryable: true, down: true, cause });
  }
  if (response.status !== 200) throw refused(what, response);
  return objectOf(what, bytes);
}

function objectOf(what: string, bytes: Uint8Array): JsonObject {
  let json: JsonValue;
  try {
    json = parseJsonBytes(bytes);
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause;
    throw new PlatformError(`${what} answered no JSON`, { retryable: true, down: true, cause });
  }
  if (isObject(json)) return json;
  throw new PlatformError(`${what} answered no JSON object`, { retryable: true });
}

/**
 * The platform's code, wherever it stands: `err_no` in these systems, `error_code` within `data` and
 * `extra` in Open-Douyin's common form. The first that is not 0 counts.
 * @returns undefined when there is none at all
 */
export function codeOf(answer: JsonObject): number | undefined {
  const places = [answer, answer.data, answer.extra].filter(isObject);
  const codes = places
    .flatMap((place) => [place.err_no, place.error_code])
    .filter((code) => code !== undefined && code !== null)
    .map(Number);
  return codes.find((code) => code !== 0) ?? codes[0];
}

function refused(what: string, response: Response): PlatformError {
  const retryAfter = Number(response.headers.get('retry-after'));
  const retryable = response.status === 429 || response.status === 408 || response.status >= 500;
  return new PlatformError(`${what} answered HTTP ${response.status}`, {
    retryable,
    down: retryable,
    ...(retryAfter > 0 ? { retryAfterMs: Math.min(retryAfter, 900) * 1000 } : {}),
  });
}
