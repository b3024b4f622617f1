import type { SignedRequest } from '../kit/integration.ts';

/**
 * Webhooks sign in `X-Douyin-Signature`; synchronous callbacks (SPI) in `x-life-sign`, or only in the
 * URL's older `sign`. What a request carries decides, before anything in it is read.
 */
export function isSpi({ headers, query }: SignedRequest): boolean {
  return headers.has('x-life-sign') || (query.has('sign') && !headers.has('x-douyin-signature'));
}
