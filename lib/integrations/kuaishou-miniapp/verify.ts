import { createHash } from 'node:crypto';
import type { App } from '../kit/app.ts';
import type { SignedRequest } from '../kit/integration.ts';
import { HEX, isSignedBy } from '../kit/signature.ts';

/**
 * `kwaisign` = hex md5(raw body + app_secret) for payment notices and webhooks (source: epay/appendix),
 * hex sha1(raw body + message token) for a provider's encrypted events (source: encryptedMsg). Neither
 * has a separator. Their lengths differ, so one never passes for the other. Neither has a nonce: a
 * replay verifies, and is harmless because every event is written once.
 */
export function verify({ headers, body }: SignedRequest, { secrets }: App): boolean {
  const given = headers.get('kwaisign') ?? '';
  const signs = [
    isSignedBy(secrets.appSecret, given, HEX.md5, (secret) => hex('md5', body, secret)),
    isSignedBy(secrets.messageToken, given, HEX.sha1, (token) => hex('sha1', body, token)),
  ];
  return signs.includes(true);
}

function hex(algorithm: 'md5' | 'sha1', body: Uint8Array, secret: string): string {
  return createHash(algorithm).update(body).update(secret, 'utf8').digest('hex');
}
