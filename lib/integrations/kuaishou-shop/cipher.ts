import { createDecipheriv } from 'node:crypto';
import { sameText } from '../../crypto/hash.ts';
import type { JsonObject } from '../../json/parse.ts';
import type { App } from '../kit/app.ts';
import { objectOf } from '../kit/json.ts';

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** The demo shows a 16-byte key; AES has two more lengths, told by the decoded secret. */
const CIPHERS: ReadonlyMap<number, string> = new Map([
  [16, 'aes-128-cbc'],
  [24, 'aes-192-cbc'],
  [32, 'aes-256-cbc'],
]);

/** Sixteen zero bytes. Source: kwaishop-digital-access-demo, PlatformEventSecurityUtil. */
const IV = new Uint8Array(16);

/** Whether a message secret (消息密钥) is the base64 of an AES key. */
export function isMessageSecret(secret: string): boolean {
  return BASE64.test(secret) && CIPHERS.has(Buffer.from(secret, 'base64').byteLength);
}

/**
 * The message of a body that one of the app's live secrets opens and that names the app itself. The
 * scheme has no signature, so these two together are all that authenticates it: cipher blocks can
 * still be moved about by who saw them. What moves money is therefore only a hint (see read.ts).
 */
export function openMessage(body: Uint8Array, { appKey, secrets }: App): JsonObject | undefined {
  const ciphertext = ciphertextOf(inOneLine(body));
  if (ciphertext === undefined) return undefined;
  // Every live secret is tried, so that the time taken does not tell which one is in use.
  const opened = (secrets.messageSecret ?? []).map((secret) => {
    const plain = decrypt(ciphertext, secret);
    const message = plain && objectOf(plain);
    return message !== undefined && isOf(message, appKey) ? message : undefined;
  });
  return opened.find((message) => message !== undefined);
}

/** The console's test of the address, and the heartbeats after it, are `{"test":true}` and name no app. */
function isOf(message: JsonObject, appKey: string): boolean {
  const { appKey: named, test } = message;
  if (named === undefined) return test === true && Object.keys(message).length === 1;
  return typeof named === 'string' && sameText(named, appKey);
}

/**
 * Base64 as some encoders write it: in lines of one length, the last one perhaps shorter, each with the
 * same ending, and the last one with it or without. Anything else stays as it came.
 */
export function inOneLine(body: Uint8Array): string {
  const text = Buffer.from(body).toString('latin1');
  const ending = text.includes('\r\n') ? '\r\n' : '\n';
  const [first = '', ...more] = text.split(ending);
  if (more.at(-1) === '') more.pop();
  const isWrapped =
    more.length > 0 &&
    first.length % 4 === 0 &&
    more.every((line, at) =>
      at < more.length - 1
        ? line.length === first.length
        : line !== '' && line.length <= first.length,
    );
  return isWrapped ? [first, ...more].join('') : text;
}

/** The bytes in the base64 that the whole text is, and nothing around it; undefined when it is none. */
function ciphertextOf(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !BASE64.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  // Bits that the padding leaves over must be zero, so that one message has one spelling.
  return bytes.byteLength % 16 === 0 && bytes.toString('base64') === text ? bytes : undefined;
}

function decrypt(ciphertext: Uint8Array, secret: string): Uint8Array | undefined {
  const key = Buffer.from(secret, 'base64');
  const cipher = CIPHERS.get(key.byteLength);
  if (cipher === undefined) return undefined;
  const decipher = createDecipheriv(cipher, key, IV);
  try {
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  } catch {
    // Another key, or other bytes, end in no valid padding.
    return undefined;
  }
}
