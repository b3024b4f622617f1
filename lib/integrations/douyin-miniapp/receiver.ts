import type { Receiver } from '../kit/integration.ts';
import { acknowledge, busy, handshake } from './acknowledge.ts';
import { asksForData } from './family.ts';
import { signedBytes, verify } from './verify.ts';

/** What takes and answers this platform's requests; it calls nobody. */
export const douyinMiniappReceiver = {
  name: 'douyin-miniapp',
  platform: 'douyin',
  deadlineMs: 5_000,
  handshake,
  verify,
  signedBytes,
  acknowledge,
  // Loaded at the first request: a webhook's cold start does not wait for the schemas of the answers.
  answer: async (request, app, records) =>
    asksForData(request.body)
      ? (await import('./answer.ts')).answer(request, app, records)
      : undefined,
  busy,
} satisfies Receiver;
