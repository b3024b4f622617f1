import type { Receiver } from '../kit/integration.ts';
import { acknowledge } from './acknowledge.ts';
import { verify } from './verify.ts';

/** What takes and answers this platform's requests; it calls nobody. */
export const kuaishouMiniappReceiver: Receiver = {
  name: 'kuaishou-miniapp',
  platform: 'kuaishou',
  // The test event on saving the URL is not documented; it is expected to be signed like any other.
  handshake: () => undefined,
  verify,
  signedBytes: (request) => request.body,
  acknowledge,
};
