import { PlatformError } from '../../lib/integrations/kit/platform-error.ts';

/** A platform at the other end of `fetch`: how it answers, and how our clients fail of it. */

/** The address that a client asked, however it gave it. */
export const urlOf = (input: string | URL | Request): string =>
  input instanceof Request ? input.url : input.toString();

/** A platform that answers this to everything. */
export const answering =
  (body: string, init?: ResponseInit): typeof globalThis.fetch =>
  async () =>
    new Response(body, init);

/** @throws when it succeeded, or failed of anything else */
export async function failureOf(asking: Promise<unknown>): Promise<PlatformError> {
  const reason: unknown = await asking.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (reason instanceof PlatformError) return reason;
  throw new Error('it did not fail as a platform does', { cause: reason });
}

export type Trouble = readonly [
  what: string,
  fetch: typeof globalThis.fetch,
  /** What the client's error must say of it. */
  expected: Partial<PlatformError>,
];

/** What goes wrong at any platform. */
export const TROUBLES: readonly Trouble[] = [
  ['HTTP 500', answering('', { status: 500 }), { retryable: true, down: true }],
  ['HTTP 503', answering('', { status: 503 }), { retryable: true, down: true }],
  ['HTTP 429', busy('7'), { retryable: true, retryAfterMs: 7_000 }],
  ['HTTP 429 for hours', busy('9999'), { retryable: true, retryAfterMs: 900_000 }],
  ['HTTP 403', answering('', { status: 403 }), { retryable: false, down: false }],
  ['a redirect', redirecting, { retryable: false }],
  ['half a JSON', answering('{"data":'), { retryable: true, down: true }],
  ['no connection', unreachable, { retryable: true, down: true }],
];

function busy(seconds: string): typeof globalThis.fetch {
  return answering('', { status: 429, headers: { 'retry-after': seconds } });
}

async function redirecting(): Promise<Response> {
  return new Response('', { status: 302, headers: { location: 'http://x' } });
}

async function unreachable(): Promise<Response> {
  throw new TypeError('fetch failed');
}
