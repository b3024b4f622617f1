import { createHash } from 'node:crypto';

/**
 * `X-Douyin-Signature` as the platform makes it: lower-hex sha1 of the client secret followed by the
 * raw body, plainly concatenated (not HMAC). Source: preparation/massages.push.
 */
export function signWebhook(clientSecret: string, body: string | Uint8Array): string {
  return createHash('sha1').update(clientSecret).update(body).digest('hex');
}
