import type { Answer, SignedRequest } from '../../kit/integration.ts';
import { jsonOf } from '../../kit/json.ts';
import { isSpi } from '../family.ts';
import { ASK_AGAIN, failure } from './envelope.ts';
import { operationOf } from './operation.ts';

/** What the receiver must know of every request, apart from the answers: it starts without their schemas. */

/** Whether somebody waits for an answer, or a webhook brings a refund request after use. */
export function asks(request: SignedRequest): boolean {
  return isSpi(request) || Buffer.from(request.body).includes(AFTER_USE);
}

/** Its own word in a webhook's `event`. */
export const AFTER_USE = 'life_hermes_akte_after_sale_audit';

/** The platform's words for "ask again"; for a webhook, an HTTP error says it. */
export function busy(request: SignedRequest): Answer | undefined {
  return isSpi(request) ? failure(ASK_AGAIN, 'busy, please ask again') : undefined;
}

/** The operation of an SPI request, for `read`: its path is not in the body. */
export function about(request: SignedRequest): string | undefined {
  if (!isSpi(request)) return undefined;
  return operationOf(request.spi, jsonOf(request.body) ?? null) ?? 'unknown';
}
