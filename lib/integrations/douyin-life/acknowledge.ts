import { jsonAnswer } from '../kit/answer.ts';
import { answerUrlCheck, RECEIVED } from '../kit/douyin/receiver.ts';
import type { Answer, SignedRequest } from '../kit/integration.ts';
import { isSpi } from './family.ts';
import { success } from './spi/envelope.ts';

/**
 * HTTP 200 within 5 s is what counts; a webhook's body is free, and this is the platform's usual form.
 * An SPI request without an answer of its own gets its envelope.
 */
export function acknowledge(request: SignedRequest): Answer {
  return isSpi(request) ? success() : jsonAnswer(RECEIVED);
}

export function handshake({ body }: SignedRequest): Answer | undefined {
  return answerUrlCheck(body);
}
