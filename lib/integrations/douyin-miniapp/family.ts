import { type JsonObject, type JsonValue, parseJsonBytes } from '../../json/parse.ts';
import { isObject, objectOf } from '../kit/json.ts';

/**
 * The systems that call one mini-program, distinguished by the body alone. `verify` and `read` ask the
 * same question, so that a secret of one system never vouches for a message read as another's.
 */
export type Body =
  /** 担保支付: `msg_signature`, and no `version`. Source: self-operated-trading/refund/notify-result. */
  | { readonly family: 'ecpay'; readonly fields: JsonObject }
  /** 第三方平台: everything inside `Encrypt`. */
  | { readonly family: 'third_party'; readonly fields: JsonObject }
  /** Mini-program webhooks: `event`. */
  | { readonly family: 'webhook'; readonly fields: JsonObject }
  /** The trade systems and the write-off tool, RSA-signed: `msg` and `type`. */
  | { readonly family: 'trade'; readonly fields: JsonObject }
  | { readonly family: 'none' };

/** @throws JsonError */
export function bodyOf(bytes: Uint8Array): Body {
  const fields = parseJsonBytes(bytes);
  return isObject(fields) ? familyOf(fields) : { family: 'none' };
}

function familyOf(fields: JsonObject): Body {
  if ('msg_signature' in fields && !('version' in fields)) return { family: 'ecpay', fields };
  if ('Encrypt' in fields) return { family: 'third_party', fields };
  if ('event' in fields) return { family: 'webhook', fields };
  if ('msg' in fields && 'type' in fields) return { family: 'trade', fields };
  return { family: 'none' };
}

/** The same for bodies that nobody verified yet: what is no JSON is of no family. */
export function quietBodyOf(bytes: Uint8Array): Body {
  const fields = objectOf(bytes);
  return fields === undefined ? { family: 'none' } : familyOf(fields);
}

/** What answer.ts has something to do for. */
const ASKING: ReadonlySet<unknown> = new Set([
  'pre_create_order',
  'pre_create_refund',
  'refund',
  'book_accept_timeout',
]);

export function asksForData(bytes: Uint8Array): boolean {
  const body = quietBodyOf(bytes);
  return body.family === 'trade' && ASKING.has(body.fields.type);
}

/** A text, or a number as its digits: older pages send numbers where newer ones send strings. */
export function textOf(value: JsonValue | undefined): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : null;
}
