import type { JsonObject, JsonValue } from '../../json/parse.ts';
import { isObject } from '../kit/json.ts';
import { decryptMessage } from './decrypt.ts';

/** A delivery with its envelope off, whichever of the three ways it came. */
export interface Message {
  /** `biz_type` of a payment notice, `event` of everything else. */
  readonly name: JsonValue | undefined;
  readonly app_id: JsonValue | undefined;
  readonly timestamp: JsonValue | undefined;
  readonly data: JsonValue | undefined;
}

/**
 * Takes the envelope off. Whether a provider's payment notices come plain or encrypted is
 * contradictory in what is known, so both are read: what has an `encryptedMsg` is encrypted.
 * @returns why there is no message, when there is none
 */
export function openMessage(
  json: JsonValue,
  messageKeys: readonly string[],
): Message | 'not-an-object' | 'undecryptable' {
  if (!isObject(json)) return 'not-an-object';
  if (!isEncrypted(json)) return plain(json);
  const { encryptedMsg } = json;
  if (typeof encryptedMsg !== 'string') return 'undecryptable';
  const inner = decryptMessage(encryptedMsg, messageKeys);
  return inner === undefined ? 'undecryptable' : unwrapped(inner, json);
}

/** Also what decides which id an acknowledgement repeats. */
export function isEncrypted(envelope: JsonObject): boolean {
  const { encryptedMsg } = envelope;
  return encryptedMsg !== undefined && encryptedMsg !== null && encryptedMsg !== '';
}

function plain(json: JsonObject): Message {
  const { biz_type, event, app_id, timestamp, data } = json;
  return { name: biz_type ?? event, app_id, timestamp, data };
}

/**
 * Within encryption the names were seen in camelCase and without a `data` around them; that may have
 * been a middleman's doing, so the plain shape is read there too. The time is the envelope's.
 */
function unwrapped(inner: JsonObject, envelope: JsonObject): Message {
  const fields = inSnakeCase(inner);
  const { name, app_id, timestamp, data } = plain(fields);
  return {
    name,
    app_id,
    timestamp: timestamp ?? envelope.timestamp,
    data: isObject(data) ? inSnakeCase(data) : fields,
  };
}

/** `ksOrderNo` → `ks_order_no`. A field that came in both spellings keeps what the documented one says. */
function inSnakeCase(fields: JsonObject): JsonObject {
  const snake: JsonObject = Object.create(null);
  for (const [name, value] of Object.entries(fields)) {
    const spelled = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (spelled === name || !(spelled in fields)) snake[spelled] = value;
  }
  return snake;
}
