import { createDecipheriv } from 'node:crypto';
import type { JsonObject } from '../../json/parse.ts';
import { objectOf } from '../kit/json.ts';

/** By the key's length: a key of 43 characters is 32 bytes, and no page states that it must be. */
const CIPHERS: ReadonlyMap<number, string> = new Map([
  [16, 'aes-128-cbc'],
  [24, 'aes-192-cbc'],
  [32, 'aes-256-cbc'],
]);

const BASE64 = /^[A-Za-z0-9+/]{22,}={0,2}$/;

/** Whether a 消息加密解密 KEY is base64, with or without its `=`, of an AES key. */
export function isMessageKey(key: string): boolean {
  return BASE64.test(key) && CIPHERS.has(keyBytes(key).byteLength);
}

/**
 * `encryptedMsg` → the JSON object within: AES-CBC, PKCS#7, and the key's first 16 bytes for an
 * initialisation vector. The body was verified before, so this tells nobody about padding.
 * @param keys live ones; a wrong one gives no JSON
 * @returns undefined when none of them gives a JSON object
 */
export function decryptMessage(encrypted: string, keys: readonly string[]): JsonObject | undefined {
  if (!BASE64.test(encrypted)) return undefined;
  for (const key of keys) {
    const plain = decipher(Buffer.from(encrypted, 'base64'), keyBytes(key));
    const message = plain && objectOf(plain);
    if (message !== undefined) return message;
  }
  return undefined;
}

function decipher(encrypted: Buffer, key: Buffer): Uint8Array | undefined {
  const cipher = CIPHERS.get(key.byteLength);
  if (cipher === undefined) return undefined;
  const reader = createDecipheriv(cipher, key, key.subarray(0, 16));
  try {
    return Buffer.concat([reader.update(encrypted), reader.final()]);
  } catch {
    // Not whole blocks, or padding that is none: another key's.
    return undefined;
  }
}

function keyBytes(key: string): Buffer {
  return Buffer.from(key, 'base64');
}
