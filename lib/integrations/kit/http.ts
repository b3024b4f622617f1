import { AddressRefused } from '../../http/outgoing.ts';
import type { JsonObject, JsonValue } from '../../json/parse.ts';
import { isObject, jsonOr } from './json.ts';
import { PlatformError } from './platform-error.ts';
import { type PlatformRequests, requestIdIn } from './platform-requests.ts';

/**
 * The one place that calls a platform: whoever asks anything of one comes through here. A test finds
 * any other call in `lib/integrations`.
 */

/** An answer that takes longer is one that did not come: the caller asks again later. */
const TIMEOUT_MS = 2_500;

/** A platform may not make us wait longer than this before we ask again. */
const MAX_RETRY_AFTER_S = 900;

/** The longest documented list, 300 rows, is a tenth of it. */
export const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

export interface ExchangeContext {
  readonly fetch: typeof globalThis.fetch;
  /** Epoch ms. */
  readonly now: () => number;
  /** Epoch ms; none when absent. */
  readonly deadlineMs?: number;
  /** Where the platform's ids of the calls are noted; nowhere when absent. */
  readonly requests?: PlatformRequests | undefined;
}

export interface HttpQuestion {
  readonly url: string;
  /** It asks for the token of other calls, and is none of these itself. */
  readonly isForToken?: true;
  readonly init: {
    /** GET when absent. */
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string | URLSearchParams;
  };
}

/**
 * One HTTP exchange with a platform; its body as JSON. No redirect is followed: it would carry the
 * credentials to whoever it names.
 * @param what the endpoint's name, for error texts
 * @throws PlatformError: no answer in time, any status but 200, too long, no JSON; not retryable, and
 * nothing was sent, where the address holds a name and password
 */
export async function exchange(
  what: string,
  question: HttpQuestion,
  context: ExchangeContext,
): Promise<JsonValue> {
  const requests = question.isForToken === true ? undefined : context.requests;
  requests?.begin(what);
  const { headers, bytes } = await bytesOf(what, question, { ...context, requests });
  requests?.note(what, requestIdIn(headers));
  const answer = jsonOr(bytes, (cause) => {
    throw new PlatformError(`${what} answered no JSON`, { retryable: true, down: true, cause });
  });
  requests?.note(what, requestIdIn(headers, answer));
  return answer;
}

/** The same for the platforms whose answers are always objects. @throws PlatformError */
export async function exchangeObject(
  what: string,
  question: HttpQuestion,
  context: ExchangeContext,
): Promise<JsonObject> {
  const answer = await exchange(what, question, context);
  if (isObject(answer)) return answer;
  throw new PlatformError(`${what} answered no JSON object`, { retryable: true });
}

/** The address that paths are put behind: the app's own, or the platform's. */
export function baseOf(apiBaseUrl: string | undefined, standard: string): string {
  return (apiBaseUrl ?? standard).replace(/\/+$/, '');
}

/** The same call would be refused again. @param code the platform's, where it was the platform that refused */
export function refusal(why: string, code?: string): PlatformError {
  return new PlatformError(why, { retryable: false, ...(code === undefined ? {} : { code }) });
}

/**
 * Where a link of a platform's redirects, and nothing else of its answer.
 * @throws PlatformError that is retryable: no answer in time
 */
export async function redirectOf(
  what: string,
  url: URL,
  { fetch }: Pick<ExchangeContext, 'fetch'>,
): Promise<string | null> {
  const init = {
    method: 'HEAD',
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  } as const;
  try {
    const { headers } = await fetch(url, init);
    return headers.get('location');
  } catch (cause) {
    throw new PlatformError(`${what} did not answer`, { retryable: true, down: true, cause });
  }
}

async function bytesOf(
  what: string,
  { url, init }: HttpQuestion,
  { fetch, now, deadlineMs, requests }: ExchangeContext,
): Promise<{ readonly headers: Headers; readonly bytes: Uint8Array }> {
  if (!isAddress(url)) throw refusal(`${what} has no http(s) address without a name and password`);
  const leftMs = (deadlineMs ?? Number.POSITIVE_INFINITY) - now();
  if (leftMs <= 0) throw new PlatformError(`no time left for ${what}`, { retryable: true });
  const signal = AbortSignal.timeout(Math.min(TIMEOUT_MS, leftMs));
  try {
    const response = await fetch(url, { ...init, redirect: 'manual', signal });
    const { headers } = response;
    if (response.status === 200) return { headers, bytes: await readBounded(what, response) };
    requests?.note(what, requestIdIn(headers));
    // Nobody reads it; whether the platform hears of that is not waited for.
    response.body?.cancel().catch(() => {});
    throw refusedByStatus(what, response);
  } catch (cause) {
    if (cause instanceof PlatformError) throw cause;
    const why =
      cause instanceof AddressRefused
        ? `${what} was not called: ${cause.message}`
        : `${what} did not answer`;
    throw new PlatformError(why, { retryable: true, down: true, cause });
  }
}

function isAddress(url: string): boolean {
  const parsed = URL.parse(url);
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol)) return false;
  return parsed.username === '' && parsed.password === '';
}

/** @throws PlatformError as soon as it is too long; the rest is not read */
async function readBounded(what: string, { body }: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_ANSWER_BYTES) {
      throw new PlatformError(`${what} answered more than ${MAX_ANSWER_BYTES} bytes`, {
        retryable: true,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
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
