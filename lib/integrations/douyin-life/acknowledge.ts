import * as z from 'zod';
import { JsonError, type JsonValue, parseJson, parseJsonBytes } from '../../json/parse.ts';
import type { Answer, SignedRequest } from '../integration.ts';

const JSON_HEADERS = { 'content-type': 'application/json' } as const;

/** HTTP 200 within 5 s is what counts; the body is free, and this is the platform's usual form. */
export function acknowledge(): Answer {
  return { status: 200, headers: JSON_HEADERS, body: '{"err_no":0,"err_tips":"success"}' };
}

const challengeSchema = z.object({
  challenge: z.union([z.int(), z.string().min(1).max(1024)]),
});

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
  const parsed = challengeSchema.safeParse(inner);
  if (!parsed.success) return undefined;
  const { challenge } = parsed.data;
  const body = wasNumber(challenge, request.body)
    ? `{"challenge":${challenge}}`
    : JSON.stringify({ challenge });
  return { status: 200, headers: JSON_HEADERS, body };
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
