import { createHash } from 'node:crypto';
import { sameText } from '../../crypto/hash.ts';
import type { App } from '../kit/app.ts';
import type { SignedRequest } from '../kit/integration.ts';

/** Lower-case hex of an MD5 or a SHA-1, as the platform sends it; anything else is no signature of its. */
const SIGNATURE = /^(?:[0-9a-f]{32}|[0-9a-f]{40})$/;

/**
 * `kwaisign` = hex md5(raw body + app_secret) for payment notices and webhooks (source: epay/appendix),
 * hex sha1(raw body + message token) for a provider's encrypted events (source: encryptedMsg). Neither
 * has a separator. Their lengths differ, so one never passes for the other. Neither has a nonce: a
 * replay verifies, and is harmless because every event is written once.
 */
export function verify(request: SignedRequest, { secrets }: App): boolean {
  const given = request.headers.get('kwaisign') ?? '';
  // Every live secret is tried, so that the time taken does not tell which one is in use.
  const matches = [
    ...(secrets.appSecret ?? []).map((secret) => hex('md5', request.body, secret)),
    ...(secrets.messageToken ?? []).map((token) => hex('sha1', request.body, token)),
  ].map((right) => sameText(given, right));
  return SIGNATURE.test(given) && matches.includes(true);
}

function hex(algorithm: 'md5' | 'sha1', body: Uint8Array, secret: string): string {
  return createHash(algorithm).update(body).update(secret, 'utf8').digest('hex');
}
