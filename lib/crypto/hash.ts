import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Lower-case hex SHA-256 of the parts in order, each prefixed by its length so parts cannot run together. */
export function fingerprint(...parts: (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part, 'utf8') : part;
    hash.update(`${bytes.byteLength}:`);
    hash.update(bytes);
  }
  return hash.digest('hex');
}

/** Lower-case hex SHA-256 of one text: how tokens are stored. */
export function sha256Hex(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/**
 * A keyed hash of an id that must not be kept: 96 bits in base64url, so that two ids meet by chance
 * only among far more of them than there are people.
 */
export function keyedHash(key: string, ...parts: string[]): string {
  const digest = createHmac('sha256', key)
    .update(fingerprint(...parts))
    .digest();
  return digest.subarray(0, 12).toString('base64url');
}

/**
 * Compares in constant time. `timingSafeEqual` throws on unequal lengths, so lengths are compared
 * first: the length of a digest is no secret.
 */
function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}

/** Compares two texts in constant time. */
export function sameText(a: string, b: string): boolean {
  return sameBytes(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}

/**
 * What a secret of ours begins with, so that scanners of code and logs know it: the operator's tokens, a
 * provider's, and sessions of the pages.
 */
export type SecretPrefix = 'hxo' | 'hxp' | 'hxs';

/** A fresh secret: 32 random bytes behind their prefix, `hxp_` and 43 letters, digits, `-` and `_`. */
export function newToken(prefix: SecretPrefix): string {
  return `${prefix}_${randomBytes(32).toString('base64url')}`;
}

/** An id that nobody guesses, such as `mem_…`: 96 random bits. */
export function newId(prefix: string): string {
  return `${prefix}_${randomBytes(12).toString('base64url')}`;
}
