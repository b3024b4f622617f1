import { createCipheriv, createHash } from 'node:crypto';

/** `kwaisign` of a plain notice: hex md5(raw body + app secret). Source: epay/appendix. */
export function signNotice(appSecret: string, body: string | Uint8Array): string {
  return createHash('md5').update(body).update(appSecret).digest('hex');
}

/** `kwaisign` of an encrypted event: hex sha1(raw body + message token). Source: encryptedMsg. */
export function signEncrypted(messageToken: string, body: string | Uint8Array): string {
  return createHash('sha1').update(body).update(messageToken).digest('hex');
}

/** `encryptedMsg` as the platform makes it: AES-CBC by the key's length, its first 16 bytes for an IV. */
export function encryptMessage(messageKey: string, plain: string): string {
  const key = Buffer.from(messageKey, 'base64');
  const cipher = createCipheriv(`aes-${key.byteLength * 8}-cbc`, key, key.subarray(0, 16));
  return Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]).toString('base64');
}
