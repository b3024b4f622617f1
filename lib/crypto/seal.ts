import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals a text for whoever has the key and can say `what` again: AES-256-GCM under a key made of both.
 * @returns nonce, tag and ciphertext
 */
export function seal(key: string, what: string, text: string): Uint8Array {
  return sealBytes(key, what, Buffer.from(text, 'utf8'));
}

/** @throws when it was sealed under another key or `what`, or is damaged */
export function unseal(key: string, what: string, sealed: Uint8Array): string {
  return Buffer.from(unsealBytes(key, what, sealed)).toString('utf8');
}

/** The same of bytes. */
export function sealBytes(key: string, what: string, bytes: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, keyOf(key, what), nonce);
  const sealed = Buffer.concat([cipher.update(bytes), cipher.final()]);
  return new Uint8Array(Buffer.concat([nonce, cipher.getAuthTag(), sealed]));
}

/** @throws when they were sealed under another key or `what`, or are damaged */
export function unsealBytes(key: string, what: string, sealed: Uint8Array): Uint8Array {
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  const decipher = createDecipheriv(CIPHER, keyOf(key, what), nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(tag);
  const rest = sealed.subarray(NONCE_BYTES + TAG_BYTES);
  return new Uint8Array(Buffer.concat([decipher.update(rest), decipher.final()]));
}

/** As an object: Node takes ten times as long to begin with bare bytes. */
function keyOf(key: string, what: string): KeyObject {
  return createSecretKey(createHmac('sha256', key).update('seal\n').update(what).digest());
}
