import type { Receiver } from '../kit/integration.ts';
import { about, signedBytes } from './about.ts';
import { acknowledge } from './acknowledge.ts';
import { verify } from './verify.ts';

/** What takes and answers this platform's requests; it calls nobody. */
export const kuaishouLifeReceiver = {
  name: 'kuaishou-life',
  platform: 'kuaishou',
  // No handshake: no check of the URL is documented.
  verify,
  signedBytes,
  acknowledge,
  about,
} satisfies Receiver;
