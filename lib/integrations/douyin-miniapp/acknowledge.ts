import { jsonAnswer } from '../kit/answer.ts';
import { answerUrlCheck, RECEIVED } from '../kit/douyin/receiver.ts';
import type { Answer, SignedRequest } from '../kit/integration.ts';
import { type Body, quietBodyOf } from './family.ts';

/**
 * Each system's own words. Extension points that answer.ts has no data for get the words alone: that
 * we received it.
 * Sources: notify-payment-result; thirdparty/overview-guide/encryption; locallife/free-group-sol.
 */
export function acknowledge({ body }: SignedRequest): Answer {
  const read = quietBodyOf(body);
  if (read.family === 'third_party') {
    return { status: 200, headers: { 'content-type': 'text/plain' }, body: 'success' };
  }
  return jsonAnswer(isFreeGroup(read) ? '{"error_code":0,"description":""}' : RECEIVED);
}

/**
 * "This failed here, ask again": any code but 0 is repeated. A third-party event has one word only,
 * so an HTTP error says it. Source: notify-payment-result.
 */
export function busy({ body }: SignedRequest): Answer | undefined {
  const read = quietBodyOf(body);
  if (read.family === 'third_party') return undefined;
  return jsonAnswer(
    isFreeGroup(read)
      ? '{"error_code":1,"description":"busy, ask again"}'
      : '{"err_no":1,"err_tips":"busy, ask again"}',
  );
}

function isFreeGroup(read: Body): boolean {
  const type = read.family === 'trade' ? read.fields.type : undefined;
  return typeof type === 'string' && type.startsWith('/ext/');
}

/** The console's check of the URL, which mini-program webhooks alone make. */
export function handshake({ body }: SignedRequest): Answer | undefined {
  return answerUrlCheck(body, (bytes) => {
    const read = quietBodyOf(bytes);
    return read.family === 'webhook' ? read.fields : undefined;
  });
}
