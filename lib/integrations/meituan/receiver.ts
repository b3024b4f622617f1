import type { Receiver } from '../kit/integration.ts';
import { acknowledge, asksForData, busy } from './acknowledge.ts';
import { signedBytes, verify } from './verify.ts';

/** What takes and answers this platform's requests; it calls nobody. */
export const meituanReceiver = {
  name: 'meituan',
  platform: 'meituan',
  // No handshake: no check of the URL is documented.
  verify,
  signedBytes,
  acknowledge,
  // Loaded at the first request: the other pushes' cold start does not wait for the schemas.
  answer: async (request, app, records) =>
    asksForData(request) ? (await import('./answer.ts')).answer(request, app, records) : undefined,
  busy,
} satisfies Receiver;
