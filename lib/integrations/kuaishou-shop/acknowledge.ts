import { JsonError, type JsonValue, parseJsonBytes } from '../../json/parse.ts';
import type { Answer, SignedRequest } from '../kit/integration.ts';

/** Source: kwaishop-digital-access-demo, CommonController. Heartbeats (`test`) are answered the same. */
export function acknowledge(): Answer {
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"result":1}',
  };
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
  const read = quietJson(body);
  const isTest = typeof read === 'object' && read !== null && JSON.stringify(read) === TEST;
  return isTest ? acknowledge() : undefined;
}

const TEST = '{"test":true}';

function quietJson(body: Uint8Array): JsonValue | undefined {
  try {
    return parseJsonBytes(body);
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}
