import { JsonError, type JsonValue, parseJson } from '../../json/parse.ts';
import type { Answer, SignedRequest } from '../kit/integration.ts';
import { type Body, isObject, quietBodyOf } from './family.ts';

const JSON_HEADERS = { 'content-type': 'application/json' } as const;

/**
 * Each system's own words. Extension points that answer.ts has no data for get the words alone: that
 * we received it.
 * Sources: notify-payment-result; thirdparty/overview-guide/encryption; locallife/free-group-sol.
 */
export function acknowledge({ body }: SignedRequest): Answer {
  const read = quietBodyOf(body);
  if (read.family === 'third_party') {
    return { status: 200, headers: { 'content-type': 'text/plain' }, body: 'success' };
  }
  return json(isFreeGroup(read) ? '{"error_code":0,"description":""}' : OK);
}

/**
 * "This failed here, ask again": any code but 0 is repeated. A third-party event has one word only,
 * so an HTTP error tells it. Source: notify-payment-result.
 */
export function busy({ body }: SignedRequest): Answer | undefined {
  const read = quietBodyOf(body);
  if (read.family === 'third_party') return undefined;
  return json(
    isFreeGroup(read)
      ? '{"error_code":1,"description":"busy, ask again"}'
      : '{"err_no":1,"err_tips":"busy, ask again"}',
  );
}

function isFreeGroup(read: Body): boolean {
  const type = read.family === 'trade' ? read.fields.type : undefined;
  return typeof type === 'string' && type.startsWith('/ext/');
}

const OK = '{"err_no":0,"err_tips":"success"}';

const json = (body: string): Answer => ({ status: 200, headers: JSON_HEADERS, body });

/**
 * `verify_webhook`: the console's check of the URL, answered with the same challenge in the same
 * type. Its content is an object here, a JSON string in other events: both are read. Whether it is
 * signed is not stated, so it is answered unsigned, and nothing else is done with it.
 * Source: basic-ability/webhook.
 */
export function handshake(request: SignedRequest): Answer | undefined {
  // The check is short; reading anything long here would be reading before verifying.
  if (request.body.byteLength > 4096) return undefined;
  const read = quietBodyOf(request.body);
  if (read.family !== 'webhook' || read.fields.event !== 'verify_webhook') return undefined;
  const { content } = read.fields;
  const inner = typeof content === 'string' ? quietJson(content) : content;
  const challenge = isObject(inner) ? inner.challenge : undefined;
  if (!isChallenge(challenge)) return undefined;
  const asNumber = wasNumber(challenge, request.body);
  return json(asNumber ? `{"challenge":${challenge}}` : JSON.stringify({ challenge }));
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

function quietJson(text: string): JsonValue | undefined {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}
