import type { App } from '../app.ts';
import type { SignedRequest } from '../integration.ts';
import { openMessage } from './cipher.ts';

/**
 * A message is the platform's when a live message secret opens it and its `appKey` is the app's: there
 * is no signature. Source: kwaishop-digital-access-demo, CommonController.
 */
export function verify(request: SignedRequest, app: App): boolean {
  return openMessage(request.body, app) !== undefined;
}
