import { createHash, createHmac, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { SECRET_PREFIX } from './secrets.ts';

/**
 * Standard Webhooks: how a receiver knows that what it is told comes from us.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */

const PUBLIC_PREFIX = 'whpk_';

export interface Message {
  /** The same for each sending of one fact. */
  readonly id: string;
  /** Epoch seconds of this sending. */
  readonly atSeconds: number;
  /** As it is sent, to the byte. */
  readonly body: string;
}

/**
 * The headers of one sending. Each secret in force signs twice: `v1` by HMAC-SHA256, and `v1a` by the ed25519 key that
 * is made of it, whose public half a receiver may have instead of the secret.
 * @param secrets in force, the newest first
 */
export function signedHeaders(
  { id, atSeconds, body }: Message,
  secrets: readonly string[],
): Record<string, string> {
  const content = Buffer.from(`${id}.${atSeconds}.${body}`, 'utf8');
  const signatures = secrets.flatMap((secret) => [
    `v1,${createHmac('sha256', bytesOf(secret)).update(content).digest('base64')}`,
    `v1a,${sign(null, content, privateKeyOf(secret)).toString('base64')}`,
  ]);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(atSeconds),
    'webhook-signature': signatures.join(' '),
  };
}

/** `whpk_` and the 32 bytes of the public key in base64: what verifies `v1a`. */
export function publicKeyOf(secret: string): string {
  const { x = '' } = createPublicKey(privateKeyOf(secret)).export({ format: 'jwk' });
  return `${PUBLIC_PREFIX}${Buffer.from(x, 'base64url').toString('base64')}`;
}

const bytesOf = (secret: string) => Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');

/** What DER has before the 32 bytes of a private key (RFC 8410, section 7). */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

function privateKeyOf(secret: string) {
  const seed = createHash('sha256').update(`webhook-key\n${secret}`).digest();
  const der = Buffer.concat([PRIVATE_PREFIX, seed]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}
