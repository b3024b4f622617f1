import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';

/**
 * A message as the platform pushes it: AES-CBC under the message secret with an initial vector of
 * zeros, in base64, and nothing around it. Source: kwaishop-digital-access-demo, PlatformEventSecurityUtil.
 */
export function sealMessage(messageSecret: string, plaintext: string | Uint8Array): string {
  const key = Buffer.from(messageSecret, 'base64');
  const cipher = createCipheriv(
    `aes-${key.byteLength * 8}-cbc`,
    createSecretKey(key),
    new Uint8Array(16),
  );
  return Buffer.concat([cipher.update(plaintext), cipher.final()]).toString('base64');
}

/** What {@link sealMessage} sealed. */
export function openMessage(messageSecret: string, sealed: string): string {
  const key = Buffer.from(messageSecret, 'base64');
  const cipher = createDecipheriv(`aes-${key.byteLength * 8}-cbc`, key, new Uint8Array(16));
  return cipher.update(sealed, 'base64', 'utf8') + cipher.final('utf8');
}
