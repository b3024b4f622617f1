import { createDecipheriv, createSecretKey } from 'node:crypto';

/** AES-CBC as platforms seal their messages: they differ in the IV and in how far they pad. */

const BLOCK = 16;

/** By the key's length in bytes. */
const CIPHERS: ReadonlyMap<number, string> = new Map([
  [16, 'aes-128-cbc'],
  [24, 'aes-192-cbc'],
  [32, 'aes-256-cbc'],
]);

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Whether a secret is base64, with or without its `=`, of an AES key. */
export function isAesKey(secret: string): boolean {
  return BASE64.test(secret) && CIPHERS.has(Buffer.from(secret, 'base64').byteLength);
}

/**
 * The bytes that a whole text is the base64 of: one message has one spelling.
 * @returns undefined for anything else
 */
export function base64Bytes(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  return text !== '' && bytes.toString('base64') === text ? bytes : undefined;
}

/**
 * The plaintext of one AES-CBC message.
 * @param how.key 16, 24 or 32 bytes
 * @param how.iv 16 bytes: the key's first, the message's first (then not part of `sealed`), or zeros
 * @param how.block to how many bytes the plaintext was padded, 1 to 255: 16 as AES itself does, 32 as some do
 * @returns undefined where the key, the length or the padding does not fit: another key, or other bytes
 */
export function openAesCbc(
  sealed: Uint8Array,
  how: { readonly key: Uint8Array; readonly iv: Uint8Array; readonly block: number },
): Uint8Array | undefined {
  const cipher = CIPHERS.get(how.key.byteLength);
  const isWhole = sealed.byteLength > 0 && sealed.byteLength % BLOCK === 0;
  if (cipher === undefined || !isWhole || how.iv.byteLength !== BLOCK) return undefined;
  const decipher = createDecipheriv(cipher, createSecretKey(how.key), how.iv);
  // Node's own unpadding knows blocks of 16 bytes alone.
  decipher.setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(sealed), decipher.final()]);
  const pad = padded.at(-1) ?? 0;
  if (pad < 1 || pad > how.block || pad > padded.byteLength) return undefined;
  if (padded.subarray(-pad).some((byte) => byte !== pad)) return undefined;
  return padded.subarray(0, -pad);
}

/**
 * What is inside such a message at WeChat, 小红书 and Douyin's third-party events: 16 random bytes, the
 * length of the content (4 bytes, big endian), the content, and the id of the app it is for.
 * @returns undefined where that does not add up
 */
export function unwrapContent(
  plain: Uint8Array,
): { readonly content: Uint8Array; readonly appId: string } | undefined {
  if (plain.byteLength < BLOCK + 4) return undefined;
  const end = BLOCK + 4 + new DataView(plain.buffer, plain.byteOffset).getUint32(BLOCK);
  if (end >= plain.byteLength) return undefined;
  return {
    content: plain.subarray(BLOCK + 4, end),
    appId: Buffer.from(plain.subarray(end)).toString('utf8'),
  };
}
