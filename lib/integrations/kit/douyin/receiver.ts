import type { JsonValue } from '../../../json/parse.ts';
import { jsonAnswer } from '../answer.ts';
import type { Answer } from '../integration.ts';
import { isObject, jsonOf } from '../json.ts';

/** What Open-Douyin's receivers do alike, for the life services and for mini-programs. */

/** Success in the platform's usual form. */
export const RECEIVED = '{"err_no":0,"err_tips":"success"}';

/** The check is short; reading anything long here would be reading before verifying. */
const MAX_CHECK_BYTES = 4096;

/**
 * `verify_webhook`: the console's check of the URL, answered with the same challenge in the same type.
 * Its content is an object in newer pages and a JSON string in older ones: both are read. Whether it is
 * signed is not stated, so it is answered unsigned, and nothing else is done with it.
 * Sources: preparation/massages.push, two revisions; basic-ability/webhook.
 * @param read the body's fields, where not every body with an `event` is a webhook
 */
export function answerUrlCheck(
  body: Uint8Array,
  read: (body: Uint8Array) => JsonValue | undefined = jsonOf,
): Answer | undefined {
  if (body.byteLength > MAX_CHECK_BYTES) return undefined;
  const envelope = read(body);
  if (!isObject(envelope) || envelope.event !== 'verify_webhook') return undefined;
  const { content } = envelope;
  const inner = typeof content === 'string' ? jsonOf(content) : content;
  const challenge = isObject(inner) ? inner.challenge : undefined;
  if (!isChallenge(challenge)) return undefined;
  return jsonAnswer(wasNumber(challenge, body) ? `{"challenge":${challenge}}` : { challenge });
}

/** By hand: a schema here would bring the schema library into every cold start of the receiver. */
function isChallenge(value: JsonValue | undefined): value is string | number {
  if (typeof value === 'string') return value.length >= 1 && value.length <= 1024;
  return Number.isSafeInteger(value);
}

/** Our reader hands 64-bit numbers on as their digits; the bytes show which of the two it was. */
function wasNumber(challenge: string | number, body: Uint8Array): boolean {
  if (typeof challenge === 'number') return true;
  return (
    /^-?\d{16,20}$/.test(challenge) &&
    new RegExp(`:\\s*${challenge}\\b`).test(Buffer.from(body).toString('utf8'))
  );
}
