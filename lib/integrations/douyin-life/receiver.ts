import type { Receiver } from '../kit/integration.ts';
import { acknowledge, handshake } from './acknowledge.ts';
import { about, asks, busy } from './spi/about.ts';
import { signedBytes, verify } from './verify.ts';

/** What takes and answers this platform's requests; it calls nobody. */
export const douyinLifeReceiver = {
  name: 'douyin-life',
  platform: 'douyin',
  // Webhooks are cut off after 5 s; synchronous callbacks after 8, and in some trades after 2.
  deadlineMs: 2_000,
  handshake,
  verify,
  signedBytes,
  acknowledge,
  // What answers is loaded when somebody asks, so that the receiver opens fast for messages.
  answer: async (request, app, records) =>
    asks(request) ? (await import('./spi/answer.ts')).answer(request, app, records) : undefined,
  busy,
  about,
} satisfies Receiver;
