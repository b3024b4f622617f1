import * as z from 'zod';
import { JsonError, type JsonValue, parseJson } from '../../json/parse.ts';
import type { Answer, SignedRequest } from '../integration.ts';
import { isObject, quietBodyOf } from './family.ts';

const JSON_HEADERS = { 'content-type': 'application/json' } as const;

/**
 * Each system's own words. The extension points that want `data` beside them (pre_create_order,
 * pre_create_refund, book_accept_timeout, calculate_price) get the words alone: that we received it.
 * Sources: notify-payment-result; thirdparty/overview-guide/encryption; locallife/free-group-sol.
 */
export function acknowledge({ body }: SignedRequest): Answer {
  const read = quietBodyOf(body);
  if (read.family === 'third_party') {
    return { status: 200, headers: { 'content-type': 'text/plain' }, body: 'success' };
  }
  const isFreeGroup =
    read.family === 'trade' &&
    typeof read.fields.type === 'string' &&
    read.fields.type.startsWith('/ext/');
  return json(isFreeGroup ? '{"error_code":0,"description":""}' : OK);
}

const OK = '{"err_no":0,"err_tips":"success"}';

const json = (body: string): Answer => ({ status: 200, headers: JSON_HEADERS, body });

const challengeSchema = z.object({
  challenge: z.union([z.int(), z.string().min(1).max(1024)]),
});

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
  const parsed = challengeSchema.safeParse(isObject(inner) ? inner : null);
  if (!parsed.success) return undefined;
  const { challenge } = parsed.data;
  const asNumber = wasNumber(challenge, request.body);
  return json(asNumber ? `{"challenge":${challenge}}` : JSON.stringify({ challenge }));
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
