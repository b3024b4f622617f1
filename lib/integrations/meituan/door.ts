import type { Door } from '../integration.ts';
import { acknowledge } from './acknowledge.ts';
import { signedBytes, verify } from './verify.ts';

/** What takes and answers this platform's requests; it calls nobody. */
export const meituanDoor: Door = {
  name: 'meituan',
  platform: 'meituan',
  // No check of the URL is documented.
  handshake: () => undefined,
  verify: (request, app) => verify(request, app, Date.now()),
  signedBytes,
  acknowledge,
};
