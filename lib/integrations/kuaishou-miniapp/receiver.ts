import type { Receiver } from '../kit/integration.ts';
import { acknowledge } from './acknowledge.ts';
import { verify } from './verify.ts';

/** What takes and answers this platform's requests; it calls nobody. */
export const kuaishouMiniappReceiver = {
  name: 'kuaishou-miniapp',
  platform: 'kuaishou',
  // No handshake: the test event on saving the URL is expected to be signed like any other.
  verify,
  signedBytes: (request) => request.body,
  acknowledge,
} satisfies Receiver;
