import { openAesCbc } from '../../crypto/aes-envelope.ts';
import type { JsonObject, JsonValue } from '../../json/parse.ts';
import { isObject, objectOf } from '../kit/json.ts';

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
  const inner = opened(encryptedMsg, messageKeys);
  return inner === undefined ? 'undecryptable' : unwrapped(inner, json);
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * `encryptedMsg` → the JSON object within: AES-CBC under the key's first 16 bytes for an initialisation
 * vector. The body was verified before, so an attacker learns nothing about padding.
 * @param keys live ones; a wrong one gives no JSON
 */
function opened(encrypted: string, keys: readonly string[]): JsonObject | undefined {
  if (!BASE64.test(encrypted)) return undefined;
  const sealed = Buffer.from(encrypted, 'base64');
  for (const secret of keys) {
    const key = Buffer.from(secret, 'base64');
    const plain = openAesCbc(sealed, { key, iv: key.subarray(0, 16), block: 16 });
    const message = plain && objectOf(plain);
    if (message !== undefined) return message;
  }
  return undefined;
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
