import { createHash } from 'node:crypto';
import { sameText } from '../../crypto/hash.ts';
import type { App } from '../kit/app.ts';
import type { SignedRequest } from '../kit/integration.ts';
import { isPlainQuery, SIGN, signedPart } from './signed.ts';

/** Lower-case hex of a SHA-256, as the platform sends it; anything else is not its signature. */
const SIGNATURE = /^[0-9a-f]{64}$/;

/**
 * hex sha256(sign_secret + "&" + what signedPart tells). Source: lucymao9/kuaishou, the one
 * implementation known. It strips `sign` from the query, so that is where the signature is looked
 * for unless `settings.signatureHeader` names a header.
 */
export function verify(request: SignedRequest, { secrets, settings }: App): boolean {
  const given = givenSignature(request, settings.signatureHeader);
  const part = signedPart(request);
  // Every live secret is tried, so that the time taken does not tell which one is in use.
  const matches = (secrets.signSecret ?? []).map((secret) =>
    sameText(given, signatureOf(secret, part)),
  );
  return isPlainQuery(request.query) && SIGNATURE.test(given) && matches.includes(true);
}

function givenSignature({ headers, query }: SignedRequest, header: unknown): string {
  const given = typeof header === 'string' ? headers.get(header) : query.get(SIGN);
  return given ?? '';
}

function signatureOf(secret: string, part: Uint8Array): string {
  return createHash('sha256').update(`${secret}&`, 'utf8').update(part).digest('hex');
}
