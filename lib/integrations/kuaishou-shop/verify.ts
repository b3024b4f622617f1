import type { App } from '../kit/app.ts';
import type { SignedRequest } from '../kit/integration.ts';
import { openMessage } from './cipher.ts';
import { isAtSecretAddress } from './spi.ts';

/**
 * A message is the platform's when a live message secret opens it and its `appKey` is the app's: there
 * is no signature. A ticket request is authenticated by its address alone: neither passes for the other.
 * Source: kwaishop-digital-access-demo, CommonController.
 */
export function verify(request: SignedRequest, app: App): boolean {
  return request.spi === undefined
    ? openMessage(request.body, app) !== undefined
    : isAtSecretAddress(request, app);
}
