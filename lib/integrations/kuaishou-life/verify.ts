import { createHash } from 'node:crypto';
import type { App } from '../kit/app.ts';
import type { SignedRequest } from '../kit/integration.ts';
import { HEX, isSignedBy } from '../kit/signature.ts';
import { isPlainQuery, SIGN, signedPart } from './signed.ts';

/**
 * hex sha256(sign_secret + "&" + what signedPart returns). Source: lucymao9/kuaishou, the one
 * implementation known. It strips `sign` from the query, so that is where the signature is looked
 * for unless `settings.signatureHeader` names a header.
 */
export function verify(request: SignedRequest, { secrets, settings }: App): boolean {
  const given = givenSignature(request, settings.signatureHeader);
  const part = signedPart(request);
  const sign = (secret: string) => signatureOf(secret, part);
  return isSignedBy(secrets.signSecret, given, HEX.sha256, sign) && isPlainQuery(request.query);
}

function givenSignature({ headers, query }: SignedRequest, header: unknown): string {
  const given = typeof header === 'string' ? headers.get(header) : query.get(SIGN);
  return given ?? '';
}

function signatureOf(secret: string, part: Uint8Array): string {
  return createHash('sha256').update(`${secret}&`, 'utf8').update(part).digest('hex');
}
