import { AddressRefused } from '../http/outgoing.ts';
import { redactText } from '../log/redact.ts';

/** From the connection to the last byte of the answer that is read. */
const SEND_MS = 10_000;

/** Of an answer that is read; what comes after it is nobody's to read. */
const MAX_ANSWER_BYTES = 4_096;
/** Of an answer that is kept for the log. */
const MAX_KEPT = 500;

/** Why no answer counts. */
export type Failure = 'address-refused' | 'timeout' | 'unreachable' | 'redirect' | 'status';

export interface Sent {
  /** Null: it was taken, with a status of 2xx. */
  readonly failure: Failure | null;
  /** Null: no answer came. */
  readonly status: number | null;
  /** The beginning of the answer, without what has the form of a secret or of a phone number. */
  readonly answer: string;
  readonly ms: number;
  /** Until when the receiver wants to be left alone, in ms from now; null where it does not say. */
  readonly retryAfterMs: number | null;
}

export interface Sending {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Sender {
  /** One that follows no redirect and checks the address that it connects to: `outgoing`. */
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => number;
}

/** One POST. It never throws for what the receiver does. */
export async function send(
  { url, headers, body }: Sending,
  { fetch, now }: Sender,
  withinMs = SEND_MS,
): Promise<Sent> {
  const beganMs = now();
  const signal = AbortSignal.timeout(withinMs);
  const ended = (sent: Omit<Sent, 'ms' | 'answer'> & { readonly answer?: string }): Sent => ({
    answer: '',
    ...sent,
    ms: Math.max(0, now() - beganMs),
  });
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
      signal,
      redirect: 'manual',
    });
    const { status } = response;
    // A receiver that took it has taken it, whatever becomes of the rest of its answer.
    const answer = await beginningOf(response).catch(() => '');
    const failure = failureOf(status);
    const retryAfterMs = failure === null ? null : readRetryAfter(response.headers, now());
    return ended({ failure, status, answer, retryAfterMs });
  } catch (error) {
    const none = { status: null, retryAfterMs: null };
    if (error instanceof AddressRefused) return ended({ ...none, failure: 'address-refused' });
    return ended({ ...none, failure: signal.aborted ? 'timeout' : 'unreachable' });
  }
}

function failureOf(status: number): Failure | null {
  if (status >= 200 && status < 300) return null;
  return status >= 300 && status < 400 ? 'redirect' : 'status';
}

async function beginningOf({ body }: Response): Promise<string> {
  if (body === null) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = body.getReader();
  try {
    while (bytes < MAX_ANSWER_BYTES) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value as Uint8Array);
      bytes += (value as Uint8Array).byteLength;
    }
  } finally {
    // The connection with it: nobody waits for the rest.
    await reader.cancel().catch(() => undefined);
  }
  const text = new TextDecoder().decode(Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES));
  return shown(text);
}

/** One line, without what nobody must read in a log. */
function shown(text: string): string {
  const line = redactText(text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029\s]+/gu, ' ').trim());
  // Long rows of digits are codes, numbers of people, open ids.
  return line.replaceAll(/\d{8,}/g, '[digits]').slice(0, MAX_KEPT);
}

/** Seconds, or a date as HTTP writes it. @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
function readRetryAfter(headers: Headers, nowMs: number): number | null {
  const text = headers.get('retry-after')?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}
