import { JsonError, type JsonValue, parseJson, parseJsonBytes } from '../../json/parse.ts';
import type { Answer, SignedRequest } from '../kit/integration.ts';
import { isSpi } from './family.ts';
import { success } from './spi/envelope.ts';

const JSON_HEADERS = { 'content-type': 'application/json' } as const;

/**
 * HTTP 200 within 5 s is what counts; a webhook's body is free, and this is the platform's usual form.
 * An SPI request without an answer of its own gets its envelope.
 */
export function acknowledge(request: SignedRequest): Answer {
  if (isSpi(request)) return success();
  return { status: 200, headers: JSON_HEADERS, body: '{"err_no":0,"err_tips":"success"}' };
}

/**
 * `verify_webhook`: the console's check of the URL, answered with the same challenge in the same type.
 * Its content is an object in the newer revision of the page and a JSON string in the older; whether
 * it is signed is not stated, so it is answered unsigned, and nothing else is done with it.
 * Source: preparation/massages.push, two revisions.
 */
export function handshake(request: SignedRequest): Answer | undefined {
  // The check is short; reading anything long here would be reading before verifying.
  if (request.body.byteLength > 4096) return undefined;
  const envelope = readQuietly(() => parseJsonBytes(request.body));
  if (!isObject(envelope) || envelope.event !== 'verify_webhook') return undefined;
  const { content } = envelope;
  const inner = typeof content === 'string' ? readQuietly(() => parseJson(content)) : content;
  const challenge = isObject(inner) ? inner.challenge : undefined;
  if (!isChallenge(challenge)) return undefined;
  const body = wasNumber(challenge, request.body)
    ? `{"challenge":${challenge}}`
    : JSON.stringify({ challenge });
  return { status: 200, headers: JSON_HEADERS, body };
}

/** By hand: a schema here would bring the schema library into every cold start of the receiver. */
function isChallenge(value: JsonValue | undefined): value is string | number {
  if (typeof value === 'string') return value.length >= 1 && value.length <= 1024;
  return Number.isSafeInteger(value);
}

/** Our reader hands 64-bit numbers on as their digits; the bytes tell which of the two it was. */
function wasNumber(challenge: string | number, body: Uint8Array): boolean {
  if (typeof challenge === 'number') return true;
  return (
    /^-?\d{16,20}$/.test(challenge) &&
    new RegExp(`:\\s*${challenge}\\b`).test(Buffer.from(body).toString('utf8'))
  );
}

function readQuietly(parse: () => JsonValue): JsonValue | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

function isObject(value: JsonValue | undefined): value is { [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
