import { createHash } from 'node:crypto';
import { sameText } from '../../crypto/hash.ts';
import type { App } from '../app.ts';
import type { SignedRequest } from '../integration.ts';

/** Lower-case hex of a SHA-1, as the platform sends it; anything else is not its signature. */
const SIGNATURE = /^[0-9a-f]{40}$/;

/**
 * `X-Douyin-Signature` = hex sha1(client_secret + raw body), plain concatenation. Source: Open-Douyin,
 * local-life, preparation/massages.push. There is no timestamp or nonce in the scheme, so a replay
 * verifies: it is harmless because every event is written once.
 */
export function verify(request: SignedRequest, { secrets }: App): boolean {
  const given = request.headers.get('x-douyin-signature') ?? '';
  // Every live secret is tried, so that the time taken does not tell which one is in use.
  const matches = (secrets.clientSecret ?? []).map((secret) =>
    sameText(given, signatureOf(secret, request.body)),
  );
  return SIGNATURE.test(given) && matches.includes(true);
}

function signatureOf(secret: string, body: Uint8Array): string {
  return createHash('sha1').update(secret, 'utf8').update(body).digest('hex');
}
