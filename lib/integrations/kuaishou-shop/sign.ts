import { createHash, createHmac } from 'node:crypto';

export type SignMethod = 'HMAC_SHA256' | 'MD5';

/**
 * `sign` of a call: the parameters sorted and joined as `k=v&…`, then `&signSecret=<signSecret>`; MD5
 * in lower-case hex, or HMAC-SHA256 keyed by the same secret in base64.
 * Source: kwaishop-php-sdk src/Signing, kuaishou-merchant-open-api packages/common/sign.
 */
export function sign(
  params: Readonly<Record<string, string>>,
  signSecret: string,
  method: SignMethod,
): string {
  const pairs = Object.keys(params)
    .sort()
    .map((name) => `${name}=${params[name] ?? ''}`);
  const text = [...pairs, `signSecret=${signSecret}`].join('&');
  return method === 'MD5'
    ? createHash('md5').update(text, 'utf8').digest('hex')
    : createHmac('sha256', signSecret).update(text, 'utf8').digest('base64');
}
