import type { Door } from '../integration.ts';
import { acknowledge } from './acknowledge.ts';
import { verify } from './verify.ts';

/** What takes and answers this platform's requests; it calls nobody. */
export const kuaishouShopDoor: Door = {
  name: 'kuaishou-shop',
  platform: 'kuaishou',
  // No check of the URL is documented but the heartbeat, which is a message like any other.
  handshake: () => undefined,
  verify,
  signedBytes: (request) => request.body,
  acknowledge,
};
