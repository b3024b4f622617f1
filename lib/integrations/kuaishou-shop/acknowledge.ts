import { jsonAnswer } from '../kit/answer.ts';
import type { Answer, SignedRequest } from '../kit/integration.ts';
import { objectOf } from '../kit/json.ts';

/** Source: kwaishop-digital-access-demo, CommonController. Heartbeats (`test`) are answered the same. */
export function acknowledge(): Answer {
  return jsonAnswer('{"result":1}');
}

/** A test is 13 bytes, however it is spaced. */
const MAX_TEST_BYTES = 64;

/**
 * The console's test of the address, and the heartbeats after it: `{"test":true}`. The page shows it bare
 * and says of every body that it is encrypted, so both are answered; bare, it is answered unsigned, and
 * nothing else is done with it. Source: 消息服务说明 2.2.1 and 2.4.
 */
export function handshake({ body, spi }: SignedRequest): Answer | undefined {
  if (spi !== undefined || body.byteLength > MAX_TEST_BYTES) return undefined;
  return JSON.stringify(objectOf(body)) === TEST ? acknowledge() : undefined;
}

const TEST = '{"test":true}';
