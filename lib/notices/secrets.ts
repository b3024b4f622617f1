import { randomBytes } from 'node:crypto';
import type { EndpointSecrets } from '../store/accounts/endpoints.ts';

/** Those that sign at this time, the newest first. */
export function inForce({ secrets }: Pick<EndpointSecrets, 'secrets'>, nowMs: number): string[] {
  return secrets
    .filter(({ endsAtMs }) => endsAtMs === null || endsAtMs > nowMs)
    .map(({ secret }) => secret);
}

export const SECRET_PREFIX = 'whsec_';

/** The specification's own bounds of a secret, in bytes. */
const LEAST_BYTES = 24;
const MOST_BYTES = 64;

/** `whsec_` and 32 random bytes in base64. */
export function newSecret(): string {
  return `${SECRET_PREFIX}${randomBytes(32).toString('base64')}`;
}

/** Whether it is `whsec_` and the base64 of 24 to 64 bytes. */
export function isSecret(text: string): boolean {
  if (!text.startsWith(SECRET_PREFIX)) return false;
  const base64 = text.slice(SECRET_PREFIX.length);
  const bytes = Buffer.from(base64, 'base64');
  // Node reads over what is no base64: only what comes back the same was one.
  const isBase64 = bytes.toString('base64') === base64;
  return isBase64 && bytes.byteLength >= LEAST_BYTES && bytes.byteLength <= MOST_BYTES;
}
