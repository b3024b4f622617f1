import { JsonError, type JsonObject, type JsonValue, parseJsonBytes } from '../../json/parse.ts';

/**
 * The systems that call one mini-program, told apart by the body alone. `verify` and `read` ask the
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
  if (!isObject(fields)) return { family: 'none' };
  if ('msg_signature' in fields && !('version' in fields)) return { family: 'ecpay', fields };
  if ('Encrypt' in fields) return { family: 'third_party', fields };
  if ('event' in fields) return { family: 'webhook', fields };
  if ('msg' in fields && 'type' in fields) return { family: 'trade', fields };
  return { family: 'none' };
}

/** The same for bodies that nobody verified yet: what is no JSON is of no family. */
export function quietBodyOf(bytes: Uint8Array): Body {
  try {
    return bodyOf(bytes);
  } catch (error) {
    if (error instanceof JsonError) return { family: 'none' };
    throw error;
  }
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

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text, or a number as its digits: older pages send numbers where newer ones send strings. */
export function textOf(value: JsonValue | undefined): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : null;
}
