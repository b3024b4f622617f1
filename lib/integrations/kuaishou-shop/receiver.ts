import type { Receiver } from '../kit/integration.ts';
import { acknowledge, handshake } from './acknowledge.ts';
import { about, actionOf, busy, signedBytes } from './spi.ts';
import { verify } from './verify.ts';

/** What takes and answers this platform's requests; it calls nobody. */
export const kuaishouShopReceiver = {
  name: 'kuaishou-shop',
  platform: 'kuaishou',
  // Of messages. Source: 消息服务说明 2.4.
  deadlineMs: 3_000,
  handshake,
  verify,
  signedBytes,
  acknowledge,
  about,
  busy,
  // What answers is loaded when somebody asks, so that the receiver opens fast for messages.
  answer: async (request, app, records) =>
    actionOf(request) === undefined
      ? undefined
      : (await import('./answer.ts')).answer(request, app, records),
} satisfies Receiver;
